import { expect, test } from 'vitest'
import { CLOSE_TIMEOUT_MS } from '../../src/sdk/connection/options.js'
import { deferred } from '../../src/std/async/deferred.js'
import { connectedRig, outcomeOf, workerRig, type WorkerRig } from '../kit/worker-rig.js'

const rigs: Record<string, () => Promise<WorkerRig>> = {
  idle: () => Promise.resolve(workerRig({ autoConnect: false })),
  connecting: () => Promise.resolve(workerRig()),
  'stalled in the handshake': async () => {
    const rig = workerRig({}, (engine) => (engine.answer = 'stall'))
    await rig.settle()
    return rig
  },
  connected: () => connectedRig(),
  'connected to a peer that does not read': async () => {
    const rig = await connectedRig()
    rig.link.pair.left.close = () => undefined
    return rig
  },
  reconnecting: async () => {
    const rig = await connectedRig()
    rig.link.cut()
    await rig.settle()
    return rig
  },
  failed: async () => {
    const rig = workerRig({ reconnectionConfig: { maxRetries: 0 } }, (engine) => (engine.answer = 'unreachable'))
    await rig.settle()
    return rig
  },
  'shut down': async () => {
    const rig = await connectedRig()
    await rig.worker.shutdown()
    return rig
  },
  draining: async () => {
    const rig = await connectedRig()
    rig.worker.registerFunction('endless', () => new Promise(() => undefined))
    rig.link.invoke('endless')
    await rig.settle()
    void rig.worker.shutdownAsync()
    return rig
  },
}

test.each(Object.keys(rigs))(
  'shutdown of a worker that is %s settles within its limit, twice, and leaves no timer',
  async (state) => {
    const rig = await rigs[state]!()
    const first = rig.worker.shutdown()
    expect(['disconnected', 'failed']).toContain(rig.worker.getConnectionState())
    const second = rig.worker.shutdown()
    await rig.clock.advance(CLOSE_TIMEOUT_MS)

    expect(await outcomeOf(first)).toEqual({ value: undefined })
    expect(await outcomeOf(second)).toEqual({ value: undefined })
    expect(rig.clock.pendingTimers).toBe(0)
  },
)

test.each(Object.keys(rigs))('a graceful shutdown of a worker that is %s settles too', async (state) => {
  const rig = await rigs[state]!()
  const done = rig.worker.shutdownAsync({ drainTimeoutMs: 500 })
  await rig.clock.advance(10_000 + CLOSE_TIMEOUT_MS)

  expect(await outcomeOf(done)).toMatchObject({ value: { drained: 0 } })
  expect(rig.clock.pendingTimers).toBe(0)
})

test('shutdown rejects new and pending calls before it returns, each with its state', async () => {
  const rig = await connectedRig()
  const written = rig.worker.trigger({ function_id: 'f', payload: {} })
  rig.link.pair.left.fence.hold()
  await rig.settle()
  const done = rig.worker.shutdown()
  const late = rig.worker.trigger({ function_id: 'f', payload: {} })

  expect(await outcomeOf(written)).toMatchObject({
    error: { code: 'SHUTDOWN', outcome: 'unknown', message: expect.stringContaining('iii is shutting down') as string },
  })
  expect(await outcomeOf(late)).toMatchObject({
    error: {
      code: 'SHUTDOWN',
      outcome: 'not_sent',
      message: expect.stringContaining('iii is shutting down') as string,
    },
  })
  await done
})

test('calls that wait for a link at shutdown were not sent', async () => {
  const rig = workerRig({ autoConnect: false })
  const queued = rig.worker.trigger({ function_id: 'f', payload: {} })
  queued.catch(() => undefined)
  await rig.worker.shutdown()

  expect(await outcomeOf(queued)).toMatchObject({ error: { code: 'SHUTDOWN', outcome: 'not_sent' } })
})

test('shutdown closes with code 1000, aborts handlers and drops their results', async () => {
  const rig = await connectedRig()
  const work = deferred<string>()
  const signals: AbortSignal[] = []
  rig.worker.registerFunction('slow', (_data, _metadata, context) => {
    signals.push(context.signal)
    return work.promise
  })
  const id = rig.link.invoke('slow')
  await rig.settle()
  await rig.worker.shutdown()
  work.resolve('too late')
  await rig.settle()

  expect(rig.link.closed).toMatchObject({ code: 1000 })
  expect(signals[0]).toMatchObject({ aborted: true, reason: { code: 'SHUTDOWN' } })
  expect(rig.link.resultOf(id)).toBeUndefined()
})

test('a graceful shutdown unregisters, lets handlers and their own calls finish, and delivers every result', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('outer', async (data: { n: number }, _metadata, context) => {
    const inner = await context.trigger<unknown, number>({ function_id: 'inner', payload: data.n })
    return inner * 2
  })
  const ids = Array.from({ length: 200 }, (_, n) => rig.link.invoke('outer', { n }))
  await rig.settle()
  const done = rig.worker.shutdownAsync()
  await rig.settle()
  expect(rig.link.all('unregisterfunction')).toEqual([{ type: 'unregisterfunction', id: 'outer' }])
  for (const call of rig.link.calls) rig.link.answer(call, { result: call.data })

  expect(await done).toMatchObject({ drained: 200, abandoned: 0 })
  expect(ids.map((id) => rig.link.resultOf(id)?.result)).toEqual(ids.map((_, n) => n * 2))
  expect(rig.link.closed).toMatchObject({ code: 1000 })
})

