import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine } from '../../src/engine/engine.js'
import { InvocationError, RegistrationRejectedError } from '../../src/errors.js'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import { deferred } from '../../src/std/async/deferred.js'
import type { TriggerConfig } from '../../src/sdk/worker/triggers/trigger-types.js'
import { quietWorker } from '../kit/quiet-worker.js'
import { socketRig } from '../kit/local-rig.js'
import { tcpProxy } from '../kit/tcp-proxy.js'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { wrappedDial } from '../kit/wrapped-dial.js'

const fast = { reconnectionConfig: { initialDelayMs: 1, maxDelayMs: 5 } }

test('A calls B over the engine: payload, metadata, caller, result', async () => {
  const rig = await socketRig()
  const [a, b] = [await rig.addWorker(), await rig.addWorker()]
  b.registerFunction('greet', ({ name }: { name: string }, metadata, context) => ({
    greeting: `Hello, ${name}!`,
    metadata,
    from: context.callerWorkerId,
  }))
  await b.ready()

  expect(await a.trigger({ function_id: 'greet', payload: { name: 'Ada' }, metadata: { lang: 'en' } })).toEqual({
    greeting: 'Hello, Ada!',
    metadata: { lang: 'en' },
    from: a.workerId,
  })
})

test('errors of the callee and of the engine arrive with their codes', async () => {
  const rig = await socketRig()
  const [a, b] = [await rig.addWorker(), await rig.addWorker()]
  b.registerFunction('sold-out', () => {
    throw new InvocationError({ code: 'SOLD_OUT', message: 'none left' })
  })
  await b.ready()

  await expect(a.trigger({ function_id: 'sold-out', payload: {} })).rejects.toMatchObject({
    code: 'SOLD_OUT',
    detail: 'none left',
  })
  await expect(a.trigger({ function_id: 'missing', payload: {} })).rejects.toMatchObject({ code: 'function_not_found' })
})

test('a thousand calls at once are all answered, each with its own answer', async () => {
  const rig = await socketRig()
  const [a, b] = [await rig.addWorker(), await rig.addWorker()]
  b.registerFunction('echo', async (n: number) => n)
  await b.ready()
  const numbers = Array.from({ length: 1_000 }, (_, n) => n)

  expect(await Promise.all(numbers.map((n) => a.trigger({ function_id: 'echo', payload: n })))).toEqual(numbers)
})

test('messages far over one frame arrive whole, in both directions', async () => {
  const rig = await socketRig()
  const [a, b] = [await rig.addWorker(), await rig.addWorker()]
  b.registerFunction('echo', (data: unknown) => data)
  await b.ready()
  const payload = 'é'.repeat(10 * 1024 * 1024)

  expect((await a.trigger<string, string>({ function_id: 'echo', payload })) === payload).toBe(true)
}, 20_000)

test('a second worker of the same name is rejected for good, the first one is not disturbed', async () => {
  const rig = await socketRig()
  const first = await rig.addWorker({ workerName: 'only-one' })
  const second = quietWorker(rig.engine.url, { workerName: 'only-one' })
  await expect(second.ready()).rejects.toBeInstanceOf(RegistrationRejectedError)

  expect(second.getConnectionState()).toBe('failed')
  expect(second.getFatalError()).toMatchObject({
    code: 'WORKER_NAMESPACE_CONFLICT',
    worker_name: 'only-one',
    owner_worker_id: first.workerId,
  })
  await expect(second.trigger({ function_id: 'x', payload: {} })).rejects.toBe(second.getFatalError())
  await first.ready()
})

test('a function that another worker owns is refused, and the rest of the worker serves', async () => {
  const rig = await socketRig()
  const events: string[] = []
  const first = await rig.addWorker()
  first.registerFunction('shared', () => 'first')
  await first.ready()
  const second = await rig.addWorker({ diagnostics: (event) => events.push(event.kind) })
  second.registerFunction('shared', () => 'second')
  second.registerFunction('own', () => 'own')
  await expect(second.ready()).rejects.toMatchObject({ code: 'FUNCTION_NAMESPACE_CONFLICT', function_id: 'shared' })
  await second.ready({ allowRefused: true })

  expect(await second.trigger({ function_id: 'shared', payload: {} })).toBe('first')
  expect(await first.trigger({ function_id: 'own', payload: {} })).toBe('own')
  expect(events).toContain('registration_rejected')
})

test('a worker reconnects under its name with all registrations, and calls continue', async () => {
  const rig = await socketRig()
  const wrapped = wrappedDial(dialWebSocket)
  const worker = quietWorker(rig.engine.url, { workerName: 'cut-off', ...fast }, { dial: wrapped.dial })
  worker.registerFunction('echo', (data: unknown) => data)
  await worker.ready()
  const caller = await rig.addWorker()
  for (let round = 1; round <= 20; round += 1) {
    wrapped.cut()
    await expect.poll(() => worker.stats().reconnects).toBe(round)
    await worker.ready()
    expect(await caller.trigger({ function_id: 'echo', payload: { round } })).toMatchObject({ round })
  }

  expect(rig.engine.stats().sessions).toBe(2)
})

test('a connection that dies half-open is replaced by the next one at once, without a name conflict', async () => {
  const rig = await socketRig()
  const port = Number(new URL(rig.engine.url).port)
  const proxy = await tcpProxy(port)
  const worker = quietWorker(proxy.url, { workerName: 'half-open', ...fast })
  await worker.ready()
  const firstId = worker.workerId
  // The proxy forgets the client but keeps its side to the engine: the engine sees nothing.
  for (const socket of proxy.sockets) {
    socket.unpipe()
    socket.removeAllListeners('close')
    socket.destroy()
  }
  await expect.poll(() => worker.stats().reconnects, { timeout: 3_000 }).toBe(1)
  await worker.ready()

  expect(worker.workerId).not.toBe(firstId)
  expect(rig.engine.stats().sessions).toBe(1)
})

