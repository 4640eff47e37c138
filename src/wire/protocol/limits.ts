/**
 * Sizes and counts that the wire protocol fixes. The engine closes a connection without an error when one is exceeded,
 * so both ends check before they send.
 */
import type { JsonLimits } from '../../std/json/json-scan.js'

const MIB = 1024 * 1024

/** Maximum bytes of one WebSocket frame to an engine. */
export const MAX_FRAME_BYTES = 16 * MIB

/** Messages above this are sent in fragments of this size, which leaves space for the header below the frame limit. */
export const FRAGMENT_BYTES = 15 * MIB

/**
 * Maximum bytes of one message to an engine, in one frame or in fragments. Larger ones are refused before they are
 * sent.
 */
export const MAX_MESSAGE_BYTES = 64 * MIB

/** Maximum fragments of one message that a listener accepts: the largest message in pieces of 32 KiB. */
export const MAX_FRAGMENTS = 2_048

/** Maximum pings and pongs that a listener accepts between the fragments of one message. */
export const MAX_CONTROLS_AMID_MESSAGE = 1_000

/**
 * JSON texts above this are not parsed whole by the engine: 64 KiB of the most expensive content take some 15 ms
 * (measured).
 */
export const LARGE_JSON_CHARACTERS = 64 * 1024

/** Maximum values of a JSON text, in a message or an HTTP body: lists, objects and scalars count, keys do not. */
export const MAX_JSON_NODES = 1_000_000

/** Maximum levels of a large message that the engine forwards. */
export const MAX_JSON_LEVELS = 1_000

/**
 * Maximum values and keys of a large value that the engine itself has to parse: the most expensive take some 120 ms
 * (measured).
 */
export const MAX_PARSED_COST = 100_000

/**
 * Maximum bytes of a message that a worker accepts. The engine sets no limit outbound (an HTTP body passes whole);
 * memory does.
 */
export const MAX_INBOUND_BYTES = 512 * MIB

/** Time limit for TCP, TLS and the WebSocket handshake together, on every socket, in milliseconds. */
export const HANDSHAKE_TIMEOUT_MS = 10_000

/** Levels of lists and objects that the engine reads, including the frame itself. Workers read any number. */
const MAX_ENGINE_LEVELS = 127

/**
 * The JSON that the engine reads: no deeper than that, and no text or number that a strict parser refuses. It drops
 * other frames without an answer.
 */
export const ENGINE_JSON = { maxDepth: MAX_ENGINE_LEVELS, strict: true } as const satisfies JsonLimits

/** Maximum functions per `engine::functions::info` request. */
export const MAX_INFO_IDS = 32

/** Maximum characters of a worker name and a description. */
export const MAX_NAME_CHARACTERS = 280
