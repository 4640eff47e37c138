/**
 * What becomes of the body of a request. JSON is parsed, since its value is part of the payload. Any other body is streamed
 * into a channel at the pace of its reader. Uses only `write` and `end` of channels.
 */
import type { IncomingMessage } from 'node:http'
import { Writable } from 'node:stream'
import { JsonText } from '../../../../wire/protocol/json-text.js'
import { ENGINE_JSON, LARGE_JSON_CHARACTERS, MAX_JSON_NODES } from '../../../../wire/protocol/limits.js'
import { JsonOutline } from '../../../../std/json/json-outline.js'
import { findJsonFault } from '../../../../std/json/json-scan.js'
import type { TickLane } from '../../../../std/time/tick-lane.js'
import type { HostChannels } from '../../builtin.js'

/** Characters of a large body that are parsed per tick. */
const PIECE_CHARACTERS = 128 * 1024

/** `application/json`, and formats based on it whose names begin so, such as `application/json-patch+json`. */
const JSON_MEDIA_TYPE = /^\s*application\/json(-[\w.-]+\+json)?\s*$/i

/** The write end of a channel for the body of a request. */
export type BodyChannel = ReturnType<HostChannels['createOutgoing']>

/**
 * Whether a body is parsed, by its content type. All these types require a preflight request from pages of another
 * origin. Parameters are ignored.
 */
export function isJson(contentType: string | undefined): boolean {
  const [mediaType = ''] = (contentType ?? '').split(';', 1)
  return JSON_MEDIA_TYPE.test(mediaType)
}

/** The value of a JSON body; `null` if it is invalid JSON, `'too-many-values'` if it has too many values. */
export type BodyValue = { readonly value: unknown } | 'too-many-values'

/** Parses a collected body. A large one is parsed in pieces, in the lane of expensive work, and stays text. */
export function readBody(body: Uint8Array, lane: TickLane): Promise<BodyValue> {
  const text = decode(body)
  if (text === undefined) return Promise.resolve({ value: null })
  if (text.length <= LARGE_JSON_CHARACTERS) return Promise.resolve({ value: parse(text) })
  const outline = new JsonOutline(text, { maxDepth: ENGINE_JSON.maxDepth, maxNodes: MAX_JSON_NODES })
  return new Promise((resolve) => {
    lane.add(() => {
      if (!outline.step(PIECE_CHARACTERS)) return false
      if (outline.fault === 'too_many_nodes') resolve('too-many-values')
      else resolve({ value: outline.fault === undefined ? new JsonText(outline.root, outline.cost) : null })
      return true
    })
  })
}

function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return undefined
  }
}

function parse(text: string): unknown {
  try {
    return findJsonFault(text, ENGINE_JSON) === undefined ? JSON.parse(text) : null
  } catch {
    return null
  }
}

/** Writes a collected body into a channel, as one item, and ends it. */
export function sendBody(channel: BodyChannel, body: Uint8Array): void {
  if (body.length === 0) {
    channel.end()
    return
  }
  channel.write(body).then(
    () => channel.end(),
    // The reader disconnected before it read the body; nothing waits for it.
    () => undefined,
  )
}

/** Streams a body into a channel, with backpressure to the client. */
export function pipeBody(request: IncomingMessage, channel: BodyChannel): void {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      channel.write(chunk).then(() => done(), done)
    },
    final(done) {
      channel.end()
      done()
    },
  })
  // The reader disconnected: the rest of the body stays unread until the response has been sent, then it is discarded.
  sink.on('error', () => request.unpipe(sink))
  request.pipe(sink)
}
