/** Estimates the memory of a JSON value, for limits that must cost less than serialising it. */

/** Deeper members count little, so that the depth of a value is unlimited. */
const MAX_DEPTH = 40
/** Memory of a scalar or a member beside its text. */
const MEMBER_WEIGHT = 16
/** What a list or object costs beside its members; measured: 35 bytes an empty list, 60 an empty object. */
const CONTAINER_WEIGHT = 64

/** About how many bytes of memory a JSON value takes. */
export function weightOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length + MEMBER_WEIGHT
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return MEMBER_WEIGHT
  let weight = CONTAINER_WEIGHT
  for (const key in value) weight += key.length + weightOf((value as Record<string, unknown>)[key], depth + 1)
  return weight
}
