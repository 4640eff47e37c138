import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine, type EngineOptions, type LocalEngine } from '../../src/engine/engine.js'
import { rawSocket, rawWorker, type RawSocket } from '../kit/raw-socket.js'
import { stalled } from '../kit/waiting.js'

const MIB = 1024 * 1024

async function start(
  options: EngineOptions = {},
  workers: { name: string; config?: unknown }[] = [],
): Promise<LocalEngine> {
  const listener = { name: 'iii-worker-manager', config: { host: '127.0.0.1', port: 0, handshake_timeout_ms: 400 } }
  const engine = await startEngine(engineConfigOf({ workers: [listener, ...workers] }), options)
  onTestFinished(() => engine.close())
  return engine
}

function call(caller: RawSocket, functionId: string, data: unknown): string {
  const invocation_id = randomUUID()
  caller.send({ type: 'invokefunction', invocation_id, function_id: functionId, data })
  return invocation_id
}

const isCall = ({ type }: Record<string, unknown>): boolean => type === 'invokefunction'
const answerTo = (id: string) => (frame: Record<string, unknown>) => frame['invocation_id'] === id

test('closing sends every client a close frame, frees the ports and can be repeated', async () => {
  const engine = await start({}, [{ name: 'iii-http', config: { host: '127.0.0.1', port: 0 } }])
  const { url, httpUrl } = engine
  expect((await fetch(`${httpUrl!}/nothing`)).status).toBe(404)
  const worker = await rawWorker(url)
  const telemetry = await rawSocket(`${url}/otel`)
  await Promise.all([engine.close(), engine.close()])
  expect(await Promise.all([worker.closed, telemetry.closed])).toEqual([1005, 1005])
  await expect(fetch(`${httpUrl!}/nothing`)).rejects.toThrow()
  await expect(rawSocket(url)).rejects.toThrow()
})

test('a client that never answers a close frame does not delay the shutdown of the engine', async () => {
  const engine = await start()
  const worker = await rawWorker(engine.url)
  worker.socket.pause()
  const before = Date.now()
  await engine.close()
  expect(Date.now() - before).toBeLessThan(3000)
})

test('an engine whose port is in use rejects with a code and leaves nothing open', async () => {
  const first = await start()
  const port = Number(new URL(first.url).port)
  const workers = [
    { name: 'iii-http', config: { host: '127.0.0.1', port: 0 } },
    { name: 'iii-worker-manager', config: { host: '127.0.0.1', port } },
  ]
  const servers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length
  // Servers of the tests before may still be on their way out.
  await expect.poll(servers).toBe(1)
  await expect(startEngine(engineConfigOf({ workers }))).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  await expect.poll(servers).toBe(1)
})

test('calls for a worker that stops reading are queued and delivered later, and other workers are not delayed', async () => {
  const engine = await start()
  const slow = await rawWorker(engine.url, ['slow'])
  const caller = await rawWorker(engine.url, ['quick'])
  slow.socket.pause()
  const data = 'x'.repeat(20_000)
  for (let n = 0; n < 2000; n++) call(caller, 'slow', data)
  const quick = call(caller, 'quick', 1)
  const asked = await caller.next(isCall)
  caller.send({ type: 'invocationresult', invocation_id: asked['invocation_id'], function_id: 'quick', result: 'done' })
  expect(await caller.next(answerTo(quick))).toMatchObject({ result: 'done' })
  expect(engine.stats()).toMatchObject({ pendingCalls: 2000 })
  slow.socket.resume()
  await expect.poll(() => slow.frames.filter(isCall).length, { timeout: 8000 }).toBe(2000)
})

