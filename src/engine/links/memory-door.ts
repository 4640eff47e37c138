/**
 * A way into the engine without a port: dialling makes a joined pair of transports and knocks at the same door a
 * socket would, so paths, access and channels work alike.
 */
import { createMemoryPair } from '../../wire/transport/memory-pair.js'
import { CloseCode, type Dial } from '../../wire/transport/transport.js'
import type { UpgradeRequest } from '../../wire/transport/ws-accept.js'

/** Dials into the engine whose door this is. The URL counts from its path on. */
export function memoryDial(knock: (request: UpgradeRequest) => void): Dial {
  return (url, options, events) => {
    const { left, right } = createMemoryPair()
    const { pathname, search } = new URL(url)
    queueMicrotask(() => {
      knock({
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
