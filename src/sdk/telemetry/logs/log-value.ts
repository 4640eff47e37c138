/**
 * Converts structured data for a log record: plain values, lists and maps. Errors keep their name, message, stack and
 * own fields; cycles are cut; integers that OTLP cannot represent become text. Never throws.
 */
import type { AnyValue } from '@opentelemetry/api-logs'

/**
 * Maximum depth; deeper data is cut. In OTLP each level takes four levels, ten are around them, and the engine reads
 * 127.
 */
export const MAX_DATA_LEVELS = 28

/** Data in a form that OTLP can represent. */
export function toLogValue(value: unknown): AnyValue {
  return converted(value, [])
}

function converted(value: unknown, ancestors: readonly unknown[]): AnyValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isInteger(value) && !Number.isSafeInteger(value) ? String(value) : value
    case 'bigint':
      return value.toString()
    case 'undefined':
      return null
    case 'symbol':
    case 'function':
      return String(value)
    case 'object':
    default:
      return fromObject(value as object | null, ancestors)
  }
}

function fromObject(value: object | null, ancestors: readonly unknown[]): AnyValue {
  if (value === null || value instanceof Uint8Array) return value
  if (ancestors.includes(value)) return '[Circular]'
  if (ancestors.length >= MAX_DATA_LEVELS) return '[Too deep]'
  const path = [...ancestors, value]
  try {
    if (Array.isArray(value)) return value.map((item) => converted(item, path))
    if (value instanceof Error) return entries({ name: value.name, message: value.message, ...errorRest(value) }, path)
    if (value instanceof Map) return entries(Object.fromEntries([...value].map(([k, v]) => [String(k), v])), path)
    if (value instanceof Set) return [...value].map((item) => converted(item, path))
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === 'function') return converted(Reflect.apply(toJSON, value, []), path)
    return entries(value, path)
  } catch {
    return '[unreadable]'
  }
}

function errorRest(error: Error): object {
  return {
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
    ...Object.fromEntries(Object.entries(error)),
  }
}

function entries(value: object, path: readonly unknown[]): AnyValue {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, converted(item, path)]),
  )
}
