import { expect, test } from 'vitest'
import * as z from 'zod'
import { defineFunction, defineTriggerType, registerWorker, TriggerAction, type FunctionContract } from 'iii-node'
import { localRig } from '../kit/local-rig.js'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'

const add = defineFunction({
  id: 'math::add',
  input: z.object({ a: z.number(), b: z.number().default(10) }),
  output: z.object({ sum: z.number() }),
  description: 'Adds two numbers',
})

test('a contract is plain data, made without a worker', () => {
  const given = { id: 'f', description: 'd', metadata: { internal: true } }
  expect(defineFunction(given)).toEqual(given)
  expect(defineTriggerType({ id: 't' })).toEqual({ id: 't' })
})

test('one contract serves, calls and documents a function', async () => {
  const rig = await localRig()
  const server = rig.addWorker()
  const caller = rig.addWorker()
  server.registerFunction(add, ({ a, b }) => ({ sum: a + b }), { metadata: { team: 'x' } })
  await rig.settle()
  const math = caller.client({ add })
  const outcomes = [
    outcomeOf(caller.trigger(add, { a: 1, b: 2 })),
    outcomeOf(math.add({ a: 1 })),
    outcomeOf(caller.trigger({ function_id: 'math::add', payload: { a: 1 } })),
    outcomeOf(caller.trigger({ function_id: 'engine::functions::info', payload: { function_id: 'math::add' } })),
  ]
  await rig.settle()
  expect(await Promise.all(outcomes)).toMatchObject([
    { value: { sum: 3 } },
    { value: { sum: 11 } },
    { value: { sum: 11 } },
    { value: { description: 'Adds two numbers', metadata: { team: 'x' }, request_schema: { required: ['a'] } } },
  ])
})

test('an invalid payload is rejected before anything is sent', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger(add, { a: 'one' } as never)
  await expect(call).rejects.toMatchObject({
    name: 'ValidationError',
    code: 'deserialization_error',
    functionId: 'math::add',
    issues: [{ path: '/a' }],
  })
  await rig.settle()
  expect(rig.link.calls).toEqual([])
})

test('the payload travels as it was given, with the options of the call', async () => {
  const rig = await connectedRig()
  const options = { timeoutMs: 50, metadata: { tenant: 't' }, namespace: 'shop', validate: { output: false } }
  const call = rig.worker.trigger(add, { a: 1 }, options)
  await rig.settle()
  const [frame] = rig.link.calls
  expect(frame).toMatchObject({
    function_id: 'math::add',
    data: { a: 1 },
    metadata: { tenant: 't' },
    namespace: 'shop',
  })
  expect(frame).not.toHaveProperty('validate')
  rig.link.answer(frame!, { result: 'unchecked' })
  expect(await call).toBe('unchecked')
})

test('calls whose checks are synchronous keep their order among other calls', async () => {
  const rig = await connectedRig()
  const calls = [
    rig.worker.trigger(add, { a: 1 }),
    rig.worker.trigger({ function_id: 'second', payload: {} }),
    rig.worker.trigger(add, { a: 3 }),
  ]
  for (const call of calls) call.catch(() => undefined)
  await rig.settle()
  expect(rig.link.calls.map(({ function_id }) => function_id)).toEqual(['math::add', 'second', 'math::add'])
})

test('a result that does not fit is refused at the caller, too', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger(add, { a: 1 })
  await rig.settle()
  rig.link.answer(rig.link.calls[0]!, { result: { sum: 'three' } })
  await expect(call).rejects.toMatchObject({
    name: 'ValidationError',
    code: 'serialization_error',
    message: 'Output of math::add is invalid: /sum: Invalid input: expected number, received string',
  })
})

test('a result of null comes back as null where the schema takes it, and as undefined elsewhere', async () => {
  const nullable = defineFunction({ id: 'a', output: z.object({ n: z.number() }).nullable() })
  const nothing = defineFunction({ id: 'b', output: z.void() })
  const required = defineFunction({ id: 'c', output: z.string() })
  const rig = await connectedRig()
  const calls = [nullable, nothing, required].map((contract) => rig.worker.trigger<FunctionContract>(contract, {}))
  await rig.settle()
  for (const frame of rig.link.calls) rig.link.answer(frame, { result: null })
  expect(await Promise.allSettled(calls)).toMatchObject([
    { value: null },
    { value: undefined },
    { reason: { code: 'serialization_error' } },
  ])
})

