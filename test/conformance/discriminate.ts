/**
 * Which of several unread frames a pattern is about. Only plain values tell frames apart, so that a frame that differs
 * elsewhere is reported as a difference and not as silence.
 */
import { isRecord } from '../../src/wire/protocol/validate.js'
import { isMatcher } from './comparison.js'

const USUAL_PATHS = ['type', 'id', 'invocation_id', 'function_id', 'trigger_type']

/** Whether a frame is the one the pattern is about. `paths` are dotted. */
export function isAbout(pattern: unknown, frame: unknown, paths: readonly string[] = USUAL_PATHS): boolean {
  const members = isMatcher(pattern) ? pattern['keys'] : pattern
  return paths.every((path) => {
    const wanted = memberAt(members, path)
    return wanted === undefined || isMatcher(wanted) || wanted === memberAt(frame, path)
  })
}

function memberAt(value: unknown, path: string): unknown {
  let member = value
  for (const key of path.split('.')) member = isRecord(member) ? member[key] : undefined
  return member
}
