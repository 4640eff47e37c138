/** The codec of the engine's end. Large payloads pass through it as text. */
import { findJsonFault, JSON_FAULTS, type JsonFault } from '../../std/json/json-scan.js'
import { describe } from '../../std/text/describe.js'
import { createCodec } from './codec.js'
import { JsonText, withMember } from './json-text.js'
import { ENGINE_JSON, MAX_INBOUND_BYTES } from './limits.js'
import { engineMessages, workerMessages } from './messages.js'
import { isRecord } from './validate.js'

function write(message: object): string {
  const { data, result } = message as { readonly data?: unknown; readonly result?: unknown }
  if (JsonText.is(data))
    return withMember(new JsonText(JSON.stringify({ ...message, data: undefined })), 'data', data).text
  if (!JsonText.is(result)) return JSON.stringify(message)
  return withMember(new JsonText(JSON.stringify({ ...message, result: undefined })), 'result', result).text
}

/** Which frame an engine cannot read although JavaScript can, and why. */
function faultText(fault: JsonFault, value: unknown): string {
  const { type, function_id, id } = isRecord(value) ? value : {}
  const subject = typeof function_id === 'string' ? function_id : id
  const frame = typeof type === 'string' ? type : 'a frame'
  return `${typeof subject === 'string' ? `${frame} of ${describe(subject)}` : frame}: ${JSON_FAULTS[fault]}; engines drop such a frame`
}

/** The end of the engine, with the tables swapped. It accepts and drops the same frames as the distributed engine. */
export const engineCodec = createCodec(engineMessages, workerMessages, {
  maxBytes: MAX_INBOUND_BYTES,
  maxDepth: Infinity,
  write,
  faultOf(frame, value) {
    const fault = findJsonFault(frame, ENGINE_JSON)
    return fault && faultText(fault, value())
  },
})
