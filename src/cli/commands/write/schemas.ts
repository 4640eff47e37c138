/** `iii-node schemas`: prints the schemas of an engine as JSON, which other commands read with `--from`. */
import { schemasText } from '../../../generate/engine-schemas.js'
import { safeLines } from '../../../std/text/one-line.js'
import { describe } from '../../../std/text/describe.js'
import { Exit, UsageError, type RunCommand } from '../../command.js'
import { schemasOf } from '../../../generate/read-schemas.js'
import { schemasOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { withEngine } from '../ask/connection.js'

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(schemasOptions, args)
  if (positionals.length > 0) throw new UsageError(`schemas takes no arguments, got ${describe(positionals[0])}`)
  const schemas = await withEngine({ name: 'schemas', values }, ({ worker }) => schemasOf(worker.trigger))
  terminal.out(schemasText(schemas, (sentence) => terminal.err(safeLines(sentence))).trimEnd())
  return Exit.OK
}
