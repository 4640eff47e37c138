/** Opens the WebSocket a step describes; a refused handshake is an outcome, not an error. */
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { Peer } from './peer.js'
import type { Handshake } from './scenario.js'

export type HandshakeOutcome =
  | { readonly kind: 'open'; readonly peer: Peer }
  | { readonly kind: 'refused'; readonly answer: { readonly status: number; readonly text: string } }
  | { readonly kind: 'failed'; readonly message: string }

const MAX_PAYLOAD_BYTES = 512 * 1024 * 1024

export function openSocket(name: string, base: string, spec: Handshake): Promise<HandshakeOutcome> {
  const socket = new WebSocket(addressOf(base, spec), {
    headers: { ...spec.headers },
    maxPayload: MAX_PAYLOAD_BYTES,
    perMessageDeflate: false,
  })
  // Listens before the socket is open: the first frame may come in the same packet as the handshake's answer.
  const peer = new Peer(name, socket)
  return new Promise((resolve) => {
    socket.once('open', () => resolve({ kind: 'open', peer }))
    socket.once('error', (error) => resolve({ kind: 'failed', message: error.message }))
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      void textOf(response).then((text) => {
        resolve({ kind: 'refused', answer: { status: response.statusCode ?? 0, text } })
        socket.terminate()
      })
    })
  })
}

/** A target's address with the path and query of a step. */
export function addressOf(base: string, spec: Pick<Handshake, 'path' | 'query'>): URL {
  const address = new URL(spec.path ?? '', base)
  for (const [name, value] of Object.entries(spec.query ?? {})) {
    for (const one of [value].flat()) address.searchParams.append(name, one)
  }
  return address
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
