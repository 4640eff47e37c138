/** `iii-node openapi`: prints an OpenAPI document of an engine's HTTP routes. */
import { describe } from '../../../std/text/describe.js'
import { Exit, UsageError, type RunCommand } from '../../command.js'
import { schemasOf } from '../../../generate/read-schemas.js'
import { openApiOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { withEngine } from '../ask/connection.js'
import { readSchemasFile } from '../../generated-file.js'

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(openApiOptions, args)
  if (positionals.length > 0) throw new UsageError(`openapi takes no arguments, got ${describe(positionals[0])}`)
  const { from, title, server } = values
  const schemas =
    from === undefined
      ? await withEngine({ name: 'openapi', values }, ({ worker }) => schemasOf(worker.trigger))
      : await readSchemasFile(from)
  const { openApiDocument } = await import('../../../generate/openapi.js')
  terminal.out(JSON.stringify(openApiDocument(schemas, { title, serverUrl: server }), undefined, 2))
  return Exit.OK
}
