import { expect, test } from 'vitest'
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import type { Worker } from '../../src/sdk/worker/worker.js'
import { localRig, type LocalRig } from '../kit/local-rig.js'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'

/** Longest interval between two attempts, with its jitter. */
const LONGEST_RETRY_MS = 1_000

const call = (rig: LocalRig, function_id: string): Promise<unknown> =>
  rig.engine.invoke({ functionId: function_id, data: {} }).catch((error: unknown) => (error as { code: string }).code)

async function twoReleases(names: { old?: string; new?: string } = {}) {
  const rig = await localRig([{ name: 'iii-cron' }])
  const events: DiagnosticEvent[] = []
  const old = rig.addWorker({ workerName: names.old ?? 'old' })
  for (const id of ['orders::create', 'orders::list']) old.registerFunction(id, () => `old ${id}`)
  await rig.settle()
  const next = rig.addWorker({
    workerName: names.new ?? 'new',
    onConflict: 'wait',
    diagnostics: (event) => events.push(event),
  })
  for (const id of ['orders::create', 'orders::list', 'orders::new']) next.registerFunction(id, () => `new ${id}`)
  await rig.settle()
  return { rig, old, next, events }
}

/** Lets a worker drain while a call of its function `slow` still runs. */
async function drainAtWork(rig: LocalRig, { worker, workMs }: { worker: Worker; workMs: number }) {
  worker.registerFunction('slow', () => new Promise((resolve) => rig.clock.after(workMs, () => resolve('finished'))))
  await rig.settle()
  const slow = call(rig, 'slow')
  await rig.settle()
  const drained = worker.shutdownAsync()
  await rig.settle()
  return { slow, drained }
}

const kinds = (events: readonly DiagnosticEvent[]): string[] =>
  events.filter(({ kind }) => kind !== 'state').map(({ kind }) => kind)

test('a function that another worker holds is waited for while the others are served', async () => {
  const { rig, next, events } = await twoReleases()

  expect(await call(rig, 'orders::create')).toBe('old orders::create')
  expect(await call(rig, 'orders::new')).toBe('new orders::new')
  expect(next.getConnectionState()).toBe('connected')
  expect(next.stats().waitingNames).toBe(2)
  expect(kinds(events)).toEqual(['conflict_waiting', 'conflict_waiting'])
  expect(events).toContainEqual(
    expect.objectContaining({
      kind: 'conflict_waiting',
      error: expect.objectContaining({ code: 'FUNCTION_NAMESPACE_CONFLICT', function_id: 'orders::list' }) as unknown,
    }),
  )
})

test('functions are taken over at once when their owner drains, while its handlers finish', async () => {
  const { rig, old, next, events } = await twoReleases()
  const { slow, drained } = await drainAtWork(rig, { worker: old, workMs: 5_000 })

  expect(await call(rig, 'orders::create')).toBe('new orders::create')
  expect(await call(rig, 'orders::list')).toBe('new orders::list')
  expect(next.stats().waitingNames).toBe(0)
  expect(kinds(events).slice(2)).toEqual(['conflict_over', 'conflict_over'])
  await rig.clock.advance(6_000)
  expect(await slow).toBe('finished')
  expect(await drained).toMatchObject({ drained: 1, abandoned: 0 })
})

test('functions are taken over at once when their owner dies', async () => {
  const { rig, old } = await twoReleases()
  void old.shutdown()
  await rig.settle()

  expect(await call(rig, 'orders::create')).toBe('new orders::create')
})

test('a function that is released without a notification is taken over within the longest interval', async () => {
  const { rig, old } = await twoReleases()
  const held = old.registerFunction('orders::late', () => 'old')
  const next = rig.addWorker({ onConflict: 'wait' })
  next.registerFunction('orders::late', () => 'new')
  await rig.clock.advance(60_000)
  held.unregister()
  await rig.clock.advance(LONGEST_RETRY_MS + 10)

  expect(await call(rig, 'orders::late')).toBe('new')
})

test('ready() waits for the names and reports their owners at its limit', async () => {
  const { rig, old, next } = await twoReleases()
  const late = outcomeAfter(rig, next.ready({ timeoutMs: 5_000 }), 5_000)
  expect(await late).toMatchObject({
    error: {
      code: 'TIMEOUT',
      message: expect.stringContaining(`is owned by worker ${String(old.workerId)}`) as string,
    },
  })
  const ready = next.ready()
  void old.shutdownAsync()
  expect(await outcomeAfter(rig, ready, 100)).toEqual({ value: undefined })
})

