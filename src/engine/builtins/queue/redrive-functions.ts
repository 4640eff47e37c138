/** The functions that redrive or remove dead letters. They accept the name of a queue or a topic. */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { optional, string } from '../../../wire/protocol/validate.js'
import type { BuiltinFunction } from '../builtin.js'
import { builtinFunction } from '../../config/builtin-input.js'
import type { Job } from './job.js'
import type { Ledger } from './journal/ledger.js'
import { queueError } from './queue-errors.js'

export interface RedriveParts {
  readonly ledger: Ledger
  /** Whether jobs with this name can be run. */
  readonly accepts: (job: Job) => boolean
  /** Schedules a stored job. */
  readonly resume: (job: Job) => void
}

const nameInput = { queue: optional(string), topic: optional(string) }
const messageInput = { ...nameInput, message_id: optional(string) }

const nameSchema = { queue: { type: 'string' }, topic: { type: 'string' } }
const messageSchema = { ...nameSchema, message_id: { type: 'string' } }

export function redriveFunctions(parts: RedriveParts): BuiltinFunction[] {
  return [redriveAll(parts), redriveOne(parts), discardOne(parts)]
}

function redriveAll(parts: RedriveParts): BuiltinFunction {
  return builtinFunction({
    id: 'iii::queue::redrive',
    description: 'Redrives all dead letters in a queue or topic, with all their attempts',
    requestSchema: { type: 'object', properties: nameSchema },
    input: nameInput,
    async call(input) {
      const queue = requiredName(input)
      return { queue, redriven: await redrive(parts, ErrorCode.redrive_failed, { queue }) }
    },
  })
}

function redriveOne(parts: RedriveParts): BuiltinFunction {
  return builtinFunction({
    id: 'iii::queue::redrive_message',
    description: 'Redrives one dead letter, with all its attempts',
    requestSchema: { type: 'object', properties: messageSchema },
    input: messageInput,
    async call(input) {
      const message = requiredMessage(input)
      const redriven = await redrive(parts, ErrorCode.redrive_message_failed, message)
      return { queue: message.queue, message_id: message.messageId, redriven }
    },
  })
}

function discardOne({ ledger }: RedriveParts): BuiltinFunction {
  return builtinFunction({
    id: 'iii::queue::discard_message',
    description: 'Removes one dead letter',
    requestSchema: { type: 'object', properties: messageSchema },
    input: messageInput,
    async call(input) {
      const { queue, messageId } = requiredMessage(input)
      const discarding = ledger.discard(queue, messageId)
      // The count is named `redriven` on the wire here, too.
      const redriven = await discarding.catch((error: unknown) => fail(ErrorCode.discard_message_failed, error))
      return { queue, message_id: messageId, redriven }
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

function requiredName({ queue, topic }: { queue?: string | undefined; topic?: string | undefined }): string {
  const name = queue ?? topic ?? ''
  if (name === '') throw queueError(ErrorCode.queue_not_set, 'Queue is not set: pass `queue` or `topic`')
  return name
}

function requiredMessage(
  input: Parameters<typeof requiredName>[0] & { message_id?: string | undefined },
): Required<Wanted> {
  const queue = requiredName(input)
  const { message_id: messageId = '' } = input
  if (messageId === '') throw queueError(ErrorCode.message_id_not_set, 'Message id is not set: pass `message_id`')
  return { queue, messageId }
}