test('an error of the callee is not checked against the output schema', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger(add, { a: 1 })
  await rig.settle()
  rig.link.answer(rig.link.calls[0]!, { error: { code: 'overflow', message: 'too much' } })
  await expect(call).rejects.toMatchObject({ name: 'InvocationError', code: 'overflow' })
})

test('by action, a call resolves with a receipt or with nothing, whatever the output schema says', async () => {
  const rig = await connectedRig()
  const enqueued = rig.worker.trigger(add, { a: 1 }, { action: TriggerAction.Enqueue({ queue: 'q' }) })
  const forgotten = rig.worker.trigger(add, { a: 2 }, { action: TriggerAction.Void() })
  await rig.settle()
  const [first, second] = rig.link.calls
  expect(first?.action).toEqual({ type: 'enqueue', queue: 'q' })
  expect(second).toMatchObject({ action: { type: 'void' } })
  rig.link.answer(first!, { result: { messageReceiptId: 'r' } })
  expect(await enqueued).toEqual({ messageReceiptId: 'r' })
  await expect(forgotten).resolves.toBeUndefined()
})

test('a fire-and-forget call with an invalid payload rejects if awaited, and never ends the process', async () => {
  const rig = await connectedRig()
  const unhandled: unknown[] = []
  const listen = (reason: unknown): void => {
    unhandled.push(reason)
  }
  process.on('unhandledRejection', listen)
  const call = rig.worker.trigger(add, {} as never, { action: TriggerAction.Void() })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', listen)
  expect(unhandled).toEqual([])
  await expect(call).rejects.toMatchObject({ code: 'deserialization_error' })
})

test('a call by contract through the context is aborted with the invocation', async () => {
  const rig = await connectedRig()
  const reasons: unknown[] = []
  rig.worker.registerFunction('outer', async (_data, _metadata, context) => {
    await context.trigger(add, { a: 1 }).catch((reason: unknown) => {
      reasons.push(reason)
    })
  })
  rig.link.invoke('outer')
  await rig.settle()
  expect(rig.link.calls).toMatchObject([{ function_id: 'math::add' }])
  rig.link.cut()
  await rig.settle()
  expect(reasons).toHaveLength(1)
})

test('a provider receives parsed configs and refuses invalid ones', async () => {
  const ticks = defineTriggerType({
    id: 'ticks',
    description: 'Every so often',
    config: z.object({ everyMs: z.number().int(), label: z.string().default('tick') }),
    request: z.object({ n: z.coerce.number() }),
  })
  const rig = await localRig()
  const provider = rig.addWorker()
  const events: unknown[] = []
  const consumer = rig.addWorker({ diagnostics: (event) => events.push(event) })
  const bound: unknown[] = []
  const ref = provider.registerTriggerType(ticks, {
    registerTrigger: async ({ config }) => {
      bound.push(config)
    },
    unregisterTrigger: async ({ config }) => {
      bound.push({ gone: config })
    },
  })
  const seen: unknown[] = []
  ref.registerFunction('on-tick', ({ n }) => void seen.push(n))
  await rig.settle()
  const trigger = consumer.registerTrigger(ticks, { function_id: 'on-tick', config: { everyMs: 5 } })
  await rig.settle()
  expect(bound).toEqual([{ everyMs: 5, label: 'tick' }])
  trigger.unregister()
  await rig.settle()
  expect(bound.at(-1)).toEqual({ gone: { everyMs: 5, label: 'tick' } })

  expect(() => consumer.registerTrigger(ticks, { function_id: 'f', config: { everyMs: 0.5 } })).toThrow(
    'Input for ticks is invalid: /everyMs: Invalid input: expected int, received number',
  )
  expect(() => ref.registerTrigger('f', {} as never)).toThrow('Input for ticks is invalid: /everyMs:')
  consumer.registerTrigger({ type: 'ticks', function_id: 'f', config: {} })
  await rig.settle()
  expect(events).toContainEqual(
    expect.objectContaining({
      kind: 'trigger_registration_failed',
      code: 'trigger_registration_failed',
      message: 'Input for ticks is invalid: /everyMs: Invalid input: expected number, received undefined',
    }),
  )

  const call = outcomeOf(consumer.trigger({ function_id: 'on-tick', payload: { n: '7' } }))
  await rig.settle()
  await call
  expect(seen).toEqual([7])
})

