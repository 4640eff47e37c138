/**
 * Turns registrations that the engine refused into one error, which names what was refused, its owner, and what to do.
 */
import { EngineFunctions } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { RegistrationRejectedError } from '../../../errors.js'
import type { TriggerFunction } from '../calls/trigger-request.js'

/** Handling of a function id or worker name that another worker owns. */
export const CONFLICT_ADVICE =
  "Choose another, stop that worker, or set `onConflict: 'wait'` to take it over once it is free"

/** How long the engine may take to name the workers that own what was refused. */
const NAMES_LIMIT_MS = 1_000

/** What the engine refused, at least one. */
export type Refusals = readonly [RegistrationRejectedError, ...RegistrationRejectedError[]]

/**
 * One error for all refusals, with the names of the workers that own what was refused, if they are known. Never
 * rejects.
 */
export async function refusalError(refused: Refusals, trigger: TriggerFunction): Promise<RegistrationRejectedError> {
  const names = refused.some(({ owner_worker_id: id }) => id !== '') ? await workerNames(trigger) : undefined
  const known = (error: RegistrationRejectedError): RegistrationRejectedError =>
    named(error, names?.get(error.owner_worker_id))
  const [first, ...rest] = refused
  const error = known(first)
  if (rest.length === 0) return error
  return new RegistrationRejectedError(error, { advice: error.advice, others: rest.map(known) })
}

function named(error: RegistrationRejectedError, name: string | undefined): RegistrationRejectedError {
  if (name === undefined) return error
  return new RegistrationRejectedError(Object.assign({}, error, { owner_worker_name: name }), { advice: error.advice })
}

/** Names of the connected workers by id; none when the engine does not tell. */
async function workerNames(trigger: TriggerFunction): Promise<Map<string, string>> {
  const request = { function_id: EngineFunctions.LIST_WORKERS, payload: {}, timeoutMs: NAMES_LIMIT_MS }
  // A guarded listener may deny it, and the refusal is known without.
  const answer: unknown = await trigger(request).catch(() => undefined)
  const rows: unknown = isRecord(answer) ? answer['workers'] : undefined
  if (!Array.isArray(rows)) return new Map()
  return new Map(
    rows.flatMap((row: unknown) => {
      const { id, name } = isRecord(row) ? row : {}
      return typeof id === 'string' && typeof name === 'string' ? [[id, name] as const] : []
    }),
  )
}
