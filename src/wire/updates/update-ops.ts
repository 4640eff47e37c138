/**
 * Applies update operations to a value. Pure: neither the value nor the operations are changed, and an object or array
 * is copied at most once, whatever the number of operations. An operation that does not match the value is reported and
 * skipped; the others still apply. Only own members are read or written.
 */
import { assertNever } from '../../std/assert-never.js'
import type { JsonValue } from '../protocol/validate.js'
import { findViolation } from './update-limits.js'
import type { UpdateOp, UpdatePath } from './update-op.js'

/** One operation that was skipped, as reported to the caller. */
export type UpdateOpError = {
  /** Counted from 0. */
  op_index: number
  code: string
  message: string
  doc_url: string
}

export interface UpdateOutcome {
  readonly value: JsonValue
  /** In the order of the operations. */
  readonly errors: readonly UpdateOpError[]
}

type JsonObject = Record<string, JsonValue>
type OpOf<T extends UpdateOp['type']> = Extract<UpdateOp, { type: T }>

const DOC_URL = 'https://iii.dev/docs/workers/iii-state#error-codes'

/** Applies operations in order; a missing value (`undefined`) starts as `{}`. */
export function applyUpdateOps(current: JsonValue | undefined, ops: readonly UpdateOp[]): UpdateOutcome {
  const draft = new Draft(current)
  const errors: UpdateOpError[] = []
  for (const [index, op] of ops.entries()) {
    const problem = findViolation(op) ?? apply(draft, op)
    if (problem === undefined) continue
    const { code, message } = problem
    errors.push({ op_index: index, code: `${op.type}.${code}`, message, doc_url: DOC_URL })
  }
  return { value: draft.root === undefined ? {} : draft.root, errors }
}

type Problem = { readonly code: string; readonly message: string }

function apply(draft: Draft, op: UpdateOp): Problem | undefined {
  switch (op.type) {
    case 'set':
      return draft.write(op.path, () => op.value)
    case 'merge': {
      merge(draft, op)
      return
    }
    case 'increment':
      return add(draft, op.path, op.by)
    case 'decrement':
      // Not `-op.by`, which would turn 0 into -0.
      return add(draft, op.path, 0 - op.by)
    case 'append':
      return append(draft, op)
    case 'remove':
      return remove(draft, op)
    default:
      return assertNever(op)
  }
}

function add(draft: Draft, path: UpdatePath, step: number): Problem | undefined {
  return draft.write(path, (existing) => {
    if (existing === undefined) return step
    if (typeof existing === 'number') return existing + step
    const message = `Expected number at ${nameOf(path)}, got ${kindOf(existing)}.`
    return new Refusal({ code: 'not_number', message })
  })
}

function remove(draft: Draft, { path }: OpOf<'remove'>): Problem | undefined {
  const [key] = path
  if (key === undefined) {
    draft.root = null
    return undefined
  }
  return draft.inRoot((root) => {
    Reflect.deleteProperty(root, key)
    return undefined
  })
}

function merge(draft: Draft, { path, value }: OpOf<'merge'>): undefined {
  // A root that is not an object is kept when merged into, and replaced when a path leads through it.
  if (path.length === 0 && draft.root !== undefined && !isObject(draft.root)) return
  let target = draft.ownRoot()
  for (const segment of path) target = draft.ownChild(target, segment)
  // The limits have checked that it is an object.
  Object.assign(target, value as JsonObject)
}

function append(draft: Draft, { path, value }: OpOf<'append'>): Problem | undefined {
  const grown = (existing: JsonValue | undefined): JsonValue | Refusal => {
    if (existing === undefined || existing === null) {
      return path.length < 2 && typeof value === 'string' ? value : draft.adopt([value])
    }
    if (typeof existing === 'string' && typeof value === 'string') return existing + value
    if (!Array.isArray(existing)) {
      const message = `Cannot append ${kindOf(value)} to ${kindOf(existing)} at ${nameOf(path)}.`
      return new Refusal({ code: 'type_mismatch', message })
    }
    const list = draft.own(existing)
    list.push(value)
    return list
  }
  return draft.write(path, grown)
}

/** An error in the place of a value. */
class Refusal {
  readonly problem: Problem

  constructor(problem: Problem) {
    this.problem = problem
  }
}

/** The value during the changes, and which parts of it are copies that may be modified. */
class Draft {
  readonly #copies = new WeakSet<object>()
  root: JsonValue | undefined

  constructor(root: JsonValue | undefined) {
    this.root = root
  }

  adopt<T extends object>(fresh: T): T {
    this.#copies.add(fresh)
    return fresh
  }

  own(list: JsonValue[]): JsonValue[] {
    return this.#copies.has(list) ? list : this.adopt([...list])
  }

  #ownObject(object: JsonObject): JsonObject {
    return this.#copies.has(object) ? object : this.adopt({ ...object })
  }

  /** The root as a modifiable object; any other value in its place is replaced. */
  ownRoot(): JsonObject {
    const root = this.#ownObject(isObject(this.root) ? this.root : {})
    this.root = root
    return root
  }

  /** A member as a modifiable object; any other value in its place is replaced. */
  ownChild(parent: JsonObject, key: string): JsonObject {
    const existing = memberOf(parent, key)
    const child = this.#ownObject(isObject(existing) ? existing : {})
    parent[key] = child
    return child
  }

  /** Applies `change` to the root object, if it is one. */
  inRoot(change: (root: JsonObject) => Problem | undefined): Problem | undefined {
    if (this.root === undefined || isObject(this.root)) return change(this.ownRoot())
    return { code: 'target_not_object', message: `Expected object at the root, got ${kindOf(this.root)}.` }
  }

  /**
   * Replaces the value at a path. Missing objects on the way are created, but other values are not replaced by them.
   */
  write(path: UpdatePath, next: (existing: JsonValue | undefined) => JsonValue | Refusal): Problem | undefined {
    const last = path.at(-1)
    if (last === undefined) {
      const value = next(this.root)
      if (value instanceof Refusal) return value.problem
      this.root = value
      return undefined
    }
    const blocked = this.#findBlocked(path)
    if (blocked !== undefined) return blocked
    return this.inRoot((root) => {
      let parent = root
      for (const segment of path.slice(0, -1)) parent = this.ownChild(parent, segment)
      const value = next(memberOf(parent, last))
      if (value instanceof Refusal) return value.problem
      parent[last] = value
      return undefined
    })
  }

  #findBlocked(path: UpdatePath): Problem | undefined {
    let node = this.root
    for (const [index, segment] of path.slice(0, -1).entries()) {
      if (!isObject(node)) return undefined
      node = memberOf(node, segment)
      if (node === undefined || node === null || isObject(node)) continue
      const message = `Expected object at ${nameOf(path.slice(0, index + 1))}, got ${kindOf(node)}.`
      return { code: 'target_not_object', message }
    }
    return undefined
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function nameOf(path: UpdatePath): string {
  return path.length === 0 ? 'the root' : `path '${path.join('/')}'`
}