test('a trigger type is documented by its schemas, whether a contract or its formats carry them', async () => {
  const rig = await connectedRig()
  const handler = { registerTrigger: async () => {}, unregisterTrigger: async () => {} }
  const config = z.object({ every: z.number() })
  rig.worker.registerTriggerType(defineTriggerType({ id: 'a', config, namespace: 'shop' }), handler)
  rig.worker.registerTriggerType({ id: 'b', description: 'B', trigger_request_format: config }, handler)
  rig.worker.registerTriggerType({ id: 'c', description: 'C', call_request_format: { type: 'string' } }, handler)
  await rig.settle()
  const format = { type: 'object', properties: { every: { type: 'number' } }, required: ['every'] }
  expect(rig.link.all('registertriggertype')).toMatchObject([
    { id: 'a', description: '', namespace: 'shop', trigger_request_format: format },
    { id: 'b', description: 'B', trigger_request_format: format },
    { id: 'c', call_request_format: { type: 'string' } },
  ])
})

const withoutConverter = { '~standard': { vendor: 'x', version: 1 as const, validate: () => ({ issues: [] }) } }

const offline = registerWorker('ws://127.0.0.1:1', { autoConnect: false })

const wrong: readonly (readonly [string, () => unknown, string])[] = [
  ['a contract without an id', () => defineFunction({} as never), 'id is required'],
  ['a blank id', () => defineFunction({ id: ' ' }), 'id must be a string that is not blank'],
  ['no contract at all', () => defineFunction(undefined as never), 'contract must be an object, got undefined'],
  [
    'an input that is no schema',
    () => defineFunction({ id: 'f', input: {} as never }),
    'input must be a Standard Schema',
  ],
  ['an output that is no schema', () => defineFunction({ id: 'f', output: 1 as never }), 'output must be a Standard'],
  ['a trigger type without an id', () => defineTriggerType({} as never), 'id is required'],
  ['a blank namespace', () => defineTriggerType({ id: 't', namespace: '' }), '`namespace` is empty'],
  [
    'a config that is no schema',
    () => defineTriggerType({ id: 't', config: 'x' as never }),
    'config must be a Standard',
  ],
  ['a client of nothing', () => offline.client(null as never), 'contracts must be an object, got null'],
  [
    'a client of a request',
    () => offline.client({ f: { function_id: 'f' } as never }),
    'contracts.f must be a contract',
  ],
  ['a handler of a wrong kind', () => offline.registerFunction(add, 'x' as never), 'handler must be a function'],
  ['a binding without a function', () => offline.registerTrigger({ id: 't' }, {} as never), 'function_id is required'],
  [
    'a schema that needs a converter',
    () => offline.registerFunction(defineFunction({ id: 'f', input: withoutConverter }), () => 1),
    'Pass `toJsonSchema`, or write `request_format` yourself',
  ],
]

for (const [name, attempt, message] of wrong) {
  test(`${name} is refused`, () => {
    expect(attempt).toThrow(message)
  })
}

const wrongCalls: readonly (readonly [string, () => Promise<unknown>, string])[] = [
  ['options of a wrong kind', () => offline.trigger(add, { a: 1 }, 5 as never), 'options must be an object, got 5'],
  [
    'checks of a wrong kind',
    () => offline.trigger(add, { a: 1 }, { validate: 1 as never }),
    'validate must be an object',
  ],
  [
    'a hand-made contract with a wrong schema',
    () => offline.trigger({ id: 'f', input: {} } as never, {} as never),
    'contract.input',
  ],
  ['a blank id in a hand-made contract', () => offline.trigger({ id: ' ' }, 1), 'contract.id must be a string'],
  ['nothing', () => offline.trigger(undefined as never), 'request must be an object'],
]

for (const [name, attempt, message] of wrongCalls) {
  test(`a call with ${name} is rejected, not thrown`, async () => {
    await expect(attempt()).rejects.toThrow(message)
  })
}
