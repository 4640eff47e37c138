/** The functions that redrive or remove dead letters. They accept the name of a queue or a topic. */
import { ErrorCode, InvocationError } from '../../../errors.js'
import type { Infer } from '../../../wire/protocol/validate.js'
import type { BuiltinFunction } from '../builtin.js'
import type { Job } from './job.js'
import type { Ledger } from './journal/ledger.js'
import { queueError } from './queue-errors.js'
import { builtinFunction } from '../../declare/function.js'
import { alias, integer, object, refusedLater, string } from '../../declare/schema.js'

export interface RedriveParts {
  readonly ledger: Ledger
  /** Whether jobs with this name can be run. */
  readonly accepts: (job: Job) => boolean
  /** Schedules a stored job. */
  readonly resume: (job: Job) => void
}

const queue = alias(refusedLater(string('The queue; a topic is accepted too, also as `topic`'), ''), 'topic')
const message = object({ queue, message_id: refusedLater(string('The id of the dead letter'), '') })

const count = integer('uint64', 'The number of dead letters')
const messageResult = object({ queue: string(), message_id: string(), redriven: count })

export function redriveFunctions(parts: RedriveParts): BuiltinFunction[] {
  return [redriveAll(parts), redriveOne(parts), discardOne(parts)]
}

function redriveAll(parts: RedriveParts): BuiltinFunction {
  return builtinFunction({
    id: 'iii::queue::redrive',
    description: 'Redrives all dead-lettered jobs of a queue or topic, with all their attempts',
    input: object({ queue }),
    output: object({ queue: string(), redriven: count }),
    async call(input) {
      const name = requiredName(input)
      return { queue: name, redriven: await redrive(parts, ErrorCode.redrive_failed, { queue: name }) }
    },
  })
}

function redriveOne(parts: RedriveParts): BuiltinFunction {
  return builtinFunction({
    id: 'iii::queue::redrive_message',
    description: 'Redrives one dead letter, with all its attempts',
    input: message,
    output: messageResult,
    async call(input) {
      const wanted = requiredMessage(input)
      const redriven = await redrive(parts, ErrorCode.redrive_message_failed, wanted)
      return { queue: wanted.queue, message_id: wanted.messageId, redriven }
    },
  })
}

function discardOne({ ledger }: RedriveParts): BuiltinFunction {
  return builtinFunction({
    id: 'iii::queue::discard_message',
    description: 'Removes one dead letter',
    input: message,
    output: messageResult,
    async call(input) {
      const { queue: name, messageId } = requiredMessage(input)
      const discarding = ledger.discard(name, messageId)
      // The count is named `redriven` on the wire here, too.
      const redriven = await discarding.catch((error: unknown) => fail(ErrorCode.discard_message_failed, error))
      return { queue: name, message_id: messageId, redriven }
    },
  })
}

interface Wanted {
  readonly queue: string
  readonly messageId?: string
}

async function redrive(parts: RedriveParts, code: ErrorCode, { queue, messageId }: Wanted): Promise<number> {
  const stranded = parts.ledger.letters.of(queue, messageId).find(({ job }) => !parts.accepts(job))
  if (stranded !== undefined) throw queueError(code, `Queue '${queue}' not found`)
  const jobs = await parts.ledger.revive(queue, messageId).catch((error: unknown) => fail(code, error))
  for (const job of jobs) parts.resume(job)
  return jobs.length
}

function fail(code: ErrorCode, cause: unknown): never {
  const reason =
    cause instanceof InvocationError ? cause.detail : cause instanceof Error ? cause.message : String(cause)
  throw queueError(code, reason, { cause })
}

function requiredName({ queue: name }: { readonly queue: string }): string {
  if (name === '') throw queueError(ErrorCode.queue_not_set, 'Queue is not set: pass `queue` or `topic`')
  return name
}

function requiredMessage(input: Infer<typeof message.members>): Required<Wanted> {
  const name = requiredName(input)
  const { message_id: messageId } = input
  if (messageId === '') throw queueError(ErrorCode.message_id_not_set, 'Message id is not set: pass `message_id`')
  return { queue: name, messageId }
}
