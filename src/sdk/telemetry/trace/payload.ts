/**
 * Formats payloads for spans: JSON in which values of sensitive keys are replaced, truncated to a size if one is set.
 * Never throws, whatever a payload contains, since it must not fail the call.
 */
import { env } from 'node:process'
import { invalidArgument } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { isTellingKey, TELLING_PART } from '../../../std/text/without-credentials.js'

/** Replacement for values of sensitive keys. */
export const REDACTED_PLACEHOLDER = '[REDACTED]'

const TRUNCATION_MARKER = '..."[TRUNCATED]"'

/** Matches every text that could contain such a key, and some others, which are then checked in detail. */
const MAYBE_SENSITIVE = new RegExp(`${TELLING_PART.source}|token"`, 'i')

/** A copy with the values of sensitive keys replaced; cycles end in `[Circular]`. */
export function redact(value: unknown): unknown {
  return redacted(value, [])
}

function redacted(value: unknown, ancestors: readonly object[]): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (ancestors.includes(value)) return '[Circular]'
  if (ancestors.length >= MAX_DEPTH) return '[Too deep]'
  const path = [...ancestors, value]
  if (Array.isArray(value)) return value.map((item) => redacted(item, path))
  if (!isRecord(value) || typeof value['toJSON'] === 'function') return value
  // Defined one by one, since an own key `__proto__` must stay a key.
  const copy: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    const shown = isTellingKey(key) ? REDACTED_PLACEHOLDER : redacted(item, path)
    Object.defineProperty(copy, key, { value: shown, enumerable: true, writable: true, configurable: true })
  }
  return copy
}

/** Deeper than any message of the wire. */
const MAX_DEPTH = 1_000

/** A payload as JSON text, and whether it was truncated. */
export type PayloadText = { json: string; truncated: boolean }

/** Serialises a redacted payload as JSON. `maxBytes` counts UTF-8; nothing, 0 or less sets no limit. */
export function redactAndTruncate(value: unknown, maxBytes: number | null = null): PayloadText {
  if (maxBytes !== null && (typeof maxBytes !== 'number' || Number.isNaN(maxBytes))) {
    throw invalidArgument('maxBytes', 'a number of bytes, or null', maxBytes)
  }
  return truncated(redactedJson(value, tryJson(value)), maxBytes)
}

function truncated(json: string, maxBytes: number | null): PayloadText {
  if (maxBytes === null || !(maxBytes > 0) || Buffer.byteLength(json) <= maxBytes) return { json, truncated: false }
  const room = maxBytes - TRUNCATION_MARKER.length
  if (room <= 0) return { json: TRUNCATION_MARKER.slice(0, maxBytes), truncated: true }
  return { json: cutUtf8(json, room) + TRUNCATION_MARKER, truncated: true }
}

/** Longer payloads are not shown: a span with them could not be sent, and reading them would delay calls. */
const MAX_SHOWN_CHARACTERS = 4 * 1024 * 1024

/** `redactAndTruncate` for payloads of calls, which may have any size. */
export function shownPayload(value: unknown, maxBytes: number | null): PayloadText {
  const plain = tryJson(value)
  if (plain === undefined || plain.length <= MAX_SHOWN_CHARACTERS)
    return truncated(redactedJson(value, plain), maxBytes)
  const text = `[${String(plain.length)} characters, not shown]`
  return { json: JSON.stringify(text), truncated: true }
}

/**
 * Most payloads contain no sensitive key. One scan of the text shows that, and the text is used unchanged; only the
 * others are parsed.
 */
function redactedJson(value: unknown, plain: string | undefined): string {
  if (plain === undefined) return tryJson(redact(jsonValue(value))) ?? 'null'
  return MAYBE_SENSITIVE.test(plain) ? (tryJson(redact(JSON.parse(plain))) ?? 'null') : plain
}

function tryJson(value: unknown): string | undefined {
  try {
    // The declared type omits that some values have no JSON text.
    const text: unknown = JSON.stringify(value)
    return typeof text === 'string' ? text : 'null'
  } catch {
    return undefined
  }
}

function jsonValue(value: unknown): unknown {
  const text = safeStringify(value)
  return text === UNSERIALIZABLE ? text : JSON.parse(text)
}

/** Cuts between characters, never inside one. */
function cutUtf8(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text.slice(0, maxBytes))
  let end = maxBytes
  while (end > 0 && ((bytes[end] ?? 0) & 0b1100_0000) === 0b1000_0000) end -= 1
  return bytes.toString('utf8', 0, end)
}

const UNSERIALIZABLE = '[unserializable]'

/** JSON text of any value: cycles become `[Circular]`, BigInts their digits; `[unserializable]` if that fails. */
export function safeStringify(value: unknown): string {
  const ancestors: unknown[] = []
  try {
    const text = JSON.stringify(value, function (this: unknown, _key, item: unknown) {
      if (typeof item === 'bigint') return item.toString()
      if (typeof item !== 'object' || item === null) return item
      // `this` contains the item, so everything after it on the path has been left.
      while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop()
      if (ancestors.includes(item)) return '[Circular]'
      ancestors.push(item)
      return item
    }) as string | undefined
    return text ?? UNSERIALIZABLE
  } catch {
    return UNSERIALIZABLE
  }
}

/** The default payload limit of a worker: with larger payloads the distributed engine stalls for seconds. */
const DEFAULT_PAYLOAD_BYTES = 8 * 1024

const MAX_BYTES_VARIABLE = 'III_TRACE_PAYLOAD_MAX_BYTES'

/** The payload limit of a worker from the environment: `unlimited` or `0` removes it. */
export function payloadBytesFromEnv(): number {
  const isUnlimited = /^(?:unlimited|0+)$/i.test(env[MAX_BYTES_VARIABLE]?.trim() ?? '')
  return isUnlimited ? Infinity : (resolveMaxBytesFromEnv() ?? DEFAULT_PAYLOAD_BYTES)
}

/**
 * The number in `III_TRACE_PAYLOAD_MAX_BYTES`, for `redactAndTruncate`; `null` if it is unset or not a number above 0.
 */
export function resolveMaxBytesFromEnv(): number | null {
  const raw = env[MAX_BYTES_VARIABLE]?.trim() ?? ''
  const bytes = /^\d+$/.test(raw) ? Number(raw) : 0
  return bytes > 0 ? bytes : null
}

/** Whether spans show payloads: not if `III_DISABLE_TRACE_PAYLOADS` is `1` or `true`. */
export function tracesPayloads(): boolean {
  const raw = env['III_DISABLE_TRACE_PAYLOADS']?.trim().toLowerCase()
  return raw !== '1' && raw !== 'true'
}
