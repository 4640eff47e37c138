/** `iii-node types`: writes TypeScript types of what an engine has, once or after each change. */
import { isAbsolute, relative, resolve } from 'node:path'
import type { EngineSchemas } from '../../generate/engine-schemas.js'
import { deferred } from '../../std/async/deferred.js'
import { describe } from '../../std/text/describe.js'
import { systemClock, type Timer } from '../../std/time/clock.js'
import { Exit, UsageError, type Run, type Terminal, type Values } from '../command.js'
import { schemasOf } from '../../generate/read-schemas.js'
import { typesOptions } from '../options.js'
import { parse } from '../parse.js'
import { withEngine, type Remote } from './connection.js'
import { follow } from './follow.js'
import { fileText, readSchemasFile, writeIfChanged } from './generated-file.js'

type TypesValues = Values<typeof typesOptions>

const DEFAULT_FILE = 'iii.d.ts'

export const run: Run = async (args, terminal) => {
  const { values, positionals } = parse(typesOptions, args)
  if (positionals.length > 0) throw new UsageError(`types takes no arguments, got ${describe(positionals[0])}`)
  const { from, watch = false, check = false } = values
  if (watch && (check || from !== undefined)) throw new UsageError('--watch goes together with neither --check nor --from')
  if (from !== undefined) return finish(await readSchemasFile(from), { values, terminal })
  return withEngine({ name: 'types', values }, async (remote) => {
    const schemas = await schemasOf(remote.worker.trigger)
    if (!watch) return finish(schemas, { values, terminal })
    await finish(schemas, { values, terminal })
    await watchTypes(remote, { values, terminal })
    return Exit.OK
  })
}

interface Job {
  readonly values: TypesValues
  readonly terminal: Terminal
}

/** Writes the files, or compares them with the schemas. */
async function finish(schemas: EngineSchemas, { values, terminal }: Job): Promise<number> {
  const files = await filesOf(schemas, values)
  if (values.check !== true) {
    for (const { name, text } of files) {
      if (name === '-') terminal.out(text.trimEnd())
      else if (await writeIfChanged(name, text)) terminal.err(`Wrote ${shown(name)}`)
    }
    return Exit.OK
  }
  const present = await Promise.all(files.map(async ({ name, text }) => (await fileText(name)) === text))
  const stale = files.filter((_, at) => !present[at])
  for (const { name } of stale) terminal.err(`${shown(name)} is out of date. Run \`iii-node types\` to write it again.`)
  return stale.length === 0 ? Exit.OK : Exit.FAILED
}

interface GeneratedFile {
  readonly name: string
  readonly text: string
}

async function filesOf(schemas: EngineSchemas, values: TypesValues): Promise<GeneratedFile[]> {
  const { out = DEFAULT_FILE, runtime, strict = false, namespace } = values
  const shownSchemas = values['no-streams'] === true ? { ...schemas, streams: [] } : schemas
  const { typesFile } = await import('../../generate/types-file.js')
  const files = [{ name: out, text: typesFile(shownSchemas, { isStrict: strict, namespace }) }]
  if (runtime === undefined) return files
  const { contractsFile } = await import('../../generate/contracts-file.js')
  return [...files, { name: runtime, text: contractsFile(schemas, namespace) }]
}

function shown(name: string): string {
  const path = relative(process.cwd(), resolve(name))
  return path.startsWith('..') || isAbsolute(path) ? name : path
}

/** Changes that follow each other within this time are read once. */
const SETTLE_MS = 200

/** Writes the files again after each change of functions or workers, until the command is interrupted. */
async function watchTypes(remote: Remote, job: Job): Promise<void> {
  const failed = deferred<never>()
  failed.promise.catch(() => undefined)
  let timer: Timer | undefined
  const refresh = async (): Promise<void> => {
    await finish(await schemasOf(remote.worker.trigger), job)
  }
  const changed = (): void => {
    timer?.cancel()
    timer = systemClock.after(SETTLE_MS, () => void refresh().catch(failed.reject))
  }
  const types = ['engine::functions-available', 'engine::workers-available']
  try {
    await Promise.race([follow(remote, { types, config: {}, terminal: job.terminal }, changed), failed.promise])
  } finally {
    timer?.cancel()
  }
}
