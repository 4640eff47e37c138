/** What a web page gets from a generated file. Compiled, never run. */
import { followStream, registerWorker, TriggerAction } from 'iii-node/browser'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(..._: Equal<A, B> extends true ? [] : ['the types differ']): void => undefined

const page = registerWorker('wss://engine.test')

export async function calls(): Promise<void> {
  const sum = await page.trigger({ function_id: 'math::add', payload: { a: 1 } })
  same<typeof sum, { sum: number }>()
  const sent = await page.trigger({ function_id: 'math::add', payload: { a: 1 }, action: TriggerAction.Void() })
  same<typeof sent, undefined>()
  // @ts-expect-error -- a misspelt member
  await page.trigger({ function_id: 'math::add', payload: { a: 1, bb: 2 } })
  const any = await page.trigger({ function_id: 'not-declared', payload: 1 })
  void any.thing
}

export function registrations(): void {
  page.registerFunction('sums', async (_payload, _metadata, context) => {
    // @ts-expect-error -- the input has no `c`
    await context.trigger({ function_id: 'math::add', payload: { a: 1, c: 2 } })
    const { sum } = await context.trigger({ function_id: 'math::add', payload: { a: 1, b: 2 } })
    return sum.toFixed()
  })
  page.registerTrigger({ type: 'webhook', function_id: 'sums', config: { url: 'https://example.com' } })
  // @ts-expect-error -- the config has no `link`
  page.registerTrigger({ type: 'webhook', function_id: 'sums', config: { link: 'https://example.com' } })
}

export async function follow(): Promise<void> {
  for await (const update of followStream('wss://engine.test', { stream: 'chat', group: 'lobby' })) {
    if (update.type === 'sync') same<typeof update.data, { text: string }[]>()
  }
  for await (const update of followStream('wss://engine.test', { stream: 'prices', group: 'tea', item: 'green' })) {
    if (update.type === 'sync') same<typeof update.data, { price: number } | null>()
  }
  for await (const update of followStream<number>('wss://engine.test', { stream: 'others', group: 'a' })) {
    if (update.type === 'sync') same<typeof update.data, number[]>()
  }
}
