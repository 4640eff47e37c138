import { type } from 'arktype'
import {
  defineFunction,
  defineTriggerType,
  registerWorker,
  TriggerAction,
  type EnqueueResult,
  type FunctionContract,
  type III,
  type TriggerFunction,
  type TriggerRequest,
} from 'iii-node'
import type { ContractInput, ContractOutput } from 'iii-node/schema'
import * as v from 'valibot'
import { expectTypeOf, test } from 'vitest'
import * as z from 'zod'
import * as z3 from 'zod3'

const worker = registerWorker('ws://127.0.0.1:1', { autoConnect: false })
const add = defineFunction({
  id: 'math::add',
  input: z.object({ a: z.number(), b: z.number().default(0) }),
  output: z.object({ sum: z.number() }),
})
const bare = defineFunction({ id: 'bare' })

test('a contract has the input and output types of both schemas', () => {
  expectTypeOf<ContractInput<typeof add>>().toEqualTypeOf<{ a: number; b?: number | undefined }>()
  expectTypeOf<ContractOutput<typeof add>>().toEqualTypeOf<{ sum: number }>()
  expectTypeOf<ContractInput<typeof bare>>().toBeAny()
  expectTypeOf(add).toExtend<FunctionContract>()
  expectTypeOf(worker.trigger({ id: 'written by hand' }, 1)).resolves.toBeAny()
})

test('contracts of zod 3, valibot and arktype are typed alike', () => {
  const _three = defineFunction({ id: 'f', input: z3.object({ n: z3.number() }) })
  const _vali = defineFunction({ id: 'f', input: v.object({ n: v.number() }) })
  const _ark = defineFunction({ id: 'f', input: type({ n: 'number' }) })
  expectTypeOf<ContractInput<typeof _three>>().toEqualTypeOf<{ n: number }>()
  expectTypeOf<ContractInput<typeof _vali>>().toEqualTypeOf<{ n: number }>()
  expectTypeOf<ContractInput<typeof _ark>>().toEqualTypeOf<{ n: number }>()
})

test('the handler of a contract is typed by it', () => {
  worker.registerFunction(add, ({ a, b }, _metadata, context) => {
    expectTypeOf(b).toEqualTypeOf<number>()
    expectTypeOf(context.trigger(add, { a })).resolves.toEqualTypeOf<{ sum: number }>()
    return { sum: a + b }
  })
  worker.registerFunction(add, async ({ a }) => ({ sum: a }), { maxConcurrentInvocations: 2 })
  worker.registerFunction(bare, (data) => expectTypeOf(data).toBeAny())
  // @ts-expect-error the sum is missing
  worker.registerFunction(add, ({ a }) => ({ total: a }))
})

test('a call is typed by its contract and its action', () => {
  expectTypeOf(worker.trigger(add, { a: 1 })).resolves.toEqualTypeOf<{ sum: number }>()
  expectTypeOf(worker.trigger(add, { a: 1 }, { timeoutMs: 5 })).resolves.toEqualTypeOf<{ sum: number }>()
  const enqueued = worker.trigger(add, { a: 1 }, { action: TriggerAction.Enqueue({ queue: 'q' }) })
  expectTypeOf(enqueued).resolves.toEqualTypeOf<EnqueueResult>()
  const forgotten = worker.trigger(add, { a: 1 }, { action: TriggerAction.Void() })
  expectTypeOf(forgotten).resolves.toEqualTypeOf<undefined>()
  const either = worker.trigger(add, { a: 1 }, { action: TriggerAction.Void() as TriggerAction })
  expectTypeOf(either).resolves.toEqualTypeOf<EnqueueResult | undefined>()
  const open: { action?: TriggerAction } = {}
  expectTypeOf(worker.trigger(add, { a: 1 }, open)).resolves.toEqualTypeOf<
    { sum: number } | EnqueueResult | undefined
  >()
  // @ts-expect-error a is a number
  void worker.trigger(add, { a: '1' })
  // @ts-expect-error a is missing
  void worker.trigger(add, {})
  // @ts-expect-error the payload has no such member
  void worker.trigger(add, { a: 1, c: 2 })
})

test('calls without a contract keep their types', () => {
  expectTypeOf(worker.trigger({ function_id: 'f', payload: {} })).resolves.toBeAny()
  const typed = worker.trigger<{ a: number }, string>({ function_id: 'f', payload: { a: 1 } })
  expectTypeOf(typed).resolves.toEqualTypeOf<string>()
})

