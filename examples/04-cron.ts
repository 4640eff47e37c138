/**
 * Runs a function on a schedule. A condition function decides at each time whether the run takes place.
 */
import { BuiltinTrigger, registerWorker } from 'iii-node'
import type { CronEvent } from 'iii-node/trigger'

const worker = registerWorker()
const outbox = ['ada', 'grace']

worker.registerFunction('outbox::send', ({ scheduled_time }: CronEvent) => {
  console.log(scheduled_time, 'sent a mail to', outbox.shift())
})
const skipped = new Promise<void>((resolve) => {
  worker.registerFunction('outbox::has-mail', ({ scheduled_time }: CronEvent) => {
    if (outbox.length > 0) return true
    console.log(scheduled_time, 'skipped: the outbox is empty')
    resolve()
    return false
  })
})

worker.registerTrigger(
  BuiltinTrigger.cron('outbox::send', {
    // Six fields, in UTC: second, minute, hour, day, month, weekday. This one fires every second.
    expression: '* * * * * *',
    condition_function_id: 'outbox::has-mail',
  }),
)
await worker.ready()
await skipped

await worker.shutdownAsync()
