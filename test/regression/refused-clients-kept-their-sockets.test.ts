import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { StartedEngine } from '../../src/engine/engine.js'
import { startEngine } from '../../src/engine/local-engine.js'

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'

/** Whether the engine closes the connection of a client that sends a head, goes on writing, and never closes its end. */
async function isClosed(url: string | undefined, head: string): Promise<void> {
  const { port } = new URL(String(url))
  const client = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => undefined).resume()
  client.write(`${head}\r\n`.replace('HOST', `Host: 127.0.0.1:${port}`))
  // eslint-disable-next-line local/real-time -- a client that goes on writing to a real socket
  const writing = setInterval(() => client.write('x'), 20)
  onTestFinished(() => {
    clearInterval(writing)
    client.destroy()
  })
  // Only a socket that is closed as a whole resets its peer.
  await expect.poll(() => client.closed, { timeout: 5_000 }).toBe(true)
}

const refused: readonly [what: string, (engine: StartedEngine) => string | undefined, head: string][] = [
  [
    'a page of another origin',
    ({ url }) => url,
    `GET / HTTP/1.1\r\nHOST\r\n${UPGRADE}Origin: https://evil.example\r\n`,
  ],
  ['an unknown path of the worker port', ({ url }) => url, `GET /none HTTP/1.1\r\nHOST\r\n${UPGRADE}`],
  ['an unknown channel', ({ url }) => url, `GET /ws/channels/none HTTP/1.1\r\nHOST\r\n${UPGRADE}`],
  ['an unknown path of the stream port', ({ streamUrl }) => streamUrl, `GET /none HTTP/1.1\r\nHOST\r\n${UPGRADE}`],
  ['a request without upgrade', ({ url }) => url, 'POST / HTTP/1.1\r\nHOST\r\nContent-Length: 100000\r\n'],
]

test.each(refused)(
  'the socket of a refused client is closed, also if the client keeps it: %s',
  async (_, urlOf, head) => {
    const engine = await startEngine({ port: 0, httpPort: 0, streamPort: 0 })
    onTestFinished(() => engine.close())
    await isClosed(urlOf(engine), head)
  },
)
