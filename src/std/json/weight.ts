/** Estimates the memory of a JSON value, for limits that must cost less than serialising it. */

/** Deeper members count little, so that the depth of a value is unlimited. */
const MAX_DEPTH = 40
/** Memory of a scalar or a member beside its text. */
const MEMBER_WEIGHT = 16
/** Memory of a list or object beside its members; measured: 35 bytes for an empty list, 60 for an empty object. */
const CONTAINER_WEIGHT = 64

/** Approximate memory of a JSON value, in bytes. */
export function weightOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length + MEMBER_WEIGHT
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return MEMBER_WEIGHT
  let weight = CONTAINER_WEIGHT
  for (const key in value) weight += key.length + weightOf((value as Record<string, unknown>)[key], depth + 1)
  return weight
}
