/**
 * Limits of an update operation: depth and spelling of paths, size of merged objects, and no key with a meaning for
 * prototypes of JavaScript. Checks one operation and never the stored value.
 */
import { isRecord } from '../protocol/validate.js'
import { describe } from '../../std/text/describe.js'
import type { UpdateOp, UpdatePath } from './update-op.js'

const MAX_PATH_SEGMENTS = 32
/** UTF-8 bytes of one segment. */
const MAX_SEGMENT_BYTES = 256
/** Levels of objects and arrays in a merged value, including itself. */
const MAX_MERGE_DEPTH = 16
/** Keys of a merged value, on its first level. */
const MAX_MERGE_KEYS = 1024

const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Why an operation is skipped. `code` lacks the prefix with the name of the operation. */
export interface Violation {
  readonly code: string
  readonly message: string
}

/** The first limit that an operation exceeds. */
export function findViolation(op: UpdateOp): Violation | undefined {
  return pathViolation(op.path) ?? (op.type === 'merge' ? mergeViolation(op.value) : undefined)
}

function pathViolation(path: UpdatePath): Violation | undefined {
  if (path.length > MAX_PATH_SEGMENTS) {
    const message = `Path has ${path.length} segments; at most ${MAX_PATH_SEGMENTS} are allowed.`
    return { code: 'path.too_deep', message }
  }
  for (const [index, segment] of path.entries()) {
    const violation = segmentViolation(segment, index)
    if (violation !== undefined) return violation
  }
  return undefined
}

function segmentViolation(segment: string, index: number): Violation | undefined {
  if (segment === '') return { code: 'path.empty_segment', message: `Path segment ${index} is empty.` }
  const bytes = Buffer.byteLength(segment)
  if (bytes > MAX_SEGMENT_BYTES) {
    const message = `Path segment ${index} has ${bytes} bytes; at most ${MAX_SEGMENT_BYTES} are allowed.`
    return { code: 'path.segment_too_long', message }
  }
  if (!FORBIDDEN_KEYS.has(segment)) return undefined
  return { code: 'path.proto_polluted', message: `Path segment ${index} is '${segment}', which is not allowed.` }
}

function mergeViolation(value: unknown): Violation | undefined {
  if (!isRecord(value)) {
    return { code: 'value.not_an_object', message: `Merge value must be an object, got ${describe(value)}.` }
  }
  const keys = Object.keys(value).length
  if (keys > MAX_MERGE_KEYS) {
    const message = `Merge value has ${keys} keys; at most ${MAX_MERGE_KEYS} are allowed.`
    return { code: 'value.too_many_keys', message }
  }
  return nestedViolation(value, 1)
}

/** Stops at the first level above the limit, so that hostile depth costs nothing. */
function nestedViolation(value: unknown, depth: number): Violation | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > MAX_MERGE_DEPTH) {
    return { code: 'value.too_deep', message: `Merge value is nested deeper than ${MAX_MERGE_DEPTH} levels.` }
  }
  for (const [key, child] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key) && !Array.isArray(value)) {
      return { code: 'value.proto_polluted', message: `Merge value has the key '${key}', which is not allowed.` }
    }
    const violation = nestedViolation(child, depth + 1)
    if (violation !== undefined) return violation
  }
  return undefined
}