test('ready({ standby }) resolves once the engine has refused or accepted each name', async () => {
  const rig = await localRig()
  const old = rig.addWorker({ workerName: 'orders' })
  for (const id of ['orders::create', 'orders::list']) old.registerFunction(id, () => `old ${id}`)
  await rig.settle()
  const next = rig.addWorker({ workerName: 'orders', onConflict: 'wait' })
  for (const id of ['orders::create', 'orders::own']) next.registerFunction(id, () => `new ${id}`)
  // Its worker name is owned, too: the engine ends the first connection, and the second stands by.
  expect(await outcomeAfter(rig, next.ready({ standby: true }), 500)).toEqual({ value: undefined })
  expect(next.health()).toMatchObject({ isReady: true, waitingNames: ['orders', 'orders::create'] })
  expect(await call(rig, 'orders::own')).toBe('new orders::own')

  next.registerFunction('orders::list', () => 'new orders::list')
  const inLine = next.ready({ standby: true })
  expect(next.stats().waitingNames).toBe(2) // The engine has not refused the new one yet.
  expect(await outcomeAfter(rig, inLine, 10)).toEqual({ value: undefined })
  expect(next.stats().waitingNames).toBe(3)

  const owned = next.ready()
  void old.shutdown()
  expect(await outcomeAfter(rig, owned, 5_000)).toEqual({ value: undefined })
  for (const id of ['orders::create', 'orders::list']) expect(await call(rig, id)).toBe(`new ${id}`)
})

test('ready({ standby }) of a worker that owns its names, or waits for none, resolves as ready()', async () => {
  const { rig, old, next } = await twoReleases()
  const failing = rig.addWorker()
  failing.registerFunction('orders::create', () => 'failing')
  expect(await outcomeAfter(rig, old.ready({ standby: true }), 100)).toEqual({ value: undefined })
  expect(await outcomeAfter(rig, failing.ready({ standby: true }), 100)).toMatchObject({
    error: { code: 'FUNCTION_NAMESPACE_CONFLICT' },
  })
  const over = next.ready({ standby: true, timeoutMs: Infinity })
  void next.shutdown()
  expect(await outcomeAfter(rig, over, 100)).toMatchObject({ error: { code: 'SHUTDOWN' } })
})

async function outcomeAfter(rig: LocalRig, promise: Promise<unknown>, ms: number): Promise<unknown> {
  promise.catch(() => undefined)
  await rig.clock.advance(ms)
  return outcomeOf(promise)
}

test('a worker whose name is owned continues without it, and takes it over once it is free', async () => {
  const { rig, old, next, events } = await twoReleases({ old: 'orders', new: 'orders' })
  await rig.clock.advance(2_000)
  expect(next.getConnectionState()).toBe('connected')
  expect(next.getFatalError()).toBeUndefined()
  expect(next.stats().waitingNames).toBe(3)
  expect(kinds(events).filter((kind) => kind === 'conflict_waiting')).toHaveLength(3)
  expect(await call(rig, 'orders::new')).toBe('new orders::new')

  const { slow, drained } = await drainAtWork(rig, { worker: old, workMs: 3_000 })
  expect(await call(rig, 'orders::create')).toBe('new orders::create')
  expect(next.stats().waitingNames).toBe(1)
  await rig.clock.advance(3_100)
  expect(await slow).toBe('finished')
  await drained
  await rig.settle()

  const ready = next.ready()
  expect(await outcomeAfter(rig, ready, 100)).toEqual({ value: undefined })
  expect(next.stats().waitingNames).toBe(0)
  expect(events).toContainEqual({ kind: 'conflict_over', workerName: 'orders' })
  const { workers } = (await rig.engine.invoke({ functionId: 'engine::workers::list', data: {} })) as {
    workers: { id: string; name: string | null }[]
  }
  expect(workers.find(({ id }) => id === next.workerId)?.name).toBe('orders')
})

test('a worker whose name is owned reconnects without it at once and waits for its functions', async () => {
  const { rig, next, events } = await twoReleases({ old: 'orders', new: 'orders' })
  await rig.settle()

  expect(next.getConnectionState()).toBe('connected')
  expect(next.stats().waitingNames).toBe(3)
  expect(events.flatMap((event) => (event.kind === 'connection_ended' ? [event.retryInMs] : []))).toEqual([0])
})

test('an engine that refuses a worker without a name, too, is dialled at the usual pace', async () => {
  const rig = await connectedRig({ onConflict: 'wait' })
  const code = 'WORKER_NAMESPACE_CONFLICT'
  rig.engine.onFrame = (link, { type }) => {
    if (type !== 'invokefunction') return
    link.send({ type: 'registrationrejected', code, worker_name: 'orders', owner_worker_id: 'w' })
    link.close()
  }
  rig.link.cut()
  await rig.clock.advance(60_000)

  expect(rig.eventsOf('connection_ended').filter(({ retryInMs }) => retryInMs === 0)).toHaveLength(1)
  expect(rig.engine.links.length).toBeLessThan(12)
  expect(rig.engine.links.length).toBeGreaterThan(4)
})

