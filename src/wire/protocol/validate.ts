/**
 * Field checks from which messages are declared. A shape is data: the types of messages are inferred from it and the
 * codec validates with it at run time, so the two cannot differ. Knows the types of fields, not the messages.
 */
import { describe } from '../../std/text/describe.js'

/** Any JSON value. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue }

/** One member of a message. */
export interface Field<T, Optional extends boolean = false> {
  /** The accepted values, for error messages. */
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

/** Required members of a shape. */
export type RequiredKeys<S extends Shape> = { [K in keyof S]: S[K]['optional'] extends true ? never : K }[keyof S]
/** The TypeScript type of a field. */
export type FieldType<F> = F extends Field<infer T, boolean> ? T : never

/** The TypeScript type of a shape. Optional members are absent or `undefined`; the codec converts `null` to that. */
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

/** JSON that is text already, in place of a value. */
export abstract class WrittenJson {
  readonly #isWritten = true

  /** Whether a value is of this class; accesses no member of a proxy. */
  static isWritten(value: object): boolean {
    return #isWritten in value
  }
}

/** Whether a value has a JSON form. One without would be missing in the frame, which the peer then ignores. */
function hasJsonForm(value: unknown): boolean {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol') return false
  if (typeof value !== 'object' || value === null || WrittenJson.isWritten(value)) return true
  try {
    const { toJSON } = value as { toJSON?: unknown }
    return typeof toJSON !== 'function' || toJSON.call(value, '') !== undefined
  } catch {
    return true // Serialising the frame throws the same error, with the reason.
  }
}

/** Accepts every value. */
export function isAnything(): boolean {
  return true
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether a value is a UUID in its usual form. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && value.length === 36 && UUID.test(value)
}

/** Whether a value is a JSON object rather than an array, a scalar or null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false // A revoked proxy throws on every access.
  }
}

export const string = field<string>('a string', (value) => typeof value === 'string')
export const uuid = field<string>('a UUID', isUuid)
/** Any JSON value, including `null`; the member is required. */
export const json = field<unknown>('any JSON value', hasJsonForm)
/** Any JSON value in an optional member; a value without a JSON form leaves it out. */
export const optionalJson: Field<unknown, true> = optional(field('any JSON value', isAnything))
export const record = field<Readonly<Record<string, unknown>>>('an object', isRecord)
export const errorBody = field<{ readonly code: string; readonly message: string; readonly stacktrace?: string }>(
  'an object with the strings `code` and `message`',
  (value) => isRecord(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string',
)

/** Routing of a call; without an action the caller waits for the result. */
export type Action = { readonly type: 'void' } | { readonly type: 'enqueue'; readonly queue: string }

export const action = field<Action>(
  '`{"type":"void"}` or `{"type":"enqueue","queue":"…"}`',
  (value) =>
    isRecord(value) &&
    (value['type'] === 'void' || (value['type'] === 'enqueue' && typeof value['queue'] === 'string')),
)

/**
 * Why a value does not match a shape, or `undefined` if it does. Optional nulls become `undefined`, unless they are
 * kept: a sender may mean its null.
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

/** A shape as a list, for the codec. */
export type ShapeEntries = readonly (readonly [string, Field<unknown, boolean>])[]
