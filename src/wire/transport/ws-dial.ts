/**
 * Opens WebSockets to an engine. The socket is constructed synchronously; everything else is an event. The library is
 * loaded by the first dial: it would be half of the cost of a cold import, and tests in memory never dial.
 */
import type { IncomingMessage } from 'node:http'
import type * as Ws from 'ws'
import { MAX_INBOUND_BYTES } from '../protocol/limits.js'
import { requireModule } from '../../std/require-module.js'
import { dialProblem } from './dial-problem.js'
import type { Dial } from './transport.js'
import { WsTransport } from './ws-transport.js'

/** Dials over TCP or TLS, without compression, which the engine does not offer. */
export const dialWebSocket: Dial = (url, options, events) => {
  // The package itself declares the type of its module.
  const { WebSocket } = requireModule('ws') as typeof Ws
  const ws = new WebSocket(url, {
    finishRequest(request) {
      queueMicrotask(() => {
        for (const [name, value] of Object.entries(options.headers())) request.setHeader(name, value)
        request.end()
      })
    },
    maxPayload: MAX_INBOUND_BYTES,
    perMessageDeflate: false,
    followRedirects: false,
    ...(options.closeTimeoutMs === undefined ? {} : { closeTimeout: options.closeTimeoutMs }),
  })
  const transport = new WsTransport(ws, events, options.highWaterBytes)
  transport.describeFailure = (cause) => (cause instanceof Error ? { problem: dialProblem(cause, url) } : {})
  ws.once('upgrade', (response: IncomingMessage) => {
    response.socket.setNoDelay(true)
    transport.peerHeaders = response.headers
    transport.attach(response.socket, 'client')
  })
  ws.once('unexpected-response', (_request, response: IncomingMessage) => {
    const status = response.statusCode ?? 0
    transport.handshakeRefused(status, new Error(`The engine refused the handshake with HTTP ${String(status)}`))
    response.resume()
    // If this event has a listener, the library leaves ending the attempt to us.
    ws.terminate()
  })
  ws.once('open', () => {
    events.open()
  })
  return transport
}
