/**
 * Queues jobs: the engine stores a call, retries it while it fails, and keeps it as a dead letter after the last attempt.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { BuiltinTrigger, registerWorker, TriggerAction } from 'iii-node'

const worker = registerWorker()

// A named queue: every engine has the queue `default`. The receipt means that the job is stored.
const resized = new Promise<void>((resolve) => {
  worker.registerFunction('images::resize', ({ file }: { file: string }) => {
    console.log('resizing', file)
    resolve()
  })
})

// A topic: each subscriber has a queue of its own, with its own retries.
let isMailServerUp = false
const sent = new Promise<void>((resolve) => {
  worker.registerFunction('mail::send', ({ to }: { to: string }) => {
    console.log('mail to', to, isMailServerUp ? 'sent' : 'failed')
    if (!isMailServerUp) throw new Error('The mail server is down')
    resolve()
  })
})
const queue_config = { maxRetries: 2, backoffDelayMs: 200 }
worker.registerTrigger(BuiltinTrigger.queue('mail::send', { topic: 'signups', queue_config }))
await worker.ready()

const job = { function_id: 'images::resize', payload: { file: 'cat.png' } }
const receipt = await worker.trigger({ ...job, action: TriggerAction.Enqueue({ queue: 'default' }) })
console.log('stored as', receipt.messageReceiptId)
await resized

await worker.trigger({ function_id: 'iii::durable::publish', payload: { topic: 'signups', data: { to: 'ada' } } })

async function deadLetters(): Promise<number> {
  const input = { function_id: 'engine::queue::topic_stats', payload: { topic: 'signups' } }
  return (await worker.trigger<object, { dlq_depth: number }>(input)).dlq_depth
}
while ((await deadLetters()) === 0) await wait(100)
console.log('dead letters:', await deadLetters())

// Put the dead letters back to work once the cause is fixed.
isMailServerUp = true
await worker.trigger({ function_id: 'iii::queue::redrive', payload: { topic: 'signups' } })
await sent
console.log('dead letters:', await deadLetters())

await worker.shutdownAsync()
