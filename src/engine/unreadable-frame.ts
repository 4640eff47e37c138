/**
 * Text that a stricter JSON reader than this one refuses: lone surrogates, and JSON nested deeper than it follows.
 */

/** Objects and arrays inside each other, the frame itself included, that the distributed engine reads. */
const MAX_DEPTH = 127

/** With the flag `u` a pair is one character, which is no surrogate. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** Whether the distributed engine could not read a frame. Text that is not JSON is not judged here. */
export function isUnreadable(frame: string): boolean {
  try {
    return isUnreadableValue(JSON.parse(frame), MAX_DEPTH)
  } catch {
    return false
  }
}

function isUnreadableValue(value: unknown, depthLeft: number): boolean {
  if (typeof value === 'string') return LONE_SURROGATE.test(value)
  if (typeof value !== 'object' || value === null) return false
  if (depthLeft === 0) return true
  if (Array.isArray(value)) return value.some((item) => isUnreadableValue(item, depthLeft - 1))
  return Object.entries(value).some(([key, item]) => LONE_SURROGATE.test(key) || isUnreadableValue(item, depthLeft - 1))
}
