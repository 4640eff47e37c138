/** Types of fields in inputs of built-in functions, in addition to those of protocol messages. */
import { json, optional, string, type Field } from '../../wire/protocol/validate.js'
import { setting } from '../declare/settings.js'

export const boolean: Field<boolean> = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  optional: false,
}

export const strings: Field<readonly string[]> = {
  expected: 'an array of strings',
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  optional: false,
}

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER): Field<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${String(min)}` : `from ${String(min)} to ${String(max)}`
  return {
    expected: `a whole number ${range}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
    optional: false,
  }
}

/** The member `ops` of an input; `parseUpdateOps` parses its content. */
export const updateOpsField = setting<readonly unknown[]>('an array of operations', Array.isArray, true)

/** JSON Schema of the member `ops`. */
export const updateOpsSchema = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      type: { enum: ['set', 'merge', 'increment', 'decrement', 'append', 'remove'] },
      path: {
        description: 'One literal key, or the whole value when empty; merge and append also take a list of keys',
      },
      value: { description: 'For set, merge and append' },
      by: { type: 'integer', description: 'For increment and decrement' },
    },
    required: ['type'],
  },
}

export { json, optional, string }
