/**
 * Describes a value in a few words, for messages about invalid input. Never throws, never prints a whole payload, and
 * never shows more than a short prefix of a string.
 */
const MAX_SHOWN = 40

export function describe(value: unknown): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty string' : `the string ${JSON.stringify(cut(value))}`
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'bigint':
      return 'a BigInt'
    case 'symbol':
      return 'a symbol'
    case 'function':
      return 'a function'
    case 'object':
    default:
      return describeObject(value)
  }
}

/** Describes the kind of a value without showing any of it: for values that may be secret. */
export function describeKind(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string'
  return typeof value === 'number' && !Number.isNaN(value) ? 'a number' : describe(value)
}

/** The message of any thrown value, unchanged. Never throws, whatever the getters of the value do. */
export function messageOf(thrown: unknown): string {
  try {
    if (typeof thrown === 'string') return thrown
    const { message } = (thrown ?? {}) as { message?: unknown }
    return typeof message === 'string' ? message : describe(thrown)
  } catch {
    return 'a value that cannot be read'
  }
}

/** The stack of a thrown error; nothing for other values, and for an error that throws when it is read. */
export function stackOf(thrown: unknown): string | undefined {
  try {
    const stack: unknown = thrown instanceof Error ? thrown.stack : undefined
    return typeof stack === 'string' ? stack : undefined
  } catch {
    return undefined
  }
}

function describeObject(value: object): string {
  try {
    return Array.isArray(value) ? `an array of ${String(value.length)}` : 'an object'
  } catch {
    // A revoked proxy throws on every access.
    return 'an object that cannot be read'
  }
}

function cut(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`
}
