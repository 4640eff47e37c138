/**
 * `iii-queue`: named queues for the `enqueue` action, and topics with stored delivery. Assembles the parts and opens
 * the journal.
 */
import type { BuiltinTriggerType, EngineHost, LiveBuiltin } from '../builtin.js'
import { defaultStoreLimits, openStore } from '../../storage/storage-config.js'
import { Attempts } from './attempts.js'
import { enqueueFunction, publishFunction } from './enqueue-functions.js'
import type { Job } from './job.js'
import { Ledger } from './journal/ledger.js'
import { MemoryJournal, type QueueJournal } from './journal/memory-journal.js'
import { NamedQueues } from './named-queues.js'
import type { QueueConfig } from './queue-config.js'
import { redriveFunctions } from './redrive-functions.js'
import { queueInspections, reportFunctions } from './report-functions.js'
import { StoreJournal } from './journal/store-journal.js'
import { subscriberConfig } from './topics/subscriber-config.js'
import { Topics } from './topics/topics.js'
import { triggerType } from '../../declare/function.js'

const NAME = 'iii-queue'

/**
 * Serves `engine::queue::*`, `iii::durable::publish`, `iii::queue::*` and the trigger type `durable:subscriber`.
 * @param openJournal opens the journal; by default the one that the configuration selects.
 */
export function createQueueBuiltin(
  host: EngineHost,
  config: QueueConfig,
  openJournal: () => Promise<QueueJournal> = () => journalFor(host, config),
): LiveBuiltin<QueueConfig> {
  const ledger = new Ledger(host, config.limits)
  const attempts = new Attempts(host, ledger)
  const queues = new NamedQueues({ host, ledger, attempts }, config.queues)
  const topics = new Topics({ host, ledger, attempts })
  const resume = (job: Job): void => (job.kind === 'queue' ? queues.resume(job) : topics.resume(job))
  const accepts = (job: Job): boolean => job.kind === 'topic' || queues.find(job.name) !== undefined
  return {
    name: NAME,
    description: 'Stores calls and events, and delivers them with retries',
    functions: [
      enqueueFunction(queues, host.random),
      publishFunction(topics),
      ...redriveFunctions({ ledger, accepts, resume }),
      ...reportFunctions({ ledger, queues, topics }),
    ],
    triggerTypes: [subscriberType(topics)],
    waiting: () => ledger.waiting,
    inspections: queueInspections({ ledger, queues, topics }),
    reconfigure: (settings) => queues.configure(settings.queues),
    async start() {
      const jobs = await ledger.open(await openJournal())
      attempts.expectReturn(jobs)
      const stranded = jobs.filter((job) => !accepts(job))
      if (stranded.length > 0)
        host.log.warn({ queues: namesOf(stranded) }, 'Stored jobs wait for queues that are not configured')
      for (const job of jobs) if (accepts(job)) resume(job)
    },
    async stop() {
      attempts.stop()
      queues.stop()
      topics.stop()
      await ledger.close()
    },
  }
}

async function journalFor(host: EngineHost, { storage }: QueueConfig): Promise<QueueJournal> {
  // A store in memory would keep a second copy of every job, as text; a journal in memory needs none.
  if (storage.kind === 'memory') return new MemoryJournal()
  const limits = { ...defaultStoreLimits, counters: host.counters }
  return new StoreJournal(await openStore(storage, limits, { builtin: NAME, host }))
}

function namesOf(jobs: readonly Job[]): string[] {
  return [...new Set(jobs.map((job) => job.name))]
}

function subscriberType(topics: Topics): BuiltinTriggerType {
  return triggerType({
    id: 'durable:subscriber',
    description:
      'Calls a function with every event published to a topic, with retries until it succeeds or uses up its attempts',
    // The distributed engine lists the type under this name.
    owner: 'queue',
    config: subscriberConfig,
    bind: (binding, config) => topics.bind(binding, config),
    unbind: (binding) => topics.unbind(binding.id),
  })
}
