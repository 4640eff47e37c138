import { expect, test } from 'vitest'
import { messageOf } from '../../src/std/text/describe.js'
import { hostileThenables, hostileValues } from '../kit/hostile-values.js'
import { connectedRig, type WorkerRig } from '../kit/worker-rig.js'
import { nothingEscapes } from '../kit/nothing-escapes.js'

nothingEscapes()

/** Invokes a function and expects exactly one answer that any engine can read. */
async function answerOf(rig: WorkerRig, functionId: string): Promise<{ result?: unknown; error?: unknown }> {
  const id = rig.link.invoke(functionId)
  for (let turn = 0; turn < 3; turn += 1) await rig.settle()
  const answers = rig.link.all('invocationresult').filter(({ invocation_id }) => invocation_id === id)
  expect(answers).toHaveLength(1)
  expect(rig.link.unreadable).toEqual([])
  const { error } = answers[0]!
  if (error !== undefined)
    expect([typeof error.code, typeof error.message, typeof (error.stacktrace ?? '')]).toEqual([
      'string',
      'string',
      'string',
    ])
  expect(rig.worker.stats().runningInvocations).toBe(0)
  return answers[0]!
}

const names = hostileValues().map(({ name }) => name)
const fresh = (name: string): unknown => hostileValues().find((each) => each.name === name)!.value

test.each(names)('a handler that throws %s, at once or later, gives its caller one readable error', async (name) => {
  const rig = await connectedRig()
  rig.worker.registerFunction('sync', () => {
    throw fresh(name)
  })
  rig.worker.registerFunction('async', async () => {
    await Promise.resolve()
    throw fresh(name)
  })

  expect(await answerOf(rig, 'sync')).toHaveProperty('error.code')
  expect(await answerOf(rig, 'async')).toHaveProperty('error.code')
  expect(rig.worker.getConnectionState()).toBe('connected')
})

test.each(names)('a handler that returns %s, at once or later, gives its caller one readable result', async (name) => {
  const rig = await connectedRig()
  rig.worker.registerFunction('sync', () => fresh(name))
  rig.worker.registerFunction('async', async () => {
    await Promise.resolve()
    return fresh(name)
  })
  await answerOf(rig, 'sync')
  await answerOf(rig, 'async')

  expect(rig.worker.getConnectionState()).toBe('connected')
})

test.each(hostileThenables().map(({ name }) => name))(
  'a handler whose thenable %s gives its caller one readable result',
  async (name) => {
    const rig = await connectedRig()
    rig.worker.registerFunction('f', () => hostileThenables().find((each) => each.name === name)!.value)
    await answerOf(rig, 'f')

    expect(rig.worker.getConnectionState()).toBe('connected')
  },
)

test('a handler that never settles does not delay other calls', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('never', () => ({ then: () => undefined }))
  rig.worker.registerFunction('fine', () => 1)
  rig.link.invoke('never')

  const id = rig.link.invoke('fine')
  await rig.settle()
  expect(rig.link.resultOf(id)).toMatchObject({ result: 1 })
  expect(rig.worker.stats().runningInvocations).toBe(1)
})

test('a handler may end its own worker, function or connection, and its caller is still answered if possible', async () => {
  const rig = await connectedRig()
  const ref = rig.worker.registerFunction('unregisters itself', () => {
    ref.unregister()
    return 'done'
  })
  rig.worker.registerFunction('shuts down', async () => {
    await rig.worker.shutdown()
    return 'too late'
  })

  expect(await answerOf(rig, 'unregisters itself')).toMatchObject({ result: 'done' })
  const id = rig.link.invoke('shuts down')
  await rig.settle()
  await rig.settle()
  expect(rig.worker.getConnectionState()).toBe('disconnected')
  expect(rig.link.resultOf(id)).toBeUndefined()
  expect(rig.worker.stats()).toMatchObject({ runningInvocations: 0, droppedResults: 1 })
})

