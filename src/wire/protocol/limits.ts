/**
 * Sizes and counts that the wire fixes. The engine ends a connection without a word when one is passed, so both ends
 * check before they send.
 */
import type { JsonLimits } from '../../std/json/json-scan.js'

const MIB = 1024 * 1024

/** The engine's limit for one WebSocket frame. */
export const MAX_FRAME_BYTES = 16 * MIB

/** Messages above this are sent in fragments of this size: under the frame limit with room for the header. */
export const FRAGMENT_BYTES = 15 * MIB

/** The engine's limit for one message, in one frame or many. Larger ones are refused before they are sent. */
export const MAX_MESSAGE_BYTES = 64 * MIB

/** Fragments of one message that a listener takes: the largest message in pieces of 32 KiB. */
export const MAX_FRAGMENTS = 2_048

/** Pings and pongs that a listener takes between the fragments of one message. */
export const MAX_CONTROLS_AMID_MESSAGE = 1_000

/** JSON texts above this are not parsed whole by the engine: 64 KiB of the costliest content take some 15 ms (measured). */
export const LARGE_JSON_CHARACTERS = 64 * 1024

/** Values that a JSON text may hold, in a message or an HTTP body: lists, objects and scalars count, keys do not. */
export const MAX_JSON_NODES = 1_000_000

/** Levels of a large message that the engine hands on. */
export const MAX_JSON_LEVELS = 1_000

/** Values and keys of a large value that the engine itself has to read: the costliest take some 120 ms (measured). */
export const MAX_PARSED_COST = 100_000

/** Largest message a worker takes in. The engine sets no limit outbound (an HTTP body passes whole); memory does. */
export const MAX_INBOUND_BYTES = 512 * MIB

/** TCP, TLS and the WebSocket handshake together may take this long, on every socket. */
export const HANDSHAKE_TIMEOUT_MS = 10_000

/** Levels of lists and objects that the engine reads, a frame itself included. Workers read any number. */
const MAX_ENGINE_LEVELS = 127

/**
 * The JSON that the engine reads: no deeper than that, and no text or number that a strict reader refuses. It drops a
 * frame that passes this without an answer.
 */
export const ENGINE_JSON = { maxDepth: MAX_ENGINE_LEVELS, strict: true } as const satisfies JsonLimits

/** Functions per `engine::functions::info` request. */
export const MAX_INFO_IDS = 32

/** Longest worker name and description in characters. */
export const MAX_NAME_CHARACTERS = 280