test('a drain serves calls already sent and rejects later ones as not run', async () => {
  const rig = await connectedRig()
  const work = deferred<string>()
  rig.worker.registerFunction('slow', () => work.promise)
  rig.link.invoke('slow')
  await rig.settle()
  const done = rig.worker.shutdownAsync()
  const onItsWay = rig.link.invoke('slow')
  await rig.settle()
  const refused = rig.link.invoke('slow')
  await rig.settle()
  expect(rig.link.resultOf(refused)?.error).toMatchObject({
    code: 'WORKER_BUSY',
    message: expect.stringContaining('the call did not run') as string,
  })
  work.resolve('done')

  expect(await done).toMatchObject({ drained: 2, abandoned: 0 })
  expect(rig.link.resultOf(onItsWay)?.result).toBe('done')
})

test('a drain removes triggers once the engine has removed the functions', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('tick', () => null)
  rig.worker.registerTrigger({ type: 'cron', function_id: 'tick', config: { expression: '* * * * * *' } })
  await rig.worker.shutdownAsync()

  const kinds = rig.link.received.map(({ type }) => type)
  expect(kinds.indexOf('unregisterfunction')).toBeGreaterThan(0)
  expect(kinds.indexOf('unregistertrigger')).toBeGreaterThan(kinds.lastIndexOf('ping'))
})

test('an engine that confirms nothing holds a drain up for a second at most', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('f', () => null)
  rig.engine.polite = false
  const done = rig.worker.shutdownAsync()
  await rig.clock.advance(999)
  expect(await outcomeOf(done)).toBeUndefined()
  await rig.clock.advance(1 + CLOSE_TIMEOUT_MS)

  expect(await outcomeOf(done)).toMatchObject({ value: { drained: 0, abandoned: 0 } })
})

test('handlers that exceed the drain limit are aborted and counted as abandoned', async () => {
  const rig = await connectedRig()
  const signals: AbortSignal[] = []
  rig.worker.registerFunction('endless', (_data, _metadata, context) => {
    signals.push(context.signal)
    return new Promise(() => undefined)
  })
  rig.worker.registerFunction('short', () => new Promise((resolve) => rig.clock.after(100, () => resolve('done'))))
  rig.link.invoke('endless')
  rig.link.invoke('short')
  await rig.settle()
  const done = rig.worker.shutdownAsync({ drainTimeoutMs: 1_000 })
  await rig.clock.advance(999)
  expect(await outcomeOf(done)).toBeUndefined()
  await rig.clock.advance(1)

  expect(await done).toMatchObject({ drained: 1, abandoned: 1 })
  const message = expect.stringContaining('past the drain limit of 1000 ms') as string
  expect(signals[0]).toMatchObject({ aborted: true, reason: { code: 'SHUTDOWN', message } })
})

test('a signal ends a drain early', async () => {
  const rig = await connectedRig()
  const controller = new AbortController()
  rig.worker.registerFunction('endless', () => new Promise(() => undefined))
  rig.link.invoke('endless')
  await rig.settle()
  const done = rig.worker.shutdownAsync({ drainTimeoutMs: Infinity, signal: controller.signal })
  await rig.clock.advance(3_600_000)
  expect(await outcomeOf(done)).toBeUndefined()
  controller.abort()

  expect(await done).toMatchObject({ drained: 0, abandoned: 1 })
})

test('results queued on a congested connection are delivered before the drain ends', async () => {
  const rig = await connectedRig()
  const big = 'x'.repeat(3 * 1024 * 1024)
  rig.worker.registerFunction('big', () => big)
  rig.link.pair.left.fence.hold()
  const ids = Array.from({ length: 6 }, () => rig.link.invoke('big'))
  await rig.settle()
  expect(rig.worker.stats().queuedMessages).toBeGreaterThan(0)
  const done = rig.worker.shutdownAsync()
  await rig.clock.advance(100)
  expect(await outcomeOf(done)).toBeUndefined()
  rig.link.pair.left.fence.open()
  await rig.settle()
  await done

  expect(ids.filter((id) => rig.link.resultOf(id) === undefined)).toEqual([])
})

test('the end of a block disposes the worker', async () => {
  const rig = await connectedRig()
  {
    await using worker = rig.worker
    worker.registerFunction('f', () => 1)
  }

  expect(rig.worker.getConnectionState()).toBe('disconnected')
})

test('a worker that is rejected while it drains does not wait for the limit', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('endless', () => new Promise(() => undefined))
  rig.link.invoke('endless')
  await rig.settle()
  const done = rig.worker.shutdownAsync({ drainTimeoutMs: 60_000 })
  rig.link.send({ type: 'registrationrejected', code: 'WORKER_NAMESPACE_CONFLICT', worker_name: 'w' })
  await rig.settle()

  expect(await outcomeOf(done)).toMatchObject({ value: { drained: 0, abandoned: 1 } })
})

test('a drain that lasts longer than a silent link may keeps the link alive', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('slow', () => new Promise((resolve) => rig.clock.after(150_000, () => resolve('done'))))
  const id = rig.link.invoke('slow')
  await rig.settle()
  const done = rig.worker.shutdownAsync({ drainTimeoutMs: 200_000 })
  await rig.clock.advance(149_000)
  expect(rig.link.closed).toBeUndefined()
  await rig.clock.advance(2_000 + CLOSE_TIMEOUT_MS)

  expect(rig.link.resultOf(id)?.result).toBe('done')
  expect(await outcomeOf(done)).toMatchObject({ value: { drained: 1, abandoned: 0 } })
  expect(rig.engine.links).toHaveLength(1)
})