test('a handler may wait for the drain that waits for it, and the limit ends both', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('drains', () => rig.worker.shutdownAsync({ drainTimeoutMs: 1_000 }))
  rig.link.invoke('drains')
  await rig.clock.advance(1_000)
  await rig.worker.shutdown()
  // The span of a handler that ends after the telemetry does is dropped a moment later.
  await rig.clock.advance(1_000)

  expect(rig.worker.getConnectionState()).toBe('disconnected')
  expect(rig.clock.pendingTimers).toBe(0)
})

test.each(names)('a provider that throws %s refuses the binding readably', async (name) => {
  const rig = await connectedRig()
  rig.worker.registerTriggerType('mine', '', {
    registerTrigger: async () => {
      throw fresh(name)
    },
    unregisterTrigger: async () => {},
  })
  rig.link.send({ type: 'registertrigger', id: 't', trigger_type: 'mine', function_id: 'f', config: null })
  await rig.settle()

  expect(rig.link.unreadable).toEqual([])
  expect(rig.link.all('triggerregistrationresult')).toMatchObject([{ error: { code: 'trigger_registration_failed' } }])
})

test.each(names)('listeners that throw %s are reported once per event and nothing else happens', async (name) => {
  const rig = await connectedRig()
  rig.worker.onConnectionStateChange(() => {
    throw fresh(name)
  })
  rig.link.cut()
  await rig.settle()

  expect(rig.eventsOf('callback_failed')).toHaveLength(1)
  expect(rig.worker.getConnectionState()).toBe('reconnecting')
})

test.each(names)('a call with the payload %s settles or is sent with all required members', async (name) => {
  const rig = await connectedRig()
  let outcome: unknown
  rig.worker
    .trigger({ function_id: 'f', payload: fresh(name), metadata: fresh(name) })
    .catch((error: unknown) => (outcome = error))
  await rig.settle()

  expect(rig.link.unreadable).toEqual([])
  if (outcome === undefined) expect(rig.link.calls[0]).toHaveProperty('data')
  else expect(outcome).toMatchObject({ kind: 'Serde' })
})

// Not even its members can be listed, so what it does to a spread is its own affair.
const readable = names.filter((name) => name !== 'a revoked proxy')

test.each(readable)('%s in place of any argument is accepted or rejected with a code, never a crash', async (name) => {
  const rig = await connectedRig()
  const { worker } = rig
  const attempts: ((value: never) => unknown)[] = [
    (value: never) => worker.trigger(value),
    (value: never) => worker.trigger({ function_id: value, payload: 1 }),
    (value: never) => worker.trigger({ function_id: 'f', payload: 1, action: value }),
    (value: never) => worker.trigger({ function_id: 'f', payload: 1, timeoutMs: value }),
    (value: never) => worker.trigger({ function_id: 'f', payload: 1, namespace: value }),
    (value: never) => worker.trigger({ function_id: 'f', payload: 1, signal: value }),
    (value: never) => worker.registerFunction(value, () => 1),
    (value: never) => worker.registerFunction('f', value),
    (value: never) => worker.registerFunction('g', () => 1, value),
    (value: never) => worker.registerTrigger(value),
    (value: never) => worker.registerTriggerType(value, value),
    (value: never) => worker.unregisterTriggerType(value),
    (value: never) => worker.registerService(value),
    (value: never) => worker.setHeaders(value),
    (value: never) => worker.onConnectionStateChange(value),
    (value: never) => worker.onFunctionsAvailable(value),
    (value: never) => worker.ready(value),
    (value: never) => worker.listFunctions(value),
    (value: never) => worker.listTriggers(value),
  ]
  for (const [index, attempt] of attempts.entries()) {
    const value = fresh(name)
    try {
      const made: unknown = attempt(value as never)
      if (made instanceof Promise) made.catch(() => undefined)
    } catch (error) {
      // A getter or trap of the value may throw its own error; what this package raises has a code.
      const isOurs = !messageOf(error).includes('boom') && error !== value
      if (isOurs)
        expect({ index, code: (error as { code?: unknown }).code }).toEqual({
          index,
          code: expect.any(String) as string,
        })
    }
  }
  await rig.settle()

  expect(worker.getConnectionState()).toBe('connected')
  expect(rig.link.unreadable).toEqual([])
})
