/** After one `subscribe` trigger of a topic had gone, the engine delivered nothing to the others, for good. */
import { expect, onTestFinished, test } from 'vitest'
import type { III } from '../../src/index.js'
import type { TestEngine } from '../../src/entry/testing.js'
import { workerRig, type WorkerRig } from '../kit/worker-rig.js'
import { testEngine } from '../kit/local-rig.js'

const quirks = { silentTopics: true, abruptHandOver: true }

interface Subscriber {
  readonly worker: III
  heard: number
  readonly trigger: { unregister(): void }
}

async function subscriber(engine: TestEngine, name: string): Promise<Subscriber> {
  const worker = engine.connect({ workerName: name })
  const one = { worker, heard: 0 }
  worker.registerFunction(name, () => {
    made.heard += 1
  })
  const trigger = worker.registerTrigger({ type: 'subscribe', function_id: name, config: { topic: 't' } })
  const made: Subscriber = Object.assign(one, { trigger })
  await worker.ready()
  return made
}

/** Three subscribers of one topic, on virtual time. */
async function stage(): Promise<{ engine: TestEngine; receivedBy: () => Promise<number[]>; all: Subscriber[] }> {
  const engine = await testEngine({ ports: false, clock: 'virtual', quirks })
  const all = [await subscriber(engine, 'a'), await subscriber(engine, 'b'), await subscriber(engine, 'c')]
  await engine.advance(100)
  const receivedBy = async (): Promise<number[]> => {
    for (const one of all) one.heard = 0
    await engine.call('publish', { topic: 't', data: {} })
    await engine.advance(1)
    return all.map(({ heard }) => heard)
  }
  return { engine, receivedBy, all }
}

test.each<[string, (engine: TestEngine, one: Subscriber) => unknown]>([
  ['is cut', (engine, { worker }) => engine.reject(worker)],
  ['is shut down', (_engine, { worker }) => worker.shutdownAsync()],
  ['unregisters its trigger', (_engine, { trigger }) => trigger.unregister()],
])('a subscriber that %s leaves the others their events, once each', async (_name, leave) => {
  const { engine, receivedBy, all } = await stage()
  expect(await receivedBy()).toEqual([1, 1, 1])
  const left = leave(engine, all[0]!)
  await engine.advance(200)
  await left
  expect(await receivedBy()).toEqual([0, 1, 1])
  expect(await receivedBy()).toEqual([0, 1, 1])
})

test('a departure that the engine does not report is repaired within 66 s', async () => {
  const { engine, receivedBy, all } = await stage()
  // A trigger without a worker: the engine reports no change when it goes.
  const id = await engine.call('engine::register_trigger', {
    trigger_type: 'subscribe',
    function_id: 'a',
    config: { topic: 't' },
  })
  await engine.call('engine::unregister_trigger', id)
  expect(await receivedBy()).toEqual([0, 0, 0])
  await engine.advance(66_000)
  expect(await receivedBy()).toEqual([1, 1, 1])
  expect(all).toHaveLength(3)
})

/** A worker with a subscription, on an engine that the test plays. */
async function flawedRig(broken: WorkerRig['engine']['broken']): Promise<WorkerRig> {
  const rig = workerRig({}, (engine) => {
    engine.broken = broken
  })
  rig.worker.registerFunction('f', () => undefined)
  rig.worker.registerTrigger({ type: 'subscribe', function_id: 'f', config: { topic: 't' } })
  await rig.settle()
  return rig
}

test('an engine with independent topics receives each trigger once, and no hidden function', async () => {
  const rig = await flawedRig(new Set())
  await rig.clock.advance(200_000)
  expect(rig.link.all('registertrigger')).toHaveLength(1)
  expect(rig.link.all('registerfunction')).toHaveLength(1)
})

test('simultaneous departures cause one repair', async () => {
  const rig = await flawedRig(new Set(['topics-independent']))
  const news = rig.link.all('registerfunction').find(({ id }) => id.includes('worker-news'))!.id
  for (let n = 0; n < 20; n++) rig.link.invoke(news, { event: 'worker_disconnected', worker_id: `w${n}` })
  await rig.settle()
  await rig.clock.advance(1_000)
  const sent = rig.link.all('registertrigger').filter(({ trigger_type }) => trigger_type === 'subscribe')
  expect(sent).toHaveLength(2)
  expect(sent[1]).toEqual(sent[0])
})

test('connecting workers cause none', async () => {
  const rig = await flawedRig(new Set(['topics-independent']))
  const news = rig.link.all('registerfunction').find(({ id }) => id.includes('worker-news'))!.id
  rig.link.invoke(news, { event: 'worker_connected', worker_id: 'w' })
  await rig.clock.advance(1_000)
  expect(rig.link.all('registertrigger').filter(({ trigger_type }) => trigger_type === 'subscribe')).toHaveLength(1)
})

test.each([
  ['before', new Set(['functions-handed-over'] as const)],
  ['after', new Set<never>()],
] as const)('a shutdown releases triggers %s functions, as the engine needs it', async (order, broken) => {
  const rig = await flawedRig(broken)
  const link = rig.link
  const ended = rig.worker.shutdownAsync()
  onTestFinished(() => ended.then(() => undefined))
  await rig.clock.advance(5_000)
  const types = link.received.map(({ type }) => type)
  const triggersFirst = types.indexOf('unregistertrigger') < types.indexOf('unregisterfunction')
  expect(types).toContain('unregisterfunction')
  expect(types).toContain('unregistertrigger')
  expect(triggersFirst).toBe(order === 'before')
})

test('a worker that waits for a function binds its triggers only once it owns the function', async () => {
  const engine = await testEngine({ ports: false, clock: 'virtual', quirks })
  const first = engine.connect({ workerName: 'first' })
  let heard = 0
  const serve = (worker: III): void => {
    worker.registerFunction('f', () => {
      heard += 1
    })
    worker.registerTrigger({ type: 'subscribe', function_id: 'f', config: { topic: 't' } })
  }
  serve(first)
  await first.ready()
  const second = engine.connect({ workerName: 'second', onConflict: 'wait', diagnostics: 'silent' })
  serve(second)
  await engine.advance(500)
  const bound = (): boolean =>
    [...engine.frames(second).sent].some((frame) => JSON.stringify(frame).includes('subscribe'))
  expect(bound()).toBe(false)
  const ended = first.shutdownAsync()
  await engine.advance(5_000)
  await ended
  expect(bound()).toBe(true)
  await engine.call('publish', { topic: 't', data: {} })
  await engine.advance(1)
  expect(heard).toBe(1)
})