test('while an owner drains, every call finds an owner of the function', async () => {
  const { rig, old, next } = await twoReleases()
  const caller = rig.addWorker()
  await rig.settle()
  const answers: unknown[] = []
  const callAll = async (): Promise<void> => {
    const calls = [caller, next].map((each) => each.trigger({ function_id: 'orders::create', payload: {} }))
    const endings = await Promise.allSettled([...calls, rig.engine.invoke({ functionId: 'orders::create', data: {} })])
    for (const ending of endings) answers.push(ending.status === 'fulfilled' ? ending.value : ending.reason)
  }
  void callAll()
  await rig.settle()
  void old.shutdownAsync()
  for (let tick = 0; tick < 20; tick++) {
    void callAll()
    await rig.clock.advance(1)
  }
  await rig.clock.advance(2_000)

  expect(answers).toHaveLength(21 * 3)
  expect(new Set(answers)).toEqual(new Set(['old orders::create', 'new orders::create']))
  expect(answers.at(-1)).toBe('new orders::create')
})

test('a worker that took over its name registers with it after a reconnect', async () => {
  const { rig, old, next } = await twoReleases({ old: 'orders', new: 'orders' })
  await rig.clock.advance(2_000)
  void old.shutdown()
  await rig.clock.advance(2_000)
  expect(next.stats().waitingNames).toBe(0)

  const late = rig.addWorker({ workerName: 'orders' })
  await rig.clock.advance(1_000)
  expect(late.getFatalError()).toMatchObject({ code: 'WORKER_NAMESPACE_CONFLICT', owner_worker_id: next.workerId })
})

test('triggers of a function wait with it, so that none fires twice, and are registered when its owner drains', async () => {
  const rig = await localRig([{ name: 'iii-cron' }])
  const ran: string[] = []
  const release = (name: string): void => {
    const worker = rig.addWorker({ workerName: name, onConflict: 'wait' })
    worker.registerFunction('tick', () => void ran.push(name))
    worker.registerTrigger({ type: 'cron', function_id: 'tick', config: { expression: '* * * * * *' } })
    workers.push(worker)
  }
  const workers: ReturnType<LocalRig['addWorker']>[] = []
  release('old')
  await rig.settle()
  release('new')
  await rig.clock.advance(3_000)
  expect(ran).toEqual(['old', 'old', 'old'])

  void workers[0]!.shutdownAsync()
  await rig.clock.advance(3_000)
  expect(ran.slice(3)).toEqual(['new', 'new', 'new'])
  expect(workers[1]!.stats().registeredTriggers).toBe(1)
})

test('a trigger bound while its function is waited for, or unregistered meanwhile, is as if it had never waited', async () => {
  const { rig, old, next } = await twoReleases()
  const ran: string[] = []
  next.registerFunction('orders::tick', () => void ran.push('new'))
  old.registerFunction('orders::other', () => 'old')
  await rig.settle()
  const cron = { type: 'cron', config: { expression: '* * * * * *' } }
  const kept = next.registerTrigger({ ...cron, function_id: 'orders::create' })
  const removed = next.registerTrigger({ ...cron, function_id: 'orders::list' })
  removed.unregister()
  expect(next.stats().registeredTriggers).toBe(2) // The second is the trigger of `engine::workers-available`.
  void old.shutdownAsync()
  await rig.settle()
  const { registered_triggers } = (await rig.engine.invoke({
    functionId: 'engine::registered-triggers::list',
    data: {},
  })) as { registered_triggers: { id: string; trigger_type: string }[] }

  expect(registered_triggers.filter(({ trigger_type }) => trigger_type === 'cron').map(({ id }) => id)).toEqual([
    kept.id,
  ])
})

test('waiting for a name leaves no listener and no timer', async () => {
  const { rig, old, next } = await twoReleases()
  expect(next.stats()).toMatchObject({ registeredFunctions: 2, waitingNames: 2 })
  void old.shutdownAsync()
  await rig.settle()

  expect(next.stats()).toMatchObject({ registeredFunctions: 3, registeredTriggers: 0, waitingNames: 0 })
})

