/**
 * Field checks a message is declared from. A shape is data: the types of messages are inferred from it and the codec
 * walks it at run time, so the two cannot drift apart. Knows the kinds of field, not the messages.
 */
import { describe } from '../../std/text/describe.js'
import { JsonText } from './json-text.js'

/** Any value JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

/** One member of a message. */
export interface Field<T, Optional extends boolean = false> {
  /** What is accepted, as it is put in error messages. */
  readonly expected: string
  /** Whether a value fits. */
  readonly accepts: (value: unknown) => boolean
  /** Whether the member may be missing or `null`. */
  readonly optional: Optional
  /** Carries the type only; never set. */
  readonly type?: T
}

/** The members of a message beside `type`. */
export type Shape = Readonly<Record<string, Field<unknown, boolean>>>

/** The members of a shape that a message must have. */
export type RequiredKeys<S extends Shape> = { [K in keyof S]: S[K]['optional'] extends true ? never : K }[keyof S]
/** The TypeScript type of a field. */
export type FieldType<F> = F extends Field<infer T, boolean> ? T : never

/** The TypeScript type of a shape. Optional members are absent or `undefined`; the codec turns `null` into that. */
export type Infer<S extends Shape> = { readonly [K in RequiredKeys<S>]: FieldType<S[K]> } & {
  readonly [K in Exclude<keyof S, RequiredKeys<S>>]?: FieldType<S[K]> | undefined
}

function field<T>(expected: string, accepts: (value: unknown) => boolean): Field<T> {
  return { expected, accepts, optional: false }
}

/** The same field, but it may be missing or `null`. */
export function optional<T>(inner: Field<T>): Field<T, true> {
  return { ...inner, optional: true }
}

/** Whether JSON has a form for a value. One without would be missing from the frame, which the peer then ignores. */
function hasJsonForm(value: unknown): boolean {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null || JsonText.is(value)) return true
  try {
    const { toJSON } = value as { toJSON?: unknown }
    return typeof toJSON !== 'function' || toJSON.call(value, '') !== undefined
  } catch {
    return true // Writing the frame throws the same, with the reason.
  }
}

/** Accepts every value. */
export function isAnything(): boolean {
  return true
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a value is a UUID in its usual spelling. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && value.length === 36 && UUID.test(value)
}

/** Whether a value is a JSON object rather than an array, a scalar or null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false // A revoked proxy answers no question at all.
  }
}

export const string = field<string>('a string', (value) => typeof value === 'string')
export const uuid = field<string>('a UUID', isUuid)
/** Any JSON; the key must be there, `null` is a value. */
export const json = field<unknown>('any JSON value', hasJsonForm)
/** Any JSON in a member that may be left out: a value without JSON form leaves it out. */
export const optionalJson: Field<unknown, true> = optional(field('any JSON value', isAnything))
export const record = field<Readonly<Record<string, unknown>>>('an object', isRecord)
export const errorBody = field<{ readonly code: string; readonly message: string; readonly stacktrace?: string }>(
  'an object with the strings `code` and `message`',
  (value) => isRecord(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string',
)

/** How a call is routed; no action waits for the result. */
export type Action = { readonly type: 'void' } | { readonly type: 'enqueue'; readonly queue: string }

export const action = field<Action>(
  '`{"type":"void"}` or `{"type":"enqueue","queue":"…"}`',
  (value) =>
    isRecord(value) &&
    (value['type'] === 'void' || (value['type'] === 'enqueue' && typeof value['queue'] === 'string')),
)

/**
 * Why a value is not what a shape asks for, or `undefined` when it fits. Optional nulls become `undefined`, unless they
 * are kept: a sender may mean its null.
 */
export function findMismatch(
  shape: ShapeEntries,
  value: Record<string, unknown>,
  nulls: 'drop' | 'keep' = 'drop',
): string | undefined {
  for (const [key, { accepts, optional: mayMiss, expected }] of shape) {
    const member = value[key]
    if (mayMiss && (member === undefined || member === null)) {
      if (member === null && nulls === 'drop') value[key] = undefined
    } else if (!accepts(member)) {
      return `member \`${key}\` must be ${expected}, got ${describe(member)}`
    }
  }
  return undefined
}

/** A shape as the list the codec walks. */
export type ShapeEntries = readonly (readonly [string, Field<unknown, boolean>])[]
