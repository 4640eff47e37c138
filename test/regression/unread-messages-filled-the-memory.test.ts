import { connect } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { engineRig, type EngineRig } from '../kit/engine-rig.js'
import { rawSocket, rawWorker, type RawSocket } from '../kit/raw-socket.js'

const MIB = 1024 * 1024
const LISTENER = { name: 'iii-worker-manager', config: { host: '127.0.0.1', port: 0 } }
const STREAM = { name: 'iii-stream', config: { host: '127.0.0.1', port: 0 } }
const HTTP = { name: 'iii-http', config: { host: '127.0.0.1', port: 0 } }

/** An engine that keeps 40 MiB for clients that do not read, with a value of 12 MiB for them to ask for. */
async function rig(): Promise<EngineRig & { readonly reader: RawSocket }> {
  const settings = { workers: [LISTENER, HTTP, { name: 'iii-state' }] as never }
  const made = await engineRig(settings, { maxUnreadBytes: 40 * MIB })
  const reader = await rawWorker(made.engine.url)
  const data = { scope: 's', key: 'k', value: 'x'.repeat(12 * MIB) }
  const invocation_id = '00000000-0000-4000-8000-000000000001'
  reader.send({ type: 'invokefunction', invocation_id, function_id: 'state::set', data })
  await reader.next((frame) => frame['invocation_id'] === invocation_id)
  return { ...made, reader }
}

async function silentWorker({ engine }: EngineRig, answers: number): Promise<RawSocket> {
  const silent = await rawWorker(engine.url)
  silent.socket.pause()
  for (let asked = 1; asked <= answers; asked += 1) {
    const invocation_id = `00000000-0000-4000-8000-00000000000${String(asked)}`
    silent.send({ type: 'invokefunction', invocation_id, function_id: 'state::get', data: { scope: 's', key: 'k' } })
  }
  return silent
}

test('workers that do not read share one limit, and the one with the most loses its link', async () => {
  const made = await rig()
  const { engine } = made
  await silentWorker(made, 1)
  await silentWorker(made, 1)
  await expect.poll(() => engine.stats().waiting.workerBytes).toBeGreaterThan(12 * MIB)
  expect(engine.stats()).toMatchObject({ sessions: 3, cutOff: { unread: 0 } })
  await silentWorker(made, 2)
  await expect.poll(() => engine.stats()).toMatchObject({ sessions: 3, cutOff: { unread: 1 } })
  expect(engine.stats().waiting.workerBytes).toBeLessThanOrEqual(40 * MIB)
})

test('responses that HTTP clients do not read count as well', async () => {
  const made = await rig()
  const { engine, reader } = made
  const route = { type: 'registertrigger', id: 'route', trigger_type: 'http', function_id: 'big' }
  reader.send({ type: 'registerfunction', id: 'big' })
  reader.send({ ...route, config: { api_path: 'big', http_method: 'GET' } })
  reader.socket.on('message', (text: Buffer) => {
    if (!text.includes('"invokefunction"')) return
    const { invocation_id, function_id } = JSON.parse(text.toString()) as Record<string, string>
    const result = { status_code: 200, body: 'x'.repeat(12 * MIB) }
    reader.send({ type: 'invocationresult', invocation_id, function_id, result })
  })
  await expect.poll(() => engine.stats().triggers).toBe(1)
  for (let asked = 0; asked < 5; asked += 1) {
    const client = connect(Number(new URL(String(engine.httpUrl)).port), '127.0.0.1').pause()
    onTestFinished(() => void client.destroy())
    client.on('error', () => undefined).write('GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n')
  }
  await expect.poll(() => engine.stats().cutOff.unread, { timeout: 5000 }).toBeGreaterThanOrEqual(1)
})

test('messages that stream clients do not read count as well', async () => {
  const { engine } = await engineRig({ workers: [LISTENER, STREAM] as never }, { maxUnreadBytes: 20 * MIB })
  const clients = await Promise.all(Array.from({ length: 4 }, () => rawSocket(String(engine.streamUrl))))
  for (const client of clients) {
    const data = { subscriptionId: '1', streamName: 's', groupId: 'g' }
    client.send({ type: 'join', data })
    await client.next(({ type }) => type === 'stream')
    client.socket.pause()
  }
  const worker = await rawWorker(engine.url)
  const event = { stream_name: 's', group_id: 'g', type: 'e', data: 'x'.repeat(4 * MIB) }
  for (let sent = 0; sent < 5; sent += 1) {
    worker.send({ type: 'invokefunction', function_id: 'stream::send', action: { type: 'void' }, data: event })
  }
  await expect.poll(() => engine.stats().cutOff.unread, { timeout: 5000 }).toBeGreaterThanOrEqual(1)
  expect(engine.stats().cutOff.unread).toBeLessThan(clients.length)
})
