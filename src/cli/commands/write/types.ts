/** `iii-node types`: writes TypeScript types of what an engine has, once or after each change. */
import type { EngineSchemas } from '../../../generate/engine-schemas.js'
import { schemasOf } from '../../../generate/read-schemas.js'
import { describe } from '../../../std/text/describe.js'
import { systemClock } from '../../../std/time/clock.js'
import { Exit, UsageError, type RunCommand, type Terminal, type Values } from '../../command.js'
import { fileText, readSchemasFile } from '../../generated-file.js'
import { typesOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { AfterChanges, shownPath, typesFiles, writeTypes, type TypesRequest } from '../../types-job.js'
import { withEngine, type Remote } from '../ask/connection.js'
import { follow } from '../ask/follow.js'

const DEFAULT_FILE = 'iii.d.ts'

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(typesOptions, args)
  if (positionals.length > 0) throw new UsageError(`types takes no arguments, got ${describe(positionals[0])}`)
  const { from, watch = false, check = false, out } = values
  if (watch && (check || from !== undefined || out === '-'))
    throw new UsageError('--watch cannot be combined with --check, --from or --out -')
  const job = { request: requestOf(values), isCheck: check, terminal }
  if (from !== undefined) return finish(await readSchemasFile(from), job)
  return withEngine({ name: 'types', values }, async (remote) => {
    const code = await finish(await schemasOf(remote.worker.trigger), job)
    if (watch) await watchTypes(remote, job)
    return code
  })
}

function requestOf(values: Values<typeof typesOptions>): TypesRequest {
  const { out = DEFAULT_FILE, runtime, strict = false, namespace } = values
  return { out, runtime, isStrict: strict, hasStreams: values['no-streams'] !== true, namespace }
}

interface Job {
  readonly request: TypesRequest
  readonly isCheck: boolean
  readonly terminal: Terminal
}

/** Writes the files, or compares them with the schemas. @returns the exit code. */
async function finish(schemas: EngineSchemas, { request, isCheck, terminal }: Job): Promise<number> {
  const files = await typesFiles(schemas, request)
  if (!isCheck) {
    const printed = files.filter(({ name }) => name === '-')
    for (const { text } of printed) terminal.out(text.trimEnd())
    const written = await writeTypes(files.filter(({ name }) => name !== '-'))
    for (const name of written) terminal.err(`Wrote ${name}`)
    return Exit.OK
  }
  const present = await Promise.all(files.map(({ name }) => fileText(name)))
  const stale = files.filter(({ text }, at) => present[at] !== text)
  for (const { name } of stale)
    terminal.err(`${shownPath(name)} is out of date. Run \`iii-node types\` to write it again.`)
  return stale.length === 0 ? Exit.OK : Exit.FAILED
}

/** Writes the files again after each change of functions or workers, until the command is interrupted. */
async function watchTypes(remote: Remote, job: Job): Promise<void> {
  const refresh = new AfterChanges(async () => {
    await finish(await schemasOf(remote.worker.trigger), job)
  }, systemClock)
  const types = ['engine::functions-available', 'engine::workers-available']
  try {
    const following = follow(remote, { types, config: {}, terminal: job.terminal }, refresh.changed)
    await Promise.race([following, refresh.failed])
  } finally {
    await refresh.end()
  }
}
