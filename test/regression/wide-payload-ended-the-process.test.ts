import { expect, onTestFinished, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { openLevelStore } from '../../src/engine/storage/level-store.js'
import type { Write } from '../../src/engine/storage/store.js'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine } from '../../src/engine/engine.js'
import { systemRandom } from '../../src/std/random.js'
import type { Log } from '../../src/std/log.js'
import { iiiFn } from '../../src/sdk/worker/functions/wrapped-function.js'
import { httpCall } from '../kit/http-client.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'
import { RawWorker } from '../kit/raw-worker.js'
import { temporaryFolder } from '../kit/temporary-folder.js'
import { connectedRig } from '../kit/worker-rig.js'

nothingEscapes()

/** Wider than the arguments that a stack holds. */
const WIDTH = 130_000

async function realSockets(): Promise<{ url: string; port: number }> {
  const listener = { name: 'iii-worker-manager', config: { host: '127.0.0.1', port: 0 } }
  const http = { name: 'iii-http', config: { host: '127.0.0.1', port: 0 } }
  const engine = await startEngine(engineConfigOf({ workers: [listener, http] }))
  onTestFinished(() => engine.close())
  return { url: engine.url, port: Number(new URL(engine.httpUrl!).port) }
}

test('a wide list in a request over HTTP is a payload like any other', async () => {
  const { url, port } = await realSockets()
  const worker = registerWorker(url, { otel: { enabled: false } })
  onTestFinished(() => worker.shutdown())
  worker.registerFunction('count', ({ body }: { body: unknown[] }) => ({
    status_code: 200,
    body: { items: body.length },
  }))
  worker.registerTrigger({ type: 'http', function_id: 'count', config: { api_path: '/count', http_method: 'POST' } })
  await worker.ready()
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify(Array.from({ length: WIDTH }, () => 1))
  for (let round = 0; round < 2; round += 1) {
    const answer = await httpCall({ port, method: 'POST', path: '/count', headers, body })
    expect(answer.json()).toEqual({ items: WIDTH })
  }
  expect(worker.stats()).toMatchObject({ failedFrames: 0, reconnects: 0 })
})

test.each([
  ['list', Array.from({ length: WIDTH }, (_, index) => index)],
  ['object', Object.fromEntries(Array.from({ length: WIDTH }, (_, index) => [`key-${index}`, index]))],
])('references beside a wide %s are found and replaced', async (_kind, wide) => {
  const rig = await connectedRig({ otel: { enabled: false } })
  const reference = { channel_id: 'c', access_key: 'k', direction: 'read' }
  rig.worker.registerFunction(
    'f',
    ({ ends }: { ends: { constructor: { name: string } }[] }) => ends[0]!.constructor.name,
  )
  await rig.settle()
  const id = rig.link.invoke('f', { wide, ends: [reference] })
  await rig.settle()
  expect(rig.link.resultOf(id)).toMatchObject({ result: 'ChannelReader' })
})

test('an error thrown while a frame is handled is reported and answered, and the connection stays open', async () => {
  const rig = await connectedRig({ otel: { enabled: false } })
  rig.worker.registerFunction('f', () => 'served')
  await rig.settle()
  // No address can be made of half a surrogate pair; the real engine sends none.
  const id = '11111111-2222-4333-8444-555555555555'
  const data = String.raw`{"channel_id":"\ud800","access_key":"k","direction":"read"}`
  rig.link.sendText(`{"type":"invokefunction","invocation_id":"${id}","function_id":"f","data":${data}}`)
  await rig.settle()
  expect(rig.link.resultOf(id)).toMatchObject({ error: { code: 'invocation_failed', message: 'URI malformed' } })
  expect(rig.eventsOf('frame_failed')).toEqual([{ kind: 'frame_failed', error: expect.any(URIError) as URIError }])
  expect(rig.worker.stats()).toMatchObject({ failedFrames: 1, runningInvocations: 0, reconnects: 0 })
  const next = rig.link.invoke('f')
  await rig.settle()
  expect(rig.link.resultOf(next)).toMatchObject({ result: 'served' })
})

test('a call that the engine cannot handle is logged and answered, and the connection stays open', async () => {
  const errors: object[] = []
  const silent = (): void => undefined
  const log: Log = { debug: silent, info: silent, warn: silent, error: (fields) => errors.push(fields) }
  const failure = new Error('no more ids')
  let isFailing = false
  const uuid = (): string => {
    if (isFailing) throw failure
    return systemRandom.uuid()
  }
  const engine = await startEngine(engineConfigOf({ workers: [] }), { log, random: { ...systemRandom, uuid } })
  onTestFinished(() => engine.close())
  const worker = new RawWorker(engine.dial())
  await expect.poll(() => worker.id).not.toBe('')

  isFailing = true
  const id = worker.invoke('f', {}, { action: { type: 'enqueue', queue: 'q' } })
  await expect.poll(() => worker.frames).toHaveLength(1)
  isFailing = false
  expect(worker.take('invocationresult', { invocation_id: id })).toMatchObject({ error: { code: 'invocation_error' } })
  expect(errors).toEqual([{ workerId: worker.id, error: failure }])
  expect(engine.stats()).toMatchObject({ failedFrames: 1, malformedFrames: 0, sessions: 1, pendingCalls: 0 })
})

test('a store takes as many changes at once as a client sends', async () => {
  const store = await openLevelStore(await temporaryFolder(), { maxValueBytes: 100, maxTotalBytes: 1e9 })
  const batch = Array.from({ length: WIDTH }, (_, index): Write => ({
    kind: 'put',
    space: 's',
    key: `${index}`,
    value: 1,
  }))
  await store.write(batch)
  expect(store.get('s', `${WIDTH - 1}`)).toBe(1)
  await store.close()
}, 60_000)

test('a list of more arguments than the stack holds is refused with a code', () => {
  const count = iiiFn((...items: number[]) => items.length, { positional: true })
  const call = (length: number): unknown =>
    count(Array.from({ length }, () => 1) as never, undefined, undefined as never)
  expect(call(10_000)).toBe(10_000)
  expect(() => call(10_001)).toThrow(expect.objectContaining({ code: 'deserialization_error' }) as Error)
})
