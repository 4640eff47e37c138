/**
 * Queues: a call is stored and made until it succeeds, by a named queue or for each subscriber of a topic. A job that
 * keeps failing becomes a dead letter, which can be sent again.
 */
import { BuiltinTrigger, TriggerAction } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine({
  clock: 'virtual', // the pauses between attempts take no time here
  builtins: { 'iii-queue': { queue_configs: { mail: { type: 'standard', max_retries: 3, backoff_ms: 1_000 } } } },
})
const worker = engine.connect({ workerName: 'mailer', diagnostics: 'silent' })
let isServerUp = false
worker.registerFunction('mail::send', ({ to }: { to: string }) => {
  console.log('  sending to', to)
  if (!isServerUp) throw new Error('the mail server is down')
})
worker.registerFunction('audit', (order: object) => console.log('  audit:', order))
worker.registerFunction('stock::reserve', (order: object) => console.log('  stock:', order))
for (const id of ['audit', 'stock::reserve']) worker.registerTrigger(BuiltinTrigger.queue(id, { topic: 'orders' }))
await worker.ready()

console.log('a named queue tries until it gives up:')
const { messageReceiptId } = await worker.trigger({
  function_id: 'mail::send',
  payload: { to: 'ada' },
  action: TriggerAction.Enqueue({ queue: 'mail' }),
})
console.log('stored:', messageReceiptId !== '')
await engine.advance('1m')

const countDead = async (): Promise<number> => {
  const input = { function_id: 'engine::queue::dlq_messages', payload: { topic: 'mail' } }
  return (await worker.trigger<object, unknown[]>(input)).length
}
console.log('dead letters:', await countDead())

console.log('sent again once the cause is gone:')
isServerUp = true
await worker.trigger({ function_id: 'iii::queue::redrive', payload: { queue: 'mail' } })
await engine.advance('1m')
console.log('dead letters:', await countDead())

console.log('a topic has many subscribers, each with jobs of its own:')
await worker.trigger({ function_id: 'iii::durable::publish', payload: { topic: 'orders', data: { sku: 'tea' } } })
await engine.advance('1s')

await engine.close()