test('a trigger is bound whether its type or the trigger comes first, and again when the provider reconnects', async () => {
  const rig = await socketRig()
  const owner = await rig.addWorker()
  const fired: unknown[] = []
  owner.registerFunction('on-event', (event: unknown) => void fired.push(event))
  const trigger = owner.registerTrigger({ type: 'custom', function_id: 'on-event', config: { every: 1 } })
  await owner.ready()

  const wrapped = wrappedDial(dialWebSocket)
  const provider = quietWorker(rig.engine.url, { workerName: 'provider', ...fast }, { dial: wrapped.dial })
  const bound = new Map<string, TriggerConfig<unknown>>()
  const steps: string[] = []
  provider.registerTriggerType('custom', 'mine', {
    registerTrigger: async (config) => {
      steps.push('bind')
      bound.set(config.id, config)
    },
    unregisterTrigger: async (config) => {
      steps.push('release')
      bound.delete(config.id)
    },
  })
  await expect.poll(() => bound.size).toBe(1)
  const fire = async (): Promise<void> => {
    for (const { function_id } of bound.values())
      await provider.trigger({ function_id, payload: { n: fired.length }, action: TriggerAction.Void() })
  }
  await fire()
  await expect.poll(() => fired.length).toBe(1)

  wrapped.cut()
  await expect.poll(() => provider.stats().reconnects).toBe(1)
  await expect.poll(() => steps).toEqual(['bind', 'release', 'bind'])
  await fire()
  await expect.poll(() => fired.length).toBe(2)

  wrapped.cut()
  trigger.unregister()
  await expect.poll(() => bound.size, { timeout: 3_000 }).toBe(0)
})

test('discovery lists the registered functions, triggers and workers', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker({ workerName: 'found' })
  worker.registerFunction('described', () => 1, { description: 'one', request_format: { type: 'object' } })
  worker.registerTrigger({
    type: 'cron',
    function_id: 'described',
    config: { expression: '0 0 3 * * *' },
    metadata: { team: 'ops' },
  })
  worker.registerTriggerType(
    { id: 'custom', description: 'mine', trigger_request_format: { type: 'string' } },
    { registerTrigger: async () => {}, unregisterTrigger: async () => {} },
  )
  await worker.ready()

  expect(await worker.listFunctions({ prefix: 'described' })).toMatchObject([
    { function_id: 'described', description: 'one', request_format: { type: 'object' } },
  ])
  expect((await worker.listWorkers()).find(({ name }) => name === 'found')).toMatchObject({ functions: ['described'] })
  expect(await worker.listTriggers({ triggerType: 'cron', metadata: true })).toMatchObject([
    { function_id: 'described', metadata: { team: 'ops' } },
  ])
  expect(await worker.listTriggerTypes()).toContainEqual(
    expect.objectContaining({ id: 'custom', trigger_request_format: { type: 'string' } }),
  )
})

test('many workers of one process do not disturb each other', async () => {
  const rig = await socketRig()
  const workers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => rig.addWorker({ namespace: `ns${index}` })),
  )
  for (const [index, worker] of workers.entries()) worker.registerFunction('who', () => index)
  await Promise.all(workers.map((worker) => worker.ready()))

  expect(await Promise.all(workers.map((worker) => worker.trigger({ function_id: 'who', payload: {} })))).toEqual(
    workers.map((_, index) => index),
  )
})

test('a graceful shutdown lets 200 running handlers answer their callers', async () => {
  const rig = await socketRig()
  const [caller, server] = [await rig.addWorker(), await rig.addWorker()]
  const held = deferred<void>()
  const before = rig.engine.stats().functions
  server.registerFunction('slow', (n: number) => held.promise.then(() => n))
  await server.ready()
  const numbers = Array.from({ length: 200 }, (_, n) => n)
  const calls = Promise.all(numbers.map((n) => caller.trigger({ function_id: 'slow', payload: n })))
  await expect.poll(() => server.stats().runningInvocations).toBe(200)
  const shutdown = server.shutdownAsync()
  await expect.poll(() => rig.engine.stats().functions).toBe(before)
  held.resolve()
  const report = await shutdown

  expect(report).toMatchObject({ drained: 200, abandoned: 0 })
  expect(await calls).toEqual(numbers)
  await expect(caller.trigger({ function_id: 'slow', payload: 1 })).rejects.toMatchObject({
    code: 'function_not_found',
  })
})

test('workers reconnect to an engine that restarts', async () => {
  const rig = await socketRig()
  const port = Number(new URL(rig.engine.url).port)
  const worker = await rig.addWorker(fast)
  worker.registerFunction('echo', (data: unknown) => data)
  await rig.engine.close()
  await expect.poll(() => worker.getConnectionState()).toBe('reconnecting')
  const queued = worker.trigger({ function_id: 'missing', payload: {} })
  queued.catch(() => undefined)
  const again = await startEngine(
    engineConfigOf({ workers: [{ name: 'iii-worker-manager', config: { host: '127.0.0.1', port } }] }),
  )
  try {
    await worker.ready()
    await expect(queued).rejects.toMatchObject({ code: 'function_not_found' })
    expect(await worker.trigger({ function_id: 'echo', payload: [1] })).toEqual([1])
  } finally {
    await worker.shutdown()
    await again.close()
  }
})

test('a bare TCP client that sends nothing does not disturb the workers', async () => {
  const rig = await socketRig()
  const socket = connect(Number(new URL(rig.engine.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  const worker = await rig.addWorker()
  await worker.ready()
  socket.destroy()
})