test('a function that is unregistered while it is waited for is not taken over', async () => {
  const rig = await localRig()
  const old = rig.addWorker()
  old.registerFunction('f', () => 'old')
  await rig.settle()
  const events: DiagnosticEvent[] = []
  const next = rig.addWorker({ onConflict: 'wait', diagnostics: (event) => events.push(event) })
  const ref = next.registerFunction('f', () => 'new')
  await rig.settle()
  ref.unregister()
  expect(next.stats().waitingNames).toBe(0)
  void old.shutdown()
  await rig.clock.advance(3_000)

  expect(await call(rig, 'f')).toBe('function_not_found')
  expect(kinds(events)).toEqual(['conflict_waiting'])
})

test.each(['shutdown', 'shutdownAsync'] as const)('%s ends the waiting', async (end) => {
  const { rig, old, next } = await twoReleases()
  const ready = next.ready()
  const ended = next[end]()
  expect(await outcomeAfter(rig, ready, 2_000)).toMatchObject({ error: { code: 'SHUTDOWN' } })
  expect(await outcomeOf(ended)).toBeDefined()
  expect(next.stats().waitingNames).toBe(0)
  void old.shutdown()
  await rig.clock.advance(3_000)
  expect(await call(rig, 'orders::create')).toBe('function_not_found')
})

test('waiting for a name continues after a reconnect', async () => {
  const rig = await connectedRig({ onConflict: 'wait' })
  rig.engine.onFrame = (link, { type, ...frame }) => {
    if (type === 'registerfunction' && (frame as { id: string }).id === 'f') {
      const code = 'FUNCTION_NAMESPACE_CONFLICT'
      if (rig.engine.links.length < 3)
        link.send({ type: 'registrationrejected', code, function_id: 'f', owner_worker_id: 'w' })
    }
  }
  rig.worker.registerFunction('f', () => 1)
  await rig.settle()
  expect(rig.worker.stats().waitingNames).toBe(1)
  rig.link.cut()
  await rig.reconnect()
  await rig.clock.advance(5_000)
  expect(rig.worker.stats().waitingNames).toBe(1)
  rig.link.cut()
  await rig.reconnect()
  await rig.settle()

  expect(rig.worker.stats().waitingNames).toBe(0)
  expect(kinds(rig.events).filter((kind) => kind.startsWith('conflict'))).toEqual(['conflict_waiting', 'conflict_over'])
})

test('attempts back off and try one function per owner', async () => {
  const rig = await connectedRig({ onConflict: 'wait' })
  const asked: string[] = []
  rig.engine.onFrame = (link, message) => {
    if (message.type !== 'registerfunction' || message.id.startsWith('iii-node::')) return
    asked.push(message.id)
    const code = 'FUNCTION_NAMESPACE_CONFLICT'
    link.send({ type: 'registrationrejected', code, function_id: message.id, owner_worker_id: message.id[0]! })
  }
  for (const holder of ['a', 'b']) for (let n = 0; n < 50; n++) rig.worker.registerFunction(`${holder}${n}`, () => n)
  await rig.settle()
  asked.length = 0
  await rig.clock.advance(60_000)

  expect(asked.length).toBeLessThan(2 * 90)
  expect(asked.length).toBeGreaterThan(2 * 55)
})

test('reserved ids and unknown error codes are final refusals, without waiting', async () => {
  const rig = await connectedRig({ onConflict: 'wait' })
  rig.worker.registerFunction('engine::mine', () => 1)
  const code = 'FUNCTION_NAMESPACE_CONFLICT'
  rig.link.send({ type: 'registrationrejected', code, function_id: 'engine::mine', owner_worker_id: '' })
  await rig.settle()
  expect(rig.eventsOf('registration_rejected')).toHaveLength(1)
  expect(rig.worker.stats().waitingNames).toBe(0)

  rig.link.send({ type: 'registrationrejected', code: 'SOME_FUTURE_CODE', owner_worker_id: 'w' })
  await rig.settle()
  expect(rig.worker.getConnectionState()).toBe('failed')
})

test('a refused function of a guarded listener is matched under its prefix', async () => {
  const rig = await connectedRig({ onConflict: 'wait' })
  rig.worker.registerFunction('orders::create', () => 1)
  const code = 'FUNCTION_NAMESPACE_CONFLICT'
  rig.link.send({ type: 'registrationrejected', code, function_id: 'tenant::orders::create', owner_worker_id: 'w' })
  await rig.settle()

  expect(rig.worker.stats().waitingNames).toBe(1)
})

test('a conflict is final unless `onConflict` is `wait`', async () => {
  const rig = await localRig()
  const old = rig.addWorker()
  old.registerFunction('f', () => 'old')
  await rig.settle()
  const next = rig.addWorker()
  next.registerFunction('f', () => 'new')
  await rig.settle()
  void old.shutdown()
  await rig.clock.advance(5_000)

  expect(await call(rig, 'f')).toBe('function_not_found')
})
