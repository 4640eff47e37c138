/**
 * Keeps the file of `iii-node dev --types` up to date: writes it after a worker has connected to the engine, one of `dev`
 * or any other. A worker that leaves keeps its functions in the file, so that they do not come and go with restarts.
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
import { systemClock } from '../../std/time/clock.js'
import { AfterChanges, typesFiles, writeTypes } from '../types-job.js'

export interface TypesWriter {
  /** A worker has registered its functions. */
  readonly changed: () => void
  end(): Promise<void>
}

/** Starts to follow an engine. A file that cannot be written is reported, and tried again after the next change. */
export function startTypesWriter(engine: LocalEngine, file: string, emit: Emit): TypesWriter {
  const write = async (): Promise<void> => {
    const schemas = await schemasOfLocal(engine)
    const written = await writeTypes(await typesFiles(schemas, { out: file, isStrict: false, hasStreams: true }))
    for (const name of written) emit({ kind: 'log', level: 'info', message: `Wrote ${name}`, fields: {} })
  }
  const refresh = new AfterChanges(() =>
    write().catch((error: unknown) => {
      emit({ kind: 'log', level: 'error', message: `${file} could not be written: ${messageOf(error)}`, fields: {} })
    }),
  )
  const workerName = commandWorkerName('types', process.pid)
  const options = { workerName, diagnostics: 'silent' as const, otel: { enabled: false } }
  const ports = { dial: engine.dial(), clock: systemClock, random: systemRandom }
  const worker = new Worker(resolveOptions(MEMORY_URL, options), ports)
  const functionId = `iii-node::types::${systemRandom.uuid()}`
  const receive = (event: unknown): null => {
    if (isRecord(event) && event['event'] !== 'worker_disconnected') refresh.changed()
    return null
  }
  worker.registerFunction(functionId, receive, { metadata: { internal: true } })
  worker.registerTrigger({ type: 'engine::workers-available', function_id: functionId, config: {} })
  return {
    changed: refresh.changed,
    end: async () => {
      await worker.shutdown()
      await refresh.end()
    },
  }
}
