/**
 * Connects to the engine without a port: dialling creates a pair of joined transports and passes an upgrade request to
 * the same handler as a socket. So paths, access control and channels work alike.
 */
import { createMemoryPair } from '../../wire/transport/memory-pair.js'
import { CloseCode, type Dial } from '../../wire/transport/transport.js'
import type { UpgradeRequest } from '../../wire/transport/ws-accept.js'

/** Dials the engine of this handler. Only the path and the query of the URL count. */
export function memoryDial(handle: (request: UpgradeRequest) => void): Dial {
  return (url, options, events) => {
    const { left, right } = createMemoryPair()
    const { pathname, search } = new URL(url)
    queueMicrotask(() => {
      handle({
        path: pathname,
        query: search.slice(1),
        headers: { upgrade: 'websocket', ...lowerCased(options.headers()) },
        remoteAddress: '',
        accept: (createEvents, headers) => {
          left.peerHeaders = headers
          right.bind(createEvents(right))
          left.bind(events)
        },
        refuse: (status, reason) => {
          events.close({ code: CloseCode.ABNORMAL, reason, status })
        },
      })
    })
    return left
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