test('a client has one function per contract', () => {
  const math = worker.client({ add, bare })
  expectTypeOf(math.add({ a: 1 })).resolves.toEqualTypeOf<{ sum: number }>()
  expectTypeOf(math.add({ a: 1 }, { timeoutMs: 5 })).resolves.toEqualTypeOf<{ sum: number }>()
  const enqueued = math.add({ a: 1 }, { action: TriggerAction.Enqueue({ queue: 'q' }) })
  expectTypeOf(enqueued).resolves.toEqualTypeOf<EnqueueResult>()
  expectTypeOf(math.bare()).resolves.toBeAny()
  // @ts-expect-error the payload is missing
  void math.add()
  expectTypeOf(math).not.toHaveProperty('subtract')
})

test('a call by id that is stored resolves with its receipt, unless the caller names another type', () => {
  const stored = { function_id: 'f', payload: { a: 1 }, action: TriggerAction.Enqueue({ queue: 'q' }) }
  expectTypeOf(worker.trigger(stored)).resolves.toEqualTypeOf<EnqueueResult>()
  const literal = worker.trigger({ function_id: 'f', payload: 1, action: { type: 'enqueue', queue: 'q' } })
  expectTypeOf(literal).resolves.toEqualTypeOf<EnqueueResult>()
  expectTypeOf(worker.trigger<{ a: number }>(stored)).resolves.toEqualTypeOf<EnqueueResult>()
  expectTypeOf(worker.trigger<unknown, { receipt: string }>(stored)).resolves.toEqualTypeOf<{ receipt: string }>()
  const named: Promise<{ receipt: string }> = worker.trigger(stored)
  expectTypeOf(Promise.all([named, worker.trigger(stored)])).resolves.toEqualTypeOf<
    [{ receipt: string }, EnqueueResult]
  >()
  worker.registerFunction('g', async (_data: unknown, _metadata: unknown, context) => {
    expectTypeOf(context.trigger(stored)).resolves.toEqualTypeOf<EnqueueResult>()
  })
  // @ts-expect-error -- a queue must be named
  void worker.trigger({ function_id: 'f', payload: 1, action: { type: 'enqueue' } })
})

test('a call by id whose action is not known beforehand, or is not a queue, keeps its type', () => {
  const request: TriggerRequest = { function_id: 'f', payload: 1 }
  expectTypeOf(worker.trigger(request)).resolves.toBeAny()
  expectTypeOf(worker.trigger({ ...request, action: TriggerAction.Void() })).resolves.toBeAny()
  const either = TriggerAction.Void() as TriggerAction
  expectTypeOf(worker.trigger({ ...request, action: either })).resolves.toBeAny()
  expectTypeOf<Parameters<III['trigger']>>().toEqualTypeOf<[request: TriggerRequest]>()
  const passed: TriggerFunction = worker.trigger
  expectTypeOf(passed).toBeFunction()
})

test('a trigger type types its provider, its bindings and its functions', () => {
  const ticks = defineTriggerType({
    id: 'ticks',
    config: z.object({ everyMs: z.number(), from: z.coerce.date().optional() }),
    request: z.object({ n: z.number() }),
  })
  const ref = worker.registerTriggerType(ticks, {
    registerTrigger: async ({ config }) => {
      expectTypeOf(config).toEqualTypeOf<{ everyMs: number; from?: Date | undefined }>()
    },
    unregisterTrigger: async () => {},
  })
  ref.registerFunction('on-tick', ({ n }) => expectTypeOf(n).toEqualTypeOf<number>(), { everyMs: 1 })
  worker.registerTrigger(ticks, { function_id: 'on-tick', config: { everyMs: 1 } })
  // @ts-expect-error everyMs is missing
  worker.registerTrigger(ticks, { function_id: 'on-tick', config: {} })
})

test('trigger types without a contract keep their types', () => {
  worker.registerTriggerType<{ every: number }>(
    { id: 't', description: '' },
    {
      registerTrigger: async ({ config }) => expectTypeOf(config).toEqualTypeOf<{ every: number }>() as never,
      unregisterTrigger: async () => {},
    },
  )
  worker.registerTriggerType(
    { id: 't', description: '' },
    {
      registerTrigger: async ({ config }) => expectTypeOf(config).toEqualTypeOf<unknown>() as never,
      unregisterTrigger: async () => {},
    },
  )
})
