/**
 * Reads a call and keeps its payload as received text too, so that the engine forwards the payload without serialising
 * it. The payload and the members around it are parsed one after the other. This costs as much as parsing the frame,
 * and proves that the text is one JSON value. Frames with another layout, and invalid frames, are left to the codec.
 */
import { findJsonFault } from '../../std/json/json-scan.js'
import { engineCodec } from './engine-codec.js'
import { ENGINE_JSON, LARGE_JSON_CHARACTERS } from './limits.js'

/** A parsed call, and the text of its payload. */
export interface SplitCall {
  readonly message: ReturnType<typeof engineCodec.read>
  readonly payload: string
}

/** Serialising a shorter payload costs less than finding it (measured). */
const MIN_CHARACTERS = 1024

/** Members that clients write as strings without escapes, before or after the payload. */
const SIMPLE = ['type', 'invocation_id', 'function_id', 'namespace', 'traceparent', 'baggage']

/** The members before the payload, and the key of the payload. */
const HEAD = new RegExp(String.raw`^\{\s*(?:"(?:${SIMPLE.join('|')})"\s*:\s*"[^"\\]*"\s*,\s*)*"data"\s*:\s*`)

/** Members with values of other kinds. The end of a payload before them is not found, so they are searched first. */
const OTHERS = ['"metadata":', '"action":']

/** The call in a frame, if its payload is found at little cost. */
export function splitCall(frame: string): SplitCall | undefined {
  if (frame.length < MIN_CHARACTERS || frame.length > LARGE_JSON_CHARACTERS || !frame.endsWith('}')) return undefined
  const start = HEAD.exec(frame)?.[0].length
  if (start === undefined || OTHERS.some((member) => frame.includes(member, start))) return undefined
  const end = endOfPayload(frame, start)
  const payload = frame.slice(start, end).trimEnd()
  try {
    const members = JSON.parse(`${frame.slice(0, start)}null${frame.slice(end)}`) as Record<string, unknown>
    if (members['type'] !== 'invokefunction') return undefined
    members['data'] = JSON.parse(payload)
    if (findJsonFault(frame, ENGINE_JSON) !== undefined) return undefined
    return { message: engineCodec.read(members, frame), payload }
  } catch {
    return undefined
  }
}

/** The end of the payload if only simple members follow it; otherwise a position that is not the end of a value. */
function endOfPayload(frame: string, start: number): number {
  let end = frame.length - 1
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
