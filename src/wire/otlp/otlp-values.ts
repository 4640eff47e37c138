/**
 * Reduces OTLP/JSON to what the schema declares, in one form: members that are unknown or invalid are left out, so one
 * bad item does not make a collector refuse the request that holds it. Never throws, whatever the JSON holds.
 */
import { isRecord } from '../protocol/validate.js'
import { anyValue, type OtlpField, OtlpMessage, type Scalar } from './otlp-schema.js'

/** A message that has only known members with valid values. */
export type OtlpContent = Readonly<Record<string, unknown>>

/** A message without its invalid parts, and the number of its spans, records or data points. */
export interface Cleaned {
  readonly content: OtlpContent
  readonly records: number
}

/** Maximum depth of values: each level takes three of the 100 that decoders of protobuf accept. */
const MAX_DEPTH = 28

export function cleaned(message: OtlpMessage, value: unknown): Cleaned {
  const cleaner = new Cleaner()
  const content = cleaner.message(message, value, 0) ?? {}
  return { content, records: cleaner.records }
}

class Cleaner {
  records = 0

  message(message: OtlpMessage, value: unknown, depth: number): OtlpContent | undefined {
    if (!isRecord(value) || depth > MAX_DEPTH) return undefined
    if (message === anyValue) return this.#anyValue(value, depth)
    const content: Record<string, unknown> = {}
    for (const field of message.fields.values()) {
      const member = this.#member(field, value[field.name], depth)
      if (member !== undefined) content[field.name] = member
      else if (field.isRequired) return undefined
    }
    if (message.isCounted) this.records += 1
    return content
  }

  #member({ type, isList, isRequired }: OtlpField, value: unknown, depth: number): unknown {
    if (value === undefined || value === null) return undefined
    if (isList) return this.#list(type, value, depth)
    const item = this.#item(type, value, depth)
    // A time of 0 counts as missing.
    return isRequired && type === 'fixed64' && item === '0' ? undefined : item
  }

  #list(type: Scalar | OtlpMessage, value: unknown, depth: number): unknown[] | undefined {
    if (!Array.isArray(value) || value.length === 0) return undefined
    const items: unknown[] = []
    for (const each of value) {
      const item = this.#item(type, each, depth)
      // A bucket that is left out would move all that follow.
      if (item !== undefined) items.push(item)
      else if (!(type instanceof OtlpMessage)) return undefined
    }
    return items
  }

  #item(type: Scalar | OtlpMessage, value: unknown, depth: number): unknown {
    return type instanceof OtlpMessage
      ? this.message(type, value, type === anyValue ? depth + 1 : depth)
      : scalar(type, value)
  }

  /** The first known member. An integer that 64 bits cannot hold becomes a double. */
  #anyValue(value: OtlpContent, depth: number): OtlpContent {
    for (const field of anyValue.fields.values()) {
      const given = value[field.name]
      const member = this.#member(field, given, depth)
      if (member !== undefined) return { [field.name]: member }
      if (field.type === 'int64' && typeof given === 'number') return { doubleValue: given }
    }
    return {}
  }
}

/** Inclusive limits of whole numbers. */
const RANGES: Readonly<Partial<Record<Scalar, readonly [bigint, bigint]>>> = {
  uint32: [0n, 2n ** 32n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  enum: [0n, 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
}

const ID_DIGITS = { traceId: 32, spanId: 16 } as const
const NOT_FINITE: readonly unknown[] = ['NaN', 'Infinity', '-Infinity']

/** The value in the form of OTLP/JSON; `undefined` if it is invalid. */
function scalar(type: Scalar, value: unknown): unknown {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'double':
      return typeof value === 'number' || NOT_FINITE.includes(value) ? value : undefined
    case 'bytes':
      return typeof value === 'string' && /^[\w+/-]*={0,2}$/.test(value) ? value : undefined
    case 'traceId':
    case 'spanId':
      return idOf(value, ID_DIGITS[type])
    case 'enum':
    case 'uint32':
    case 'sint32':
    case 'fixed32':
    case 'int64':
    case 'uint64':
    case 'fixed64':
    case 'sfixed64':
    default:
      return whole(type, value)
  }
}

/** An id in lower case. An id of zeros only, and an empty one, mean that there is none. */
function idOf(value: unknown, digits: number): string | undefined {
  if (typeof value !== 'string' || value.length !== digits || !/^[\da-f]+$/i.test(value)) return undefined
  return /[^0]/.test(value) ? value.toLowerCase() : undefined
}

/** A whole number: text if it has 64 bits, since a number of JSON has 53. */
function whole(type: Scalar, value: unknown): number | string | undefined {
  const is64 = type.endsWith('64')
  // Almost all numbers take this way.
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && (is64 || value < 2 ** 31))
    return is64 ? String(value) : value
  const number = bigOf(type, value)
  const [min, max] = RANGES[type] ?? [0n, 0n]
  if (number === undefined || number < min || number > max) return undefined
  return is64 ? number.toString() : Number(number)
}

function bigOf(type: Scalar, value: unknown): bigint | undefined {
  if (typeof value === 'string') {
    if (/^-?\d{1,20}$/.test(value)) return BigInt(value)
    return type === 'enum' ? ENUM_NAMES.get(value) : undefined
  }
  return typeof value === 'number' && Number.isFinite(value) ? BigInt(Math.round(value)) : undefined
}

/** Some exporters write the names of a status instead of its number. */
const ENUM_NAMES = new Map([
  ['STATUS_CODE_UNSET', 0n],
  ['STATUS_CODE_OK', 1n],
  ['STATUS_CODE_ERROR', 2n],
])
