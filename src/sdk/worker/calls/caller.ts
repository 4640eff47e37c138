/**
 * The one thing that helpers around calls need from a worker: its `trigger`.
 */
import { invalidArgument } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import type { TriggerFunction } from './call.js'

/** Anything that calls functions: a worker, or a handler's context. */
export interface CanTrigger {
  readonly trigger: TriggerFunction
}

/** The `trigger` of a worker, asked for at each call, so that a replaced one counts. */
export function callerOf(argument: string, worker: CanTrigger): TriggerFunction {
  const given: unknown = worker
  if (!isRecord(given) || typeof given['trigger'] !== 'function') {
    throw invalidArgument(argument, 'a worker or another object with `trigger`', given)
  }
  return (request) => worker.trigger(request)
}
