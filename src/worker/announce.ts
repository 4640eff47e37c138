/**
 * The first frames on every link: retire the previous connection, then say who we are. The engine reads nothing
 * further from us until the old connection's names are free.
 */
import { workerCodec } from '../protocol/codec.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../protocol/names.js'
import type { WorkerMetadata } from './identity.js'

/** What the engine called us. */
export interface Greeting {
  readonly workerId: string
  readonly reattachToken: string | undefined
}

export function announcement(previous: Greeting | undefined, metadata: WorkerMetadata): string[] {
  const register = workerCodec.encode({
    type: 'invokefunction',
    function_id: EngineFunctions.REGISTER_WORKER,
    action: { type: 'void' },
    namespace: DEFAULT_NAMESPACE,
    data: metadata,
  })
  if (previous?.reattachToken === undefined) return [register]
  const reattach = workerCodec.encode({
    type: 'reattach',
    previous_worker_id: previous.workerId,
    reattach_token: previous.reattachToken,
  })
  return [reattach, register]
}
