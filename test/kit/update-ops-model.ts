/**
 * A model of update operations, as plain as possible: one fresh copy of everything for each operation, and cases in
 * reading order. Slow on purpose; tests compare the implementation of the engine with it.
 */
import type { JsonValue } from '../../src/wire/protocol/validate.js'

export interface ModelOp {
  readonly type: 'set' | 'merge' | 'increment' | 'decrement' | 'append' | 'remove'
  readonly path: readonly string[]
  readonly value?: JsonValue
  readonly by?: number
}

type Members = Map<string, JsonValue>

/** The value after an operation, or the code of the error that kept it as it was. */
function step(current: JsonValue | undefined, op: ModelOp): { readonly next: JsonValue | undefined } | string {
  if (op.type === 'merge' && (typeof op.value !== 'object' || op.value === null || Array.isArray(op.value))) {
    return 'merge.value.not_an_object'
  }
  if (op.path.length === 0) return atRoot(current, op)
  if (op.type === 'merge') return { next: mergedAt(current, op.path, op.value!) }
  if (current !== undefined && !isObject(current)) return `${op.type}.target_not_object`
  return below(current ?? {}, op, op.path)
}

function atRoot(current: JsonValue | undefined, op: ModelOp): { readonly next: JsonValue | undefined } | string {
  if (op.type === 'remove') return { next: null }
  if (op.type !== 'merge') return leaf(current, op)
  if (current !== undefined && !isObject(current)) return { next: current }
  return { next: mergedAt(current, [], op.value!) }
}

function below(node: JsonValue, op: ModelOp, path: readonly string[]): { readonly next: JsonValue } | string {
  if (!isObject(node)) return `${op.type}.target_not_object`
  const members = membersOf(node)
  const [key, ...rest] = path
  if (rest.length > 0) {
    const inner = below(members.get(key!) ?? {}, op, rest)
    if (typeof inner === 'string') return inner
    members.set(key!, inner.next)
  } else if (op.type === 'remove') {
    members.delete(key!)
  } else {
    const changed = leaf(members.get(key!), op)
    if (typeof changed === 'string') return changed
    members.set(key!, changed.next)
  }
  return { next: objectOf(members) }
}

function leaf(old: JsonValue | undefined, op: ModelOp): { readonly next: JsonValue } | string {
  if (op.type === 'set') return { next: op.value! }
  if (op.type === 'append') return appended(old, op)
  const by = op.type === 'increment' ? op.by! : 0 - op.by!
  if (old === undefined) return { next: by }
  return typeof old === 'number' ? { next: old + by } : `${op.type}.not_number`
}

function appended(old: JsonValue | undefined, op: ModelOp): { readonly next: JsonValue } | string {
  const value = op.value!
  if (old === undefined || old === null) {
    return { next: op.path.length <= 1 && typeof value === 'string' ? value : [value] }
  }
  if (Array.isArray(old)) return { next: [...old, value] }
  return typeof old === 'string' && typeof value === 'string' ? { next: old + value } : 'append.type_mismatch'
}

function mergedAt(node: JsonValue | undefined, path: readonly string[], value: JsonValue): JsonValue {
  const members = node !== undefined && isObject(node) ? membersOf(node) : new Map<string, JsonValue>()
  const [key, ...rest] = path
  if (key === undefined) for (const [name, member] of membersOf(value)) members.set(name, member)
  else members.set(key, mergedAt(members.get(key), rest, value))
  return objectOf(members)
}

/** Runs all operations; errors as `index code`. */
export function modelUpdate(
  current: JsonValue | undefined,
  ops: readonly ModelOp[],
): { readonly value: JsonValue; readonly errors: readonly string[] } {
  let value = structuredClone(current)
  const errors: string[] = []
  for (const [index, op] of ops.entries()) {
    const outcome = step(value, structuredClone(op))
    if (typeof outcome === 'string') errors.push(`${index} ${outcome}`)
    else value = outcome.next
  }
  return { value: value === undefined ? {} : value, errors }
}

function isObject(value: JsonValue): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function membersOf(value: JsonValue): Members {
  return new Map(Object.entries(value as Record<string, JsonValue>))
}

function objectOf(members: Members): JsonValue {
  return Object.fromEntries(members)
}
