/**
 * Parses the elements of OTLP/JSON: lists, ids, attributes. Invalid elements are left out, and no name in a frame can
 * reach a prototype.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import type { Clock } from '../../../std/time/clock.js'

/** A JSON object from a frame. */
export type OtlpObject = Readonly<Record<string, unknown>>

/** An attribute of a span or a data point in lists. */
export type AttributePair = readonly [key: string, value: string]

/** Maximum depth of values; deeper ones are left out. */
const MAX_DEPTH = 32

/** The objects of a list; empty if the value is not a list. */
export function objectsIn(value: unknown): readonly OtlpObject[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

/** A member that is an object; an empty one otherwise. */
export function objectAt(parent: OtlpObject, key: string): OtlpObject {
  const value = parent[key]
  return isRecord(value) ? value : {}
}

/** A non-empty string. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A number, or a string of digits, the form of 64-bit integers. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,20}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/i
const SPAN_ID = /^(?!0{16})[0-9a-f]{16}$/i

/** A trace id in lower case; `undefined` if it is invalid or all zeros. */
export function traceIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && TRACE_ID.test(value) ? value.toLowerCase() : undefined
}

/** A span id in lower case; `undefined` if it is invalid or all zeros. */
export function spanIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && SPAN_ID.test(value) ? value.toLowerCase() : undefined
}

/** Attributes with their values as text. */
export function attributePairs(list: unknown): AttributePair[] {
  return entriesOf(list, 0).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])
}

/** Attributes as an object, with JSON values. */
export function attributeRecord(list: unknown): Record<string, unknown> {
  // Entries become own members of the object, even one named `__proto__`.
  return Object.fromEntries(entriesOf(list, 0))
}

/** An OTLP value as JSON; `null` if it is empty or nested too deep. */
export function jsonOf(value: unknown, depth = 0): unknown {
  if (!isRecord(value) || depth > MAX_DEPTH) return null
  const { stringValue, boolValue, intValue, doubleValue, arrayValue, kvlistValue, bytesValue } = value
  if (typeof stringValue === 'string') return stringValue
  if (typeof boolValue === 'boolean') return boolValue
  if (intValue !== undefined) return integerOf(intValue)
  // `NaN` and infinities are strings in JSON.
  if (typeof doubleValue === 'number' || typeof doubleValue === 'string') return doubleValue
  if (isRecord(arrayValue)) return objectsIn(arrayValue['values']).map((item) => jsonOf(item, depth + 1))
  if (isRecord(kvlistValue)) return Object.fromEntries(entriesOf(kvlistValue['values'], depth + 1))
  return typeof bytesValue === 'string' ? bytesValue : null
}

function entriesOf(list: unknown, depth: number): [string, unknown][] {
  return objectsIn(list).flatMap(({ key, value }) => (typeof key === 'string' ? [[key, jsonOf(value, depth)]] : []))
}

/** An integer that a number cannot represent exactly stays text. */
function integerOf(value: unknown): unknown {
  const number = numberOf(value)
  return number !== undefined && (typeof value === 'number' || Number.isSafeInteger(number)) ? number : (value ?? null)
}

const NANOS_PER_MS = 1e6
/** Times after the year 10000 count as missing. */
const MAX_NANOS = 2.6e20

/** The current time. */
export function epochNanos(clock: Clock): number {
  return clock.epochMs() * NANOS_PER_MS
}

/** A time of a frame, as a string of digits or a number; 0 for anything else. */
export function nanosOf(value: unknown): number {
  const nanos = typeof value === 'string' && /^\d{1,21}$/.test(value) ? Number(value) : value
  return typeof nanos === 'number' && nanos >= 0 && nanos <= MAX_NANOS ? Math.round(nanos) : 0
}

/** Milliseconds since 1970, with a fraction. */
export function nanosToMs(nanos: number): number {
  return nanos / NANOS_PER_MS
}

/** Items of one scope. */
export interface ScopedItems {
  readonly serviceName: string
  readonly resource: Readonly<Record<string, unknown>>
  readonly scope: { readonly instrumentation_scope_name?: string; readonly instrumentation_scope_version?: string }
  readonly items: readonly OtlpObject[]
}

/** Names of the members that nest one kind of telemetry. */
export interface Nesting {
  readonly resources: string
  readonly scopes: string
  readonly items: string
}

/**
 * Flattens a frame.
 * @throws {TypeError} when it is not a frame of this kind.
 */
export function* scopedItems(frame: OtlpObject, { resources, scopes, items }: Nesting): Iterable<ScopedItems> {
  if (!Array.isArray(frame[resources])) throw new TypeError(`the member \`${resources}\` is not a list`)
  for (const resourceItem of objectsIn(frame[resources])) {
    const resource = attributeRecord(objectAt(resourceItem, 'resource')['attributes'])
    const serviceName = textOf(resource['service.name']) ?? 'unknown'
    for (const scopeItem of objectsIn(resourceItem[scopes])) {
      const { name, version } = objectAt(scopeItem, 'scope')
      const scopeName = textOf(name)
      const scopeVersion = textOf(version)
      const scope = {
        ...(scopeName === undefined ? {} : { instrumentation_scope_name: scopeName }),
        ...(scopeVersion === undefined ? {} : { instrumentation_scope_version: scopeVersion }),
      }
      yield { serviceName, resource, scope, items: objectsIn(scopeItem[items]) }
    }
  }
}
