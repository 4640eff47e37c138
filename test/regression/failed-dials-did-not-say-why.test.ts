/** A worker without an engine, or with the address of something else, printed a code of the socket and nothing to do. */
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { testEngine } from '../kit/local-rig.js'

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as { port: number }).port
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** What a worker reports of its only dial. */
async function reportOf(address: string): Promise<string> {
  const worker = registerWorker(address, {
    otel: { enabled: false },
    reconnectionConfig: { maxRetries: 0 },
    diagnostics: (event) => {
      if (event.kind === 'connection_ended') reports.push(event.error.message)
    },
  })
  const reports: string[] = []
  onTestFinished(() => worker.shutdown())
  await worker.ready().catch(() => undefined)
  return reports.join()
}

test('no engine at the address: the message says how to start one, without the credentials', async () => {
  const port = await freePort()
  expect(await reportOf(`ws://me:secret@127.0.0.1:${String(port)}/?token=secret`)).toBe(
    `There is no engine at ws://127.0.0.1:${String(port)}/ (ECONNREFUSED). ` +
      'Start one with `npx iii-node engine`, or check the address',
  )
})

test('the port for HTTP requests: the message says that it is not the one for workers', async () => {
  const engine = await testEngine()
  const address = engine.httpUrl!.replace('http:', 'ws:')
  expect(await reportOf(address)).toBe(
    `${address} answers HTTP 404 instead of a WebSocket handshake: it is not the engine's port for workers. ` +
      'Check port and path (workers connect to 49134 by default)',
  )
})

test('a token that a proxy refuses: the message says to check it', async () => {
  const server = createHttpServer().on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  })
  const address = `ws://127.0.0.1:${String(await portOf(server))}`
  expect(await reportOf(address)).toBe(
    `The engine at ${address} refused the handshake with HTTP 401. ` +
      'Check the token or the headers that this worker sends',
  )
})

test('wss:// at an engine without TLS: the message names the right scheme', async () => {
  const engine = await testEngine()
  const address = engine.url.replace('ws:', 'wss:')
  expect(await reportOf(address)).toBe(`${address} does not use TLS. Use ws:// instead of wss://`)
})

test.each([
  ['closes the connection', ''],
  ['answers in another protocol', '220 mail.example ESMTP\r\n'],
])('a port that %s: the message says that it is for something else', async (_, answer) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(answer))
  })
  const address = `ws://127.0.0.1:${String(await portOf(server))}`
  expect(await reportOf(address)).toMatch(
    new RegExp(`^${address} closed the connection during the handshake \\(\\w+\\), as a port for something else does`),
  )
})
