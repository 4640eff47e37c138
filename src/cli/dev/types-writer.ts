/**
 * Keeps the file of `iii-node dev --types` up to date: writes it after a worker has connected to the engine, one of `dev`
 * or any other, and after one has registered more functions. A worker that leaves keeps its functions in the file, and
 * nothing is written while one of `dev` starts, so that functions do not come and go with restarts.
 */
import type { LocalEngine } from '../../engine/engine.js'
import type { Emit } from '../../engine/engine-events.js'
import { schemasOfLocal } from '../../generate/read-schemas.js'
import { resolveOptions } from '../../sdk/worker/options/options.js'
import { Worker } from '../../sdk/worker/worker.js'
import { commandWorkerName } from '../../wire/protocol/names.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { MEMORY_URL } from '../../wire/transport/memory-pair.js'
import { systemRandom } from '../../std/random.js'
import { messageOf } from '../../std/text/describe.js'
import type { Clock } from '../../std/time/clock.js'
import { AfterChanges, typesFiles, writeTypes } from '../types-job.js'

export interface TypesWriter {
  /** A worker has registered its functions. */
  readonly changed: () => void
  /** From now on nothing is written, until the returned function is called. */
  hold(): () => void
  end(): Promise<void>
}

/** What the writer follows. */
const TYPES = ['engine::workers-available', 'engine::functions-available']

export interface TypesWriterParts {
  readonly emit: Emit
  readonly clock: Clock
}

/** Starts to follow an engine. A file that cannot be written is reported, and tried again after the next change. */
export function startTypesWriter(engine: LocalEngine, file: string, { emit, clock }: TypesWriterParts): TypesWriter {
  const write = async (): Promise<void> => {
    const schemas = holds > 0 ? undefined : await schemasOfLocal(engine)
    isDue = schemas === undefined || holds > 0
    if (schemas === undefined || isDue) return
    const written = await writeTypes(await typesFiles(schemas, { out: file, isStrict: false, hasStreams: true }))
    for (const name of written) emit({ kind: 'log', level: 'info', message: `Wrote ${name}`, fields: {} })
  }
  const report = (error: unknown): void => {
    emit({ kind: 'log', level: 'error', message: `${file} could not be written: ${messageOf(error)}`, fields: {} })
  }
  const refresh = new AfterChanges(() => write().catch(report), clock)
  let holds = 0
  let isDue = false
  const changed = (): void => {
    isDue = holds > 0
    if (!isDue) refresh.changed()
  }
  const workerName = commandWorkerName('types', process.pid)
  const options = { workerName, diagnostics: 'silent' as const, otel: { enabled: false } }
  const ports = { dial: engine.dial(), clock, random: systemRandom }
  const worker = new Worker(resolveOptions(MEMORY_URL, options), ports)
  const functionId = `iii-node::types::${systemRandom.uuid()}`
  worker.registerFunction(functionId, changesIn(changed), { metadata: { internal: true } })
  for (const type of TYPES) worker.registerTrigger({ type, function_id: functionId, config: {} })
  return {
    changed,
    hold: () => {
      holds += 1
      return () => {
        holds -= 1
        if (isDue) changed()
      }
    },
    end: async () => {
      await worker.shutdown()
      await refresh.end()
    },
  }
}

/** Receives the events of an engine, and reports those after which functions may be new. */
function changesIn(changed: () => void): (event: unknown) => null {
  let known: ReadonlySet<unknown> = new Set()
  return (event) => {
    if (!isRecord(event)) return null
    const { functions } = event
    if (!Array.isArray(functions)) {
      if (event['event'] !== 'worker_disconnected') changed()
      return null
    }
    const ids: unknown[] = functions.map((row: unknown) => isRecord(row) && row['function_id'])
    if (ids.some((id) => !known.has(id))) changed()
    known = new Set(ids)
    return null
  }
}
