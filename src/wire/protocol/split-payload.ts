/**
 * Reads a call or a result and keeps its payload as received text too, so that the engine forwards the payload without
 * serialising it. The payload and the members around it are parsed one after the other. This costs as much as parsing the
 * frame, and proves that the text is one JSON value. Frames with another layout, and invalid frames, are left to the codec.
 */
import { findJsonFault } from '../../std/json/json-scan.js'
import { engineCodec } from './engine-codec.js'
import { ENGINE_JSON, LARGE_JSON_CHARACTERS } from './limits.js'

/** A parsed call or result, and the text of its payload. */
interface SplitMessage {
  readonly message: ReturnType<typeof engineCodec.read>
  readonly payload: string
}

/** Serialising a shorter payload costs less than finding it (measured). */
const MIN_CHARACTERS = 1024

/** Members that clients write as strings without escapes, before or after the payload. */
const SIMPLE = ['type', 'invocation_id', 'function_id', 'namespace', 'traceparent', 'baggage']

/** The members before the payload, and the key of the payload. */
const HEAD = new RegExp(String.raw`^\{\s*(?:"(?:${SIMPLE.join('|')})"\s*:\s*"[^"\\]*"\s*,\s*)*"(data|result)"\s*:\s*`)

/** Members with values of other kinds, as clients write them behind the payload. */
const OTHERS = ['"metadata":', '"action":']

/** Keys that are tried as the first behind the payload. Metadata may contain keys of the same names. */
const STEPS_BACK = 4

/** Text behind a payload that could name the payload a second time. */
const SECOND_PAYLOAD = /"(?:data|result|error)"|\\u/

/** White space of JSON; `trimEnd` would remove other kinds, which make a frame invalid. */
const SPACE_BEHIND = /[\t\n\r ]+$/

/** The type of message that has a payload of each name. */
const TYPES: Readonly<Record<string, string>> = { data: 'invokefunction', result: 'invocationresult' }

/** The call or result in a frame, if its payload is found at little cost. */
export function splitPayload(frame: string): SplitMessage | undefined {
  if (frame.length < MIN_CHARACTERS || frame.length > LARGE_JSON_CHARACTERS || !frame.endsWith('}')) return undefined
  const [head, name] = HEAD.exec(frame) ?? []
  if (head === undefined || name === undefined) return undefined
  for (const end of endsOfPayload(frame, head.length)) {
    const members = objectIn(head, frame.slice(end))
    if (members === undefined) continue
    if (members['type'] !== TYPES[name]) return undefined
    return splitAt(frame, { members, name, payload: frame.slice(head.length, end).replace(SPACE_BEHIND, '') })
  }
  return undefined
}

/** The parsed members without the payload; `undefined` if the payload does not end there. */
function objectIn(head: string, tail: string): Record<string, unknown> | undefined {
  try {
    const members = JSON.parse(`${head}null${tail}`) as Record<string, unknown>
    return SECOND_PAYLOAD.test(tail) ? undefined : members
  } catch {
    return undefined
  }
}

interface Pieces {
  readonly members: Record<string, unknown>
  readonly name: string
  readonly payload: string
}

/** The message, if its payload is one JSON value. Head and tail are JSON around a value, so no other split is possible. */
function splitAt(frame: string, { members, name, payload }: Pieces): SplitMessage | undefined {
  try {
    members[name] = JSON.parse(payload)
  } catch {
    return undefined
  }
  if (findJsonFault(frame, ENGINE_JSON) !== undefined) return undefined
  return { message: engineCodec.read(members, frame), payload }
}

/**
 * Positions where the payload may end, the earliest first. Text within the payload may look like a member behind it, but
 * then a bracket of the payload is left over, and the members are not JSON.
 */
function endsOfPayload(frame: string, start: number): number[] {
  let from = beforeSimple(frame, start, frame.length - 1)
  const ends = [from]
  const others = OTHERS.filter((member) => frame.includes(member, start))
  for (let n = 0; n < STEPS_BACK && others.length > 0; n++) {
    const key = Math.max(...others.map((member) => frame.lastIndexOf(member, from - 1)))
    if (key <= start) break
    const comma = backOver(frame, key, ',')
    from = comma > start ? beforeSimple(frame, start, comma) : key
    if (comma > start) ends.unshift(from)
  }
  return ends
}

/** The position before the simple members that end at a position. */
function beforeSimple(frame: string, start: number, from: number): number {
  let end = from
  while (frame[end - 1] === '"') {
    const keyEnd = backOver(frame, frame.lastIndexOf('"', end - 2), ':') - 1
    const key = frame.lastIndexOf('"', keyEnd - 1)
    const comma = backOver(frame, key, ',')
    if (comma <= start || !SIMPLE.includes(frame.slice(key + 1, keyEnd))) break
    end = comma
  }
  return end
}

/** The position of a mark before a token, with at most one space between them; -1 if another character is there. */
function backOver(frame: string, token: number, mark: string): number {
  const at = frame[token - 1] === ' ' ? token - 2 : token - 1
  return frame[at] === mark ? at : -1
}
