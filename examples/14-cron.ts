/**
 * Schedules: a cron expression has seconds first, and is read in UTC. The test engine's clock makes a night pass at once.
 */
import { BuiltinTrigger, registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'
import type { CronEvent } from 'iii-node/trigger'

const engine = await createTestEngine({ clock: 'virtual', startTime: new Date('2026-05-04T20:00:00Z') })
const worker = engine.connect({ workerName: 'night-watch' })

worker.registerFunction('rounds', ({ scheduled_time }: CronEvent) => console.log('round at', scheduled_time))
worker.registerTrigger(BuiltinTrigger.cron('rounds', { expression: '0 30 22-23 * * *' }))

// A condition looks first: on Mondays the report is skipped.
worker.registerFunction('reports::write', ({ scheduled_time }: CronEvent) => console.log('report at', scheduled_time))
worker.registerFunction(
  'reports::is-due',
  ({ scheduled_time }: CronEvent) => new Date(scheduled_time).getUTCDay() !== 1,
)
worker.registerTrigger(
  BuiltinTrigger.cron('reports::write', { expression: '0 0 21 * * *', condition_function_id: 'reports::is-due' }),
)
await worker.ready()

await engine.advance('30h') // Monday evening to Wednesday morning

// What cannot be read is refused, and its owner hears of it. With `registerWorker` it would be a line on the console.
const picky = registerWorker(engine.url, {
  workerName: 'picky',
  diagnostics: (event) => {
    if (event.kind === 'trigger_registration_failed') console.log('refused:', event.message)
  },
})
picky.registerTrigger(BuiltinTrigger.cron('rounds', { expression: 'at midnight' }))
// Rejects with the reason, unless refusals are allowed.
await picky.ready({ allowRefused: true })

await picky.shutdownAsync()
await engine.close()
