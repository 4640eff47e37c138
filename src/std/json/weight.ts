/**
 * About how much memory a JSON value takes, for caps that must not cost as much as writing the value would.
 */

/** Deeper members count little, so that no nesting is too deep to be weighed. */
const MAX_DEPTH = 40
/** What a scalar or a member costs beside its text. */
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
