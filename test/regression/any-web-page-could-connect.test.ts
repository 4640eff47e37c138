import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { httpCall } from '../kit/http-client.js'
import { testEngine } from '../kit/local-rig.js'

/** How a WebSocket that a page of this origin opens begins: `open`, or the status it is refused with. */
function opening(url: string, origin: string): Promise<string | number | undefined> {
  const socket = new WebSocket(url, { origin })
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.terminate()
      resolve('open')
    })
    socket.once('unexpected-response', (request, { statusCode }) => {
      request.destroy()
      resolve(statusCode)
    })
    socket.on('error', () => undefined)
  })
}

test('a page of another origin reaches neither workers nor streams, and one of this machine reaches both', async () => {
  const engine = await testEngine()
  for (const url of [engine.url, `${engine.url}/otel`, engine.streamUrl!]) {
    expect(await opening(url, 'https://evil.example')).toBe(403)
    expect(await opening(url, 'null')).toBe(403)
    expect(await opening(url, 'http://localhost:5173')).toBe('open')
  }
})

test('a page of another origin may not read what a route answers, unless it is listed', async () => {
  const engine = await testEngine({ allowedOrigins: ['https://app.example'] })
  const worker = engine.connect()
  worker.registerFunction('secrets', () => ({ status_code: 200, body: 's3cr3t' }))
  worker.registerTrigger({ type: 'http', function_id: 'secrets', config: { api_path: '/secrets' } })
  await worker.ready()
  const port = Number(new URL(engine.httpUrl!).port)
  const allowed = async (origin: string) =>
    (await httpCall({ port, path: '/secrets', headers: { origin } })).headers['access-control-allow-origin']
  expect(await allowed('https://evil.example')).toBeUndefined()
  expect(await allowed('null')).toBeUndefined()
  expect(await allowed('https://app.example')).toBe('https://app.example')
  expect(await allowed('http://127.0.0.1:5173')).toBe('http://127.0.0.1:5173')
})
