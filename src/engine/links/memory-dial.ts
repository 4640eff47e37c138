/**
 * Connects to the engine without a port: dialling creates a pair of joined transports and passes an upgrade request to
 * the same handler as a socket. So paths, access control and channels work alike.
 */
import { createMemoryPair } from '../../wire/transport/memory-pair.js'
import { CloseCode, passHeaders, type Dial, type HandshakeHeaders } from '../../wire/transport/transport.js'
import type { UpgradeRequest } from '../../wire/transport/ws-accept.js'

/** Dials the engine of this handler. Only the path and the query of the URL count. */
export function memoryDial(handle: (request: UpgradeRequest) => void): Dial {
  return (url, options, events) => {
    const { left, right } = createMemoryPair(options.highWaterBytes)
    const { pathname, search } = new URL(url)
    let isAsking = true
    const fail = (cause: unknown): void => {
      if (!isAsking) return
      isAsking = false
      events.close({ code: CloseCode.ABNORMAL, reason: '', cause })
    }
    const request = (headers: HandshakeHeaders): void => {
      if (!isAsking) return
      isAsking = false
      handle({
        path: pathname,
        query: search.slice(1),
        headers: { upgrade: 'websocket', ...lowerCased(headers) },
        remoteAddress: '',
        accept: (createEvents, peerHeaders) => {
          left.peerHeaders = peerHeaders
          right.bind(createEvents(right))
          left.bind(events)
        },
        refuse: (status, reason) => {
          events.close({ code: CloseCode.ABNORMAL, reason, status })
        },
      })
    }
    queueMicrotask(() => {
      passHeaders(options, request, fail)
      // Headers may never come: only then can the transport end before it has a listener.
      const cut = left.terminate.bind(left)
      left.terminate = () => {
        cut()
        fail(undefined)
      }
    })
    return left
  }
}

function lowerCased(headers: HandshakeHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
