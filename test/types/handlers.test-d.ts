import { expectTypeOf, test } from 'vitest'
import { iiiAsyncFn, iiiFn, type III, type InvocationContext, type JsonValue } from 'iii-node'
import type { FunctionHandler, RemoteFunctionHandler } from 'iii-node/engine'
import type { FunctionRef, TriggerTypeRef } from 'iii-node/runtime'

declare const worker: III

test('a handler without annotations gets any, as in the official package', () => {
  worker.registerFunction('f', (data) => {
    expectTypeOf(data).toBeAny()
  })
  worker.registerFunction('f', async (data, metadata) => {
    expectTypeOf(data).toBeAny()
    expectTypeOf(metadata).toEqualTypeOf<JsonValue | undefined>()
    return data as unknown
  })
  worker.registerFunctionWith({ id: 'f' }, (data) => {
    expectTypeOf(data).toBeAny()
  })
})

test('the third parameter is the invocation’s context', () => {
  worker.registerFunction('f', (_data, _metadata, context) => {
    expectTypeOf(context).toEqualTypeOf<InvocationContext>()
    expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>()
  })
})

test('annotations of the payload are taken as they are', () => {
  worker.registerFunction('f', (data: { a: number }) => data.a)
  worker.registerFunction('f', async ({ a }: { a: number }) => ({ doubled: a * 2 }))
  worker.registerFunction('f', () => 1)
  expectTypeOf<RemoteFunctionHandler<string, number>>().toExtend<FunctionHandler<string, number>>()
})

test('a call’s result is any unless the caller names its type', () => {
  expectTypeOf(worker.trigger({ function_id: 'f', payload: {} })).resolves.toBeAny()
  expectTypeOf(worker.trigger<object, { n: number }>({ function_id: 'f', payload: {} })).resolves.toEqualTypeOf<{
    n: number
  }>()
})

test('references of a worker are disposable and assignable to the type of the official package', () => {
  expectTypeOf(worker.registerFunction('f', () => 1)).toExtend<FunctionRef & Disposable>()
  expectTypeOf(worker.registerTrigger({ type: 't', function_id: 'f', config: {} })).toExtend<Disposable>()
  expectTypeOf<{ id: string; unregister: () => void }>().toExtend<FunctionRef>()
  expectTypeOf(worker).toExtend<AsyncDisposable>()
})

test('wrapped functions keep the types of the original function', () => {
  expectTypeOf(iiiFn((n: number) => String(n))).toEqualTypeOf<FunctionHandler<number, string>>()
  expectTypeOf(iiiAsyncFn(async (n: number) => String(n))).toEqualTypeOf<FunctionHandler<number, string>>()
  worker.registerFunction(
    'f',
    iiiFn((a: number, b: number) => a + b, { positional: true }),
  )
})

test('a trigger type gives its config and its payload a type', () => {
  const ticks = worker.registerTriggerType<{ every: number }, { tick: number }>(
    { id: 'tick', description: 'Ticks' },
    {
      async registerTrigger({ config }) {
        expectTypeOf(config).toEqualTypeOf<{ every: number }>()
      },
      async unregisterTrigger() {},
    },
  )
  expectTypeOf(ticks).toEqualTypeOf<TriggerTypeRef<{ every: number }, { tick: number }>>()
  ticks.registerFunction('f', (event) => {
    expectTypeOf(event).toEqualTypeOf<{ tick: number }>()
  })
  // @ts-expect-error -- `every` is a number
  ticks.registerTrigger('f', { every: 'day' })
})
