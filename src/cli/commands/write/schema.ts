/** `iii-node schema`: prints JSON Schemas for editors. */
import { describe } from '../../../std/text/describe.js'
import { configSchema } from '../../../engine/config/config-schema.js'
import { Exit, UsageError, type RunCommand } from '../../command.js'

export const run: RunCommand = (args, terminal) => {
  if (args.length !== 1 || args[0] !== 'config')
    throw new UsageError(`schema takes one argument, config, got ${describe(args.join(' '))}`)
  terminal.out(JSON.stringify(configSchema(), null, 2))
  return Promise.resolve(Exit.OK)
}
