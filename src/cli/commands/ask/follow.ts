/** Follows trigger types until the command is interrupted or the connection ends: binds a function of its own to them. */
import { systemRandom } from '../../../std/random.js'
import { CommandError, Exit, type Terminal } from '../../command.js'
import type { Remote } from './connection.js'

/** Keeps the function out of lists. */
const INTERNAL = { metadata: { internal: true } }

export interface Followed {
  /** The trigger types. */
  readonly types: readonly string[]
  readonly config: object
  readonly terminal: Terminal
}

/** Calls `take` with each payload, one after the other. */
export async function follow(
  { worker }: Remote,
  { types, config, terminal }: Followed,
  take: (payload: unknown) => Promise<void> | void,
): Promise<void> {
  const interrupted = terminal.interrupted()
  const functionId = `iii-node::follow::${systemRandom.uuid()}`
  let last: Promise<void> = Promise.resolve()
  const failed = new Promise<never>((_, reject) => {
    const receive = (payload: unknown): null => {
      last = last.then(() => take(payload))
      last.catch(reject)
      return null
    }
    worker.registerFunction(functionId, receive, INTERNAL)
    worker.onConnectionStateChange((state) => {
      if (state !== 'failed') return
      reject(new CommandError(`the connection to ${worker.getAddress()} was lost`, Exit.NO_ENGINE))
    })
  })
  failed.catch(() => undefined)
  for (const type of types) worker.registerTrigger({ type, function_id: functionId, config })
  await Promise.race([worker.ready(), failed, interrupted])
  terminal.err('Following; Ctrl-C stops.')
  await Promise.race([interrupted, failed])
}
