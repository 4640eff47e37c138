/** The functions that report the content of the queues. They do not change jobs. */
import { ErrorCode } from '../../../errors.js'
import { withTextItems, withTextMembers } from '../../../wire/protocol/json-text.js'
import type { BuiltinFunction, Inspections } from '../builtin.js'
import type { DeadLetter } from './job.js'
import type { Ledger } from './journal/ledger.js'
import type { NamedQueues } from './named-queues.js'
import type { NamedQueueSettings } from './queue-config.js'
import { queueError } from './queue-errors.js'
import type { TopicFigures, Topics } from './topics/topics.js'
import { builtinFunction, anyInput } from '../../declare/function.js'
import { alias, integer, object, refusedLater, string, withDefault } from '../../declare/schema.js'

export interface ReportParts {
  readonly ledger: Ledger
  readonly queues: NamedQueues
  readonly topics: Topics
}

const BROKER_TYPE = 'builtin'
const DEFAULT_LIMIT = 50

const topic = alias(refusedLater(string('The topic; a queue is accepted too, also as `queue`'), ''), 'queue')

export function reportFunctions(parts: ReportParts): BuiltinFunction[] {
  return [listTopics(parts), topicStats(parts), deadLetterTopics(parts), deadLetterMessages(parts)]
}

/** What the functions above do not say: the settings of queues, and where a dead letter came from. */
export function queueInspections({ ledger, queues, topics }: ReportParts): Inspections {
  const dead = (name: string): number => ledger.letters.counts().get(name) ?? 0
  return {
    'queue::queues': () => [
      ...Array.from(queues.names(), (name) => {
        const { depth = 0, running = 0, settings } = queues.find(name) ?? {}
        return { name, kind: 'queue', depth, running, dead: dead(name), config: settings && configRow(settings) }
      }),
      ...topics.names().map((name) => ({ name, kind: 'topic', ...topics.figures(name), dead: dead(name) })),
    ],
    'queue::origins': ({ name }) =>
      ledger.letters.of(String(name)).map(({ job: { id, kind, functionId, namespace, traceparent } }) => {
        return { id, kind, function_id: functionId, namespace, traceparent }
      }),
  }
}

function configRow({ policy, groupField }: NamedQueueSettings): object {
  const { mode, maxAttempts, concurrency, backoffMs, pollIntervalMs } = policy
  return {
    type: mode,
    max_retries: maxAttempts,
    concurrency,
    message_group_field: groupField ?? null,
    backoff_ms: backoffMs,
    poll_interval_ms: pollIntervalMs,
  }
}

function listTopics(parts: ReportParts): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::list_topics',
    description: 'Lists topics and queues with their subscribers',
    input: anyInput,
    call: () =>
      namesOf(parts).map((name) => {
        return { name, broker_type: BROKER_TYPE, subscriber_count: figuresOf(parts, name).consumers }
      }),
  })
}

/** Names of all topics and configured queues. */
function namesOf({ topics, queues }: ReportParts): string[] {
  return [...new Set([...topics.names(), ...queues.names()])].sort()
}

/** A queue is served by the engine itself, with its concurrency. */
function figuresOf({ topics, queues }: ReportParts, name: string): TopicFigures {
  const { depth, consumers } = topics.figures(name)
  const queue = queues.find(name)
  if (queue === undefined) return { depth, consumers }
  return { depth: depth + queue.depth, consumers: consumers + queue.concurrency }
}

function topicStats(parts: ReportParts): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::topic_stats',
    description: 'Counts the jobs, dead letters and consumers of a topic or queue',
    input: object({ topic }),
    call(input) {
      const name = requiredTopic(input)
      const { depth, consumers } = figuresOf(parts, name)
      const dlq_depth = parts.ledger.letters.counts().get(name) ?? 0
      return { depth, consumer_count: consumers, dlq_depth, config: null }
    },
  })
}

function deadLetterTopics(parts: ReportParts): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::dlq_topics',
    description: 'Lists topics and queues with the number of their dead letters',
    input: anyInput,
    call: () => {
      const counts = parts.ledger.letters.counts()
      const names = new Set([...namesOf(parts), ...counts.keys()])
      return [...names].sort().map((topic) => {
        return { topic, broker_type: BROKER_TYPE, message_count: counts.get(topic) ?? 0 }
      })
    },
  })
}

function deadLetterMessages({ ledger }: ReportParts): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::dlq_messages',
    description: 'Lists the dead-lettered jobs of a topic or queue, oldest first',
    input: object({
      topic,
      offset: withDefault(integer('uint64', 'Dead letters to skip'), 0),
      limit: withDefault(integer('uint64', 'Maximum number of dead letters'), DEFAULT_LIMIT),
    }),
    call({ offset, limit, ...input }) {
      const letters = ledger.letters.of(requiredTopic(input))
      return withTextItems(letters.slice(offset, offset + limit).map(letterRow))
    },
  })
}

/** A row is text, as its payload is. */
function letterRow({ job, death }: DeadLetter): unknown {
  return withTextMembers({
    id: job.id,
    payload: job.data,
    error: death.error,
    failed_at: death.failedAtSeconds,
    retries: job.attempts,
    size_bytes: job.sizeBytes,
  })
}

function requiredTopic({ topic: name }: { readonly topic: string }): string {
  if (name === '') throw queueError(ErrorCode.topic_required, 'Topic is required: pass `topic` or `queue`')
  return name
}
