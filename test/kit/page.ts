/** What a web page offers a worker, in Node: sockets of `ws`, which have the interface of a browser's. */
import { WebSocket } from 'ws'
import { webClock } from '../../src/std/time/web-clock.js'
import type { WebPlatform, WebSocketLike } from '../../src/wire/transport/web-transport.js'

export const page: WebPlatform = {
  clock: webClock,
  open: (url) => {
    const socket = new WebSocket(url)
    // A browser's socket reports errors by its end.
    socket.on('error', () => undefined)
    return socket as unknown as WebSocketLike
  },
}
