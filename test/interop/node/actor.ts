/**
 * A worker in a process of its own, played by a test: on the official Node client, or on ours. Reads one JSON request a
 * line on standard input and prints one JSON reply or event a line; ends by itself, with its worker, when its input ends.
 */
import { createInterface } from 'node:readline'
import process from 'node:process'
import type { IIIClient } from 'iii-sdk'
import { loadClientPackage } from './client-package.js'
import { commandsOf } from './commands.js'

interface Request {
  readonly id: number
  readonly do: string
  readonly with: never
}

const [whose, url, name, telemetry, namespace] = process.argv.slice(2) as ['official' | 'ours', ...string[]] &
  [string, string, string, string, string?]

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function failure(error: unknown): object {
  if (!(error instanceof Error)) return { kind: typeof error, message: String(error) }
  const { name: kind, message, code, function_id, stacktrace } = error as Error & Record<string, unknown>
  return { kind, message, code, function_id, has_stack: stacktrace !== undefined }
}

/** There is an engine at the other end once it has answered. */
async function connected(worker: IIIClient): Promise<void> {
  await worker.trigger({ function_id: 'engine::workers::list', payload: {} })
}

const client = await loadClientPackage(whose)
const worker = client.root.registerWorker(url, {
  workerName: name,
  // Only this package knows the option.
  ...(namespace !== undefined && { namespace }),
  reconnectionConfig: { initialDelayMs: 50, maxDelayMs: 200 },
  otel: {
    enabled: telemetry === 'telemetry',
    serviceName: name,
    fetchInstrumentationEnabled: false,
    metricsExportIntervalMs: 300,
  },
})
const commands = commandsOf({ client, worker, name, tell })
await connected(worker)
tell({ event: 'started' })

async function answer(request: Request): Promise<void> {
  try {
    const command = commands[request.do]
    if (command === undefined) throw new Error(`There is no command '${request.do}'`)
    tell({ id: request.id, ok: (await command(request.with)) ?? null })
  } catch (error) {
    tell({ id: request.id, failed: failure(error) })
  }
}

for await (const line of createInterface({ input: process.stdin })) void answer(JSON.parse(line) as Request)
await worker.shutdown()
