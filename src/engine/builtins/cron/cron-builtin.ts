/** `iii-cron`: provides the trigger type `cron`. Keeps the list of triggers; each job schedules its own runs. */
import type { Timer } from '../../../std/time/clock.js'
import { watchWallClock } from '../../../std/time/wall-clock-watch.js'
import type { BuiltinTriggerType, EngineHost, LiveBuiltin } from '../builtin.js'
import type { CronConfig } from './cron-config.js'
import { parseCronExpression } from './cron-expression.js'
import { CronJob } from './cron-job.js'
import { triggerType } from '../../declare/function.js'
import { object, optional, refusedLater, string } from '../../declare/schema.js'

/** Maximum cron triggers of one engine. Further ones are refused. */
const MAX_JOBS = 100_000

/** Serves the trigger type `cron`. */
export function createCronBuiltin(host: EngineHost, _config: CronConfig): LiveBuiltin<CronConfig> {
  const jobs = new Map<string, CronJob>()
  let watch: Pick<Timer, 'cancel'> | undefined
  return {
    name: 'iii-cron',
    description: 'Runs functions at the times of a cron expression',
    functions: [],
    triggerTypes: [cronType(host, jobs)],
    inspections: {
      'cron::due': () => Array.from(jobs, ([id, { dueMs }]) => ({ id, due_ms: dueMs })),
    },
    // One process needs no lock, so no setting has an effect.
    reconfigure: () => undefined,
    start() {
      watch = watchWallClock(host.clock, (byMs) => {
        host.log.info({ by_ms: byMs }, 'The wall clock was set; cron triggers were rescheduled')
        for (const job of jobs.values()) job.onClockJump()
      })
      return Promise.resolve()
    },
    stop() {
      watch?.cancel()
      for (const job of jobs.values()) job.stop()
      jobs.clear()
      return Promise.resolve()
    },
  }
}

function cronType(host: EngineHost, jobs: Map<string, CronJob>): BuiltinTriggerType {
  return triggerType({
    id: 'cron',
    description: 'Calls a function at the times of a cron expression, in UTC',
    config,
    request: event,
    bind(binding, { expression }) {
      const schedule = parseCronExpression(expression)
      if (jobs.has(binding.id)) throw new Error(`Cron trigger '${binding.id}' is already registered`)
      if (jobs.size >= MAX_JOBS) throw new Error(`The limit of ${MAX_JOBS} cron triggers is reached`)
      const job = new CronJob(host, binding, schedule)
      jobs.set(binding.id, job)
      job.start()
    },
    unbind({ id }) {
      jobs.get(id)?.stop()
      jobs.delete(id)
    },
  })
}

const config = object({
  expression: refusedLater(
    string('sec min hour day-of-month month day-of-week [year], weekdays from 1 = Sunday; or @hourly … @yearly'),
    undefined,
  ),
  condition_function_id: optional(string('A function that skips a run by returning false')),
})

const event = object({
  trigger: string('Always `cron`'),
  job_id: string('The id of the trigger'),
  scheduled_time: string('RFC 3339, in UTC'),
  actual_time: string('RFC 3339, in UTC'),
})
