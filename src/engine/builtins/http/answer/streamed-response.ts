/**
 * Streams a response that a function writes into its channel. Text items set status and headers until the first binary
 * item, which starts the body. The next item is read when the client has taken the last one, so a slow client slows the
 * function down.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { isRecord } from '../../../../wire/protocol/validate.js'
import type { ChannelPayload } from '../../builtin.js'
import { isStatus, type Head } from './answer.js'
import type { Exchange } from '../exchange.js'
import { readHeaders } from './response-headers.js'

/** A response whose head is known. */
export interface StreamStart extends Head {
  /** The first piece of the body; `undefined` if the channel ended without one. */
  readonly first: Uint8Array | undefined
  /** The items that follow. */
  readonly rest: AsyncIterator<ChannelPayload>
}

const MAX_STREAM_STATUS = 599

/** Reads a channel up to the first piece of the body, or to its end. */
export async function readStart(items: AsyncIterator<ChannelPayload>): Promise<StreamStart> {
  let status = 200
  const headers = new Map<string, readonly string[]>()
  for (let next = await items.next(); next.done !== true; next = await items.next()) {
    if (typeof next.value !== 'string') return { status, headers, first: next.value, rest: items }
    const control = parseControl(next.value)
    if (control['type'] === 'set_status' && isStatus(control['status_code'], MAX_STREAM_STATUS)) {
      status = control['status_code']
    } else if (control['type'] === 'set_headers') {
      for (const [name, values] of readHeaders(control['headers'])) headers.set(name, values)
    }
  }
  return { status, headers, first: undefined, rest: items }
}

/**
 * Sends the body after the head has been written, to the end of the channel.
 * @throws when the client disconnects, the channel breaks, or the length of the body differs from `content-length`.
 */
export async function sendStream(exchange: Exchange, { first, rest }: StreamStart): Promise<void> {
  const { response } = exchange
  if (first !== undefined) {
    // The head is sent now, even if the first piece is empty.
    response.flushHeaders()
    await writePiece(exchange, first)
    for (let next = await exchange.during(rest.next()); next.done !== true;) {
      if (typeof next.value !== 'string') await writePiece(exchange, next.value)
      next = await exchange.during(rest.next())
    }
  }
  response.end()
}

async function writePiece(exchange: Exchange, piece: Uint8Array): Promise<void> {
  if (exchange.response.write(piece)) return
  await exchange.during(hasRoom(exchange.response))
}

async function hasRoom(response: ServerResponse): Promise<void> {
  await once(response, 'drain')
}

function parseControl(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}
