/**
 * Parses the operations that change a stored value in place from the input of a call. An invalid operation fails the
 * whole call. A valid one that does not match the value is handled by `update-ops.ts`.
 *
 * Numbers are those of JavaScript: integers are exact up to ±2^53 and rounded beyond, where the distributed engine
 * counts up to 2^63. A step written `2.0` counts as the integer 2, since JavaScript cannot distinguish them.
 */
import { ErrorCode, InvocationError } from '../../errors.js'
import { isRecord, type JsonValue } from '../protocol/validate.js'
import { describe } from '../../std/text/describe.js'

/** Keys from the root inwards; an empty list is the root itself. Dots are part of a key. */
export type UpdatePath = readonly string[]

export type UpdateOp =
  | { readonly type: 'set'; readonly path: UpdatePath; readonly value: JsonValue }
  /** `value` should be an object; any other value is an error of this operation alone. */
  | { readonly type: 'merge'; readonly path: UpdatePath; readonly value: JsonValue }
  | { readonly type: 'increment'; readonly path: UpdatePath; readonly by: number }
  | { readonly type: 'decrement'; readonly path: UpdatePath; readonly by: number }
  | { readonly type: 'append'; readonly path: UpdatePath; readonly value: JsonValue }
  | { readonly type: 'remove'; readonly path: UpdatePath }

const INT64 = 2 ** 63

/**
 * Parses the `ops` of a call.
 * @throws {InvocationError} deserialization_error naming the operation and what is wrong with it.
 */
export function parseUpdateOps(functionId: string, ops: readonly unknown[]): UpdateOp[] {
  return ops.map((op, index) => {
    try {
      return parseUpdateOp(op)
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
      const message = `Failed to deserialize input for ${functionId}: ops[${index}] ${error.message}`
      throw new InvocationError({ code: ErrorCode.deserialization_error, message })
    }
  })
}

/** Why an operation is invalid. */
class Misfit extends Error {}

function parseUpdateOp(op: unknown): UpdateOp {
  if (!isRecord(op)) throw new Misfit(`must be an object, got ${describe(op)}`)
  switch (op['type']) {
    case 'set':
      return { type: 'set', path: keyPath(op), value: op['value'] === undefined ? null : jsonOf(op) }
    case 'merge':
      return { type: 'merge', path: deepPath(op), value: jsonOf(op) }
    case 'increment':
      return { type: 'increment', path: keyPath(op), by: stepOf(op) }
    case 'decrement':
      return { type: 'decrement', path: keyPath(op), by: stepOf(op) }
    case 'append':
      return { type: 'append', path: deepPath(op), value: jsonOf(op) }
    case 'remove':
      return { type: 'remove', path: keyPath(op) }
    default:
      throw new Misfit(
        `has an unknown \`type\`: ${describe(op['type'])}; known: set, merge, increment, decrement, append, remove`,
      )
  }
}

/** One literal key, or the root if it is empty. */
function keyPath(op: Record<string, unknown>): UpdatePath {
  const { path } = op
  if (typeof path !== 'string') throw new Misfit(`member \`path\` must be a string, got ${describe(path)}`)
  return path === '' ? [] : [path]
}

function deepPath(op: Record<string, unknown>): UpdatePath {
  const { path } = op
  if (path === undefined || path === null) return []
  if (!Array.isArray(path)) return keyPath(op)
  const stray: unknown = path.find((segment) => typeof segment !== 'string')
  if (stray !== undefined) throw new Misfit(`member \`path\` must contain only strings, got ${describe(stray)}`)
  return path as string[]
}

function jsonOf({ value }: Record<string, unknown>): JsonValue {
  if (value === undefined) throw new Misfit('member `value` is missing')
  // Inputs have come through JSON; a store refuses anything else.
  return value as JsonValue
}

function stepOf({ by }: Record<string, unknown>): number {
  if (typeof by === 'number' && Number.isInteger(by) && by >= -INT64 && by < INT64) return by
  throw new Misfit(`member \`by\` must be a 64-bit integer, got ${describe(by)}`)
}
