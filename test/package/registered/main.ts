/** What a program gets from a generated file. Compiled, never run. */
import { BuiltinTrigger, stateClient, streamClient, TriggerAction } from 'iii-node'
import type { EnqueueResult, III, RegisteredInput, RegisteredOutput, TriggerRequest } from 'iii-node'

declare module 'iii-node' {
  interface Register {
    stateValues: { carts: { items: number } }
    streamItems: { chat: { text: string } }
  }
}

declare const worker: III

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(..._: Equal<A, B> extends true ? [] : ['the types differ']): void => undefined

export async function calls(): Promise<void> {
  const sum = await worker.trigger({ function_id: 'math::add', payload: { a: 1 } })
  same<typeof sum, { sum: number }>()
  const queued = await worker.trigger({
    function_id: 'math::add',
    payload: { a: 1 },
    action: TriggerAction.Enqueue({ queue: 'q' }),
  })
  same<typeof queued, EnqueueResult>()
  const sent = await worker.trigger({ function_id: 'math::add', payload: { a: 1 }, action: TriggerAction.Void() })
  same<typeof sent, undefined>()
  // @ts-expect-error -- `a` is missing
  await worker.trigger({ function_id: 'math::add', payload: {} })
  // @ts-expect-error -- a misspelt member
  await worker.trigger({ function_id: 'math::add', payload: { a: 1, bb: 2 } })
  const action = TriggerAction.Enqueue({ queue: 'q' })
  // @ts-expect-error -- enqueued payloads are checked, too
  await worker.trigger({ function_id: 'math::add', payload: { a: 'one' }, action })
  // No member is required, so the payload may be left out.
  await worker.trigger({ function_id: 'ping' })
  // Types that the caller names are the caller's, as without a generated file.
  const named = await worker.trigger<{ a: string }, { sum: string }>({
    function_id: 'math::add',
    payload: { a: 'one' },
  })
  same<typeof named, { sum: string }>()
  const anyId = 'math::add' as string
  const any = await worker.trigger({ function_id: anyId, payload: 1 })
  const request: TriggerRequest = { function_id: anyId, payload: 1 }
  void [any.thing, (await worker.trigger(request)).thing]
}

export function handlers(): void {
  worker.registerFunction('sums', async (_payload, _metadata, context) => {
    const { sum } = await context.trigger({ function_id: 'math::add', payload: { a: 1, b: 2 } })
    // @ts-expect-error -- the input has no `c`
    await context.trigger({ function_id: 'math::add', payload: { a: 1, c: 2 } })
    return sum.toFixed()
  })
}

export function triggers(): void {
  worker.registerTrigger({ type: 'webhook', function_id: 'sums', config: { url: 'https://example.com' } })
  worker.registerTrigger(BuiltinTrigger.cron('sums', { expression: '@daily' }))
  worker.registerTrigger({ type: 'not-declared', function_id: 'sums', config: { anything: true } })
  // @ts-expect-error -- the config has no `link`
  worker.registerTrigger({ type: 'webhook', function_id: 'sums', config: { link: 'https://example.com' } })
  // @ts-expect-error -- an expression is a string
  worker.registerTrigger({ type: 'cron', function_id: 'sums', config: { expression: 5 } })
}

export async function stores(): Promise<void> {
  const state = stateClient(worker)
  const cart = await state.get({ scope: 'carts', key: 'ada' })
  same<typeof cart, { items: number } | null>()
  await state.set({ scope: 'carts', key: 'ada', value: { items: 1 } })
  // @ts-expect-error -- a cart has a number of items
  await state.set({ scope: 'carts', key: 'ada', value: { items: 'one' } })
  await state.set({ scope: 'others', key: 'ada', value: 7 })
  const other = await state.get<string>({ scope: 'others', key: 'ada' })
  same<typeof other, string | null>()
  const chat = await streamClient(worker, 'chat').list({ group_id: 'lobby' })
  same<typeof chat, { text: string }[]>()
  const prices = await streamClient(worker, 'prices').list({ group_id: 'tea' })
  same<typeof prices, { price: number }[]>()
  const own = await streamClient<number>(worker, 'numbers').list({ group_id: 'a' })
  same<typeof own, number[]>()
}

same<RegisteredInput<'math::add'>, { a: number; b?: number | undefined }>()
same<RegisteredOutput<'math::add'>, { sum: number }>()