test('calls to a worker that does not read fail over the limit, and succeed once it reads', async () => {
  const engine = await start({
    limits: {
      maxPeerBytes: 12 * MIB,
      maxPendingCalls: 10_000,
      maxHeldFrames: 10,
      maxRegistrations: 10,
      maxRegistrationBytes: MIB,
      maxUnownedTriggers: 10,
      maxChannels: 10,
      maxSessionChannels: 10,
      maxChannelBytes: 12 * MIB,
      maxLargeMessageBytes: 256 * MIB,
      maxUnreadBytes: 256 * MIB,
      hookTimeoutMs: 1000,
    },
  })
  const slow = await rawWorker(engine.url, ['slow'])
  const caller = await rawWorker(engine.url)
  slow.socket.pause()
  const data = 'x'.repeat(MIB)
  for (let n = 0; n < 24; n++) call(caller, 'slow', data)
  const refused = await caller.next(({ error }) => error !== undefined)
  expect(refused['error']).toMatchObject({ code: 'channel_send_failed' })
  const { waiting, refused: counted } = engine.stats()
  expect(counted.callsToSlowWorkers).toBeGreaterThan(0)
  expect(waiting).toMatchObject({ pausedWorkers: 1, workerBytes: waiting.mostWorkerBytes })
  expect(waiting.mostWorkerBytes).toBeGreaterThan(12 * MIB)
  expect(waiting.mostWorkerBytes).toBeLessThan(13 * MIB + 1024)
  slow.socket.resume()
  await expect.poll(() => engine.stats().pendingCalls - slow.frames.filter(isCall).length).toBe(0)
  const id = call(caller, 'slow', 'again')
  const again = await slow.next(({ data: payload }) => payload === 'again')
  slow.send({ type: 'invocationresult', invocation_id: again['invocation_id'], function_id: 'slow', result: 1 })
  expect(await caller.next(answerTo(id))).toMatchObject({ result: 1 })
  expect(engine.stats().waiting).toMatchObject({ pausedWorkers: 0, workerBytes: 0, mostWorkerBytes: 0 })
})

test('a frame over the limit ends its connection only; the same bytes in fragments pass', async () => {
  const engine = await start()
  const worker = await rawWorker(engine.url, ['f'])
  const large = await rawWorker(engine.url)
  large.socket.send('x'.repeat(17 * MIB))
  expect([1006, 1009]).toContain(await large.closed)
  const sender = await rawWorker(engine.url)
  const text = Buffer.from(
    JSON.stringify({
      type: 'invokefunction',
      invocation_id: randomUUID(),
      function_id: 'f',
      data: 'x'.repeat(20 * MIB),
    }),
  )
  sender.socket.send(text.subarray(0, 10 * MIB), { binary: false, fin: false })
  sender.socket.send(text.subarray(10 * MIB), { binary: false, fin: true })
  const received = await worker.next(isCall)
  expect((received['data'] as string).length).toBe(20 * MIB)
})

test('a connection that never finishes its request head is closed', async () => {
  const engine = await start()
  const { port } = new URL(engine.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
})

test.each([
  ['/nope', 404],
  ['/ws/channels/', 400],
  ['/ws/channels/x?key=a&dir=read', 404],
])('the path %s is refused with %i', async (path, status) => {
  const engine = await start()
  await expect(rawSocket(`${engine.url}${path}`)).rejects.toThrow(String(status))
})

test('a channel’s slow reader holds its writer back, and the bytes arrive whole', async () => {
  const engine = await start()
  const worker = await rawWorker(engine.url)
  const id = call(worker, 'engine::channels::create', { buffer_size: 4 })
  const { result } = (await worker.next(answerTo(id))) as {
    result: { writer: { channel_id: string; access_key: string } }
  }
  const { channel_id, access_key } = result.writer
  const end = (dir: string): Promise<RawSocket> =>
    rawSocket(`${engine.url}/ws/channels/${channel_id}?key=${access_key}&dir=${dir}`)
  const [reader, writer] = [await end('read'), await end('write')]
  let received = 0
  reader.socket.on('message', (data: Buffer) => {
    received += data.length
  })
  reader.socket.pause()
  const chunk = Buffer.alloc(MIB, 7)
  for (let n = 0; n < 64; n++) writer.socket.send(chunk)
  await stalled(() => writer.socket.bufferedAmount)
  expect(writer.socket.bufferedAmount).toBeGreaterThan(16 * MIB)
  reader.socket.resume()
  await expect.poll(() => received, { timeout: 8000 }).toBe(64 * MIB)
  writer.socket.close()
  expect(await reader.closed).toBe(1005)
})
