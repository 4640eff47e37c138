/** The functions that report the content of the queues. They do not change jobs. */
import { ErrorCode } from '../../../errors.js'
import { withTextItems, withTextMembers } from '../../../wire/protocol/json-text.js'
import type { BuiltinFunction } from '../builtin.js'
import type { DeadLetter } from './job.js'
import type { Ledger } from './journal/ledger.js'
import type { NamedQueues } from './named-queues.js'
import { queueError } from './queue-errors.js'
import type { Topics } from './topics/topics.js'
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

function listTopics({ topics }: ReportParts): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::list_topics',
    description: 'Lists topics with their subscribers',
    input: anyInput,
    call: () =>
      topics.names().map((name) => {
        return { name, broker_type: BROKER_TYPE, subscriber_count: topics.figures(name).consumers }
      }),
  })
}

function topicStats({ ledger, queues, topics }: ReportParts): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::topic_stats',
    description: 'Counts jobs, consumers and dead letters in a topic or queue',
    input: object({ topic }),
    call(input) {
      const name = requiredTopic(input)
      const { depth, consumers } = topics.figures(name)
      const queue = queues.find(name)
      return {
        depth: depth + (queue?.depth ?? 0),
        // A named queue is served by the engine itself.
        consumer_count: consumers + (queue === undefined ? 0 : 1),
        dlq_depth: ledger.letters.counts().get(name) ?? 0,
        config: queue === undefined ? null : configRow(queue.settings),
      }
    },
  })
}

function deadLetterTopics({ ledger }: ReportParts): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::dlq_topics',
    description: 'Lists topics and queues that have dead letters',
    input: anyInput,
    call: () =>
      [...ledger.letters.counts()].map(([topic, count]) => {
        return { topic, broker_type: BROKER_TYPE, message_count: count }
      }),
  })
}

function deadLetterMessages({ ledger }: ReportParts): BuiltinFunction {
  return builtinFunction({
    id: 'engine::queue::dlq_messages',
    description: 'Lists dead letters in a topic or queue, oldest first',
    input: object({
      topic,
      offset: withDefault(integer('uint64', 'Dead letters to skip'), 0),
      limit: withDefault(integer('uint64', 'Maximum dead letters in the result'), DEFAULT_LIMIT),
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

function configRow({ policy, groupField }: NonNullable<ReturnType<NamedQueues['find']>>['settings']): object {
  return {
    type: policy.mode,
    max_retries: policy.maxAttempts,
    concurrency: policy.concurrency,
    message_group_field: groupField ?? null,
    backoff_ms: policy.backoffMs,
    poll_interval_ms: policy.pollIntervalMs,
  }
}

function requiredTopic({ topic: name }: { readonly topic: string }): string {
  if (name === '') throw queueError(ErrorCode.topic_required, 'Topic is required: pass `topic` or `queue`')
  return name
}
