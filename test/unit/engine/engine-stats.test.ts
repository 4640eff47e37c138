import { expect, onTestFinished, test } from 'vitest'
import { engineConfigOf } from '../../../src/engine/config/config.js'
import { startEngine } from '../../../src/engine/engine.js'
import type { Transport } from '../../../src/wire/transport/transport.js'
import { engineRig } from '../../kit/engine-rig.js'
import { RawWorker } from '../../kit/raw-worker.js'

const text = 'x'.repeat(1_000)

test('an idle engine has all counters at zero', async () => {
  const rig = await engineRig()
  const { refused, dropped, cutOff, waiting } = rig.engine.stats()
  for (const group of [refused, dropped, cutOff, waiting]) expect(new Set(Object.values(group))).toEqual(new Set([0]))
})

test('calls above the number in flight are counted', async () => {
  const rig = await engineRig({}, { maxPendingCalls: 2 })
  const worker = await rig.worker({})
  worker.register('f')
  for (let n = 0; n < 5; n += 1) worker.invoke('f', n)
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ pendingCalls: 2, refused: { excessCalls: 3 } })
})

test('triggers refused by a provider and triggers without an owner above the cap are counted separately', async () => {
  const rig = await engineRig({ workers: [{ name: 'iii-cron' }] }, { maxUnownedTriggers: 1 })
  const worker = await rig.worker({})
  worker.send({
    type: 'registertrigger',
    id: 't',
    trigger_type: 'cron',
    function_id: 'f',
    config: { expression: 'no' },
  })
  await rig.settle()
  const input = { trigger_type: 'missing', function_id: 'f', config: {} }
  for (let n = 0; n < 3; n += 1) await rig.call(worker, 'engine::register_trigger', input)
  expect(rig.engine.stats().refused).toMatchObject({ triggers: 1, unownedTriggers: 2 })
})

test('channels refused are counted', async () => {
  const rig = await engineRig({}, { maxChannels: 1 })
  const worker = await rig.worker({})
  for (let n = 0; n < 3; n += 1) await rig.call(worker, 'engine::channels::create')
  expect(rig.engine.stats()).toMatchObject({ channels: 1, refused: { channels: 2 } })
})

test('frames that wait for a worker registration are counted, and a link cut for too many is counted', async () => {
  const rig = await engineRig({}, { maxHeldFrames: 3 })
  const worker = await rig.worker()
  worker.register('a', 'b', 'c')
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ waiting: { heldFrames: 3 }, cutOff: { heldFrames: 0 } })
  worker.register('d')
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ sessions: 0, waiting: { heldFrames: 0 }, cutOff: { heldFrames: 1 } })
})

test('a client that sends too much before a guarded listener let it in is cut off and counted', async () => {
  const guarded = { name: 'iii-worker-manager', config: { rbac: { auth_function_id: 'missing' } } }
  const engine = await startEngine(engineConfigOf({ workers: [guarded] }), {
    opensPorts: false,
    onUpgrade: (request, enter) => {
      enter({
        ...request,
        accept: (events, headers) => request.accept((transport) => events(unpausable(transport)), headers),
      })
    },
  })
  onTestFinished(() => engine.close())
  const guest = new RawWorker(engine.dial())
  for (let n = 0; n < 1_001; n += 1) guest.transport.send('{}')
  await expect.poll(() => guest.closed).toMatchObject({ code: 1006 })
  expect(engine.stats().cutOff).toEqual({ unread: 0, heldFrames: 0, earlyFrames: 1, largeMessages: 0 })
})

/** A transport whose peer keeps sending: a WebSocket may already hold frames when it is paused. */
function unpausable(transport: Transport): Transport {
  return new Proxy(transport, {
    get: (target, name) => {
      if (name === 'pause') return () => undefined
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}

test('statistics include pending jobs, their bytes and the dead-letter queue', async () => {
  const rig = await engineRig({ workers: [{ name: 'iii-queue' }] })
  const worker = await rig.worker({})
  worker.register('job')
  const action = { type: 'enqueue', queue: 'default' }
  for (let n = 0; n < 3; n += 1) await rig.call(worker, 'job', { text }, { action })
  const { jobs, jobBytes, deadLetters } = rig.engine.stats().waiting
  expect([jobs, deadLetters]).toEqual([3, 0])
  expect(jobBytes).toBeGreaterThan(3_000)
})

test('data queued in a channel is shown', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  const { result } = await rig.call(worker, 'engine::channels::create')
  const { channel_id: id, access_key: key } = (result as { writer: { channel_id: string; access_key: string } }).writer
  const writer = new RawWorker(rig.engine.dial(), `memory://engine/ws/channels/${id}?key=${key}&dir=write`)
  await rig.settle()
  for (let n = 0; n < 3; n += 1) writer.transport.send(new Uint8Array(100))
  await rig.settle()
  expect(rig.engine.stats().waiting.channelBytes).toBe(300)
})

test('a snapshot of the counters does not change', async () => {
  const rig = await engineRig({}, { maxPendingCalls: 1 })
  const worker = await rig.worker({})
  worker.register('f')
  await rig.settle()
  const before = rig.engine.stats()
  for (let n = 0; n < 3; n += 1) worker.invoke('f', n)
  await rig.settle()
  expect([before.refused.excessCalls, rig.engine.stats().refused.excessCalls]).toEqual([0, 2])
})
