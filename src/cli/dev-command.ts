/**
 * `iii-node dev`: the local engine and one worker's process, started anew when the worker's code changes. The old
 * process drains before the new one starts, so no call is cut in two.
 */
import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { defaultEngineConfig } from '../engine/config.js'
import { startEngine, type LocalEngine } from '../engine/engine.js'
import type { OriginRules } from '../engine/origins.js'
import { EngineFunctions } from '../protocol/names.js'
import { systemClock } from '../std/clock.js'
import { describe } from '../std/describe.js'
import { UsageError, type Command, type Terminal } from './command.js'
import { FolderWatch } from './folder-watch.js'
import { jsonLog } from './json-log.js'
import { parsePort } from './parse-port.js'
import { parseTrust, trustHelp, trustOptions } from './trust-options.js'
import { runnerArguments } from './script-runner.js'
import { WorkerProcess } from './worker-process.js'

const help = `Usage: iii-node dev <worker file> [options] [-- arguments of the worker]

Runs the local engine and a worker on it, and starts the worker anew when code in its folder changes. Running
handlers finish first. The worker finds the engine by III_URL. Ctrl-C stops both.

Options:
  --port <n>           port for workers (default: 49134; 0 picks a free one)
  --http-port <n>      port for HTTP triggers (default: 3111; 0 picks a free one)
  --stream-port <n>    port for browsers that follow streams (default: 3112; 0 picks a free one)
${trustHelp}
  --data <folder>      keep state, streams and queues here
  --watch <folder>     watch this folder as well; may be given several times
  --help               print this text

TypeScript needs tsx beside the worker, or Node 22.18 or later.

Example:
  iii-node dev src/worker.ts --http-port 8080`

export const devCommand: Command = {
  help,
  async run(args, terminal) {
    const { file, workerArguments, folders, ...ports } = parse(args)
    const runner = [...runnerArguments(file), ...workerArguments]
    const interrupted = terminal.interrupted()
    const log = jsonLog('warn', terminal.err, () => systemClock.epochMs())
    const engine = await startEngine(defaultEngineConfig(ports, process.env), { log })
    const session = new DevSession({ engine, runner, file, terminal })
    try {
      terminal.out(`  workers  ${engine.url}`)
      if (engine.httpUrl !== undefined) terminal.out(`  http     ${engine.httpUrl}`)
      session.start(folders)
      await interrupted
    } finally {
      await session.end()
      await engine.close()
    }
    return 0
  },
}

interface SessionParts {
  readonly engine: LocalEngine
  readonly runner: readonly string[]
  readonly file: string
  readonly terminal: Terminal
}

/** The worker's process, over its restarts. */
class DevSession {
  readonly #parts: SessionParts
  readonly #watches: FolderWatch[] = []
  #worker: WorkerProcess | undefined
  /** The restart that is under way; changes meanwhile are part of it. */
  #restart: Promise<void> | undefined
  #isEnded = false

  constructor(parts: SessionParts) {
    this.#parts = parts
  }

  start(folders: readonly string[]): void {
    for (const folder of folders) this.#watches.push(new FolderWatch(folder, (file) => this.#changed(file)))
    this.#spawn()
    // Whatever ends this process without asking must not leave a worker behind.
    process.once('exit', this.#kill)
  }

  async end(): Promise<void> {
    this.#isEnded = true
    for (const watch of this.#watches) watch.close()
    await this.#restart
    await this.#drain()
    process.off('exit', this.#kill)
  }

  readonly #kill = (): void => {
    this.#worker?.kill()
  }

  #changed(file: string): void {
    if (this.#isEnded || this.#restart !== undefined) return
    this.#parts.terminal.out(`${file} has changed; the worker drains`)
    this.#restart = this.#drain().then(() => {
      this.#restart = undefined
      if (!this.#isEnded) this.#spawn()
    })
  }

  #spawn(): void {
    const { engine, runner, terminal } = this.#parts
    terminal.out('The worker starts')
    this.#worker = new WorkerProcess({
      args: runner,
      url: engine.url,
      isConnected: (pid) => hasWorkerOf(engine, pid),
      onDeath: (how) => {
        this.#worker = undefined
        terminal.err(`The worker ${how}; a change to its code starts it again`)
      },
    })
  }

  async #drain(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    if (worker === undefined) return
    if (!(await worker.drain())) this.#parts.terminal.err('The worker took too long to drain and was killed')
  }
}

/** Whether a process has a worker on the engine. */
async function hasWorkerOf(engine: LocalEngine, pid: number): Promise<boolean> {
  const list = (await engine.invoke({ functionId: EngineFunctions.LIST_WORKERS, data: { status: 'connected' } })) as {
    readonly workers: readonly { readonly name: string | null; readonly namespace: string }[]
  }
  const details = list.workers.map(async ({ name, namespace }) => {
    const data = { name, namespace }
    // It may have left since.
    return engine.invoke({ functionId: EngineFunctions.INFO_WORKERS, data }).catch(() => undefined)
  })
  const found = (await Promise.all(details)) as ({ readonly worker: { readonly pid?: number } } | undefined)[]
  return found.some((detail) => detail?.worker.pid === pid)
}

interface DevArguments extends OriginRules {
  readonly file: string
  readonly workerArguments: readonly string[]
  readonly folders: readonly string[]
  readonly dataFolder: string | undefined
  readonly port: number | undefined
  readonly httpPort: number | undefined
  readonly streamPort: number | undefined
}

function parse(args: readonly string[]): DevArguments {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const { values, positionals } = parseArgs({
    args: args.slice(0, end),
    allowPositionals: true,
    options: {
      port: { type: 'string' },
      'http-port': { type: 'string' },
      'stream-port': { type: 'string' },
      data: { type: 'string' },
      watch: { type: 'string', multiple: true },
      ...trustOptions,
    },
  })
  const [name, extra] = positionals
  if (name === undefined) throw new UsageError('dev needs the file of a worker')
  if (extra !== undefined) throw new UsageError(`dev runs one file; got also ${describe(extra)}`)
  if (values.data?.trim() === '') throw new UsageError('--data must be a folder, got an empty string')
  const file = resolve(name)
  mustBe(file, 'file')
  const folders = [dirname(file), ...(values.watch ?? []).map((folder) => resolve(folder))]
  for (const folder of folders) mustBe(folder, 'folder')
  return {
    file,
    workerArguments: args.slice(end + 1),
    folders,
    dataFolder: values.data,
    ...parseTrust(values),
    port: parsePort('--port', values.port),
    httpPort: parsePort('--http-port', values['http-port']),
    streamPort: parsePort('--stream-port', values['stream-port']),
  }
}

function mustBe(path: string, kind: 'file' | 'folder'): void {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw new UsageError(`there is no ${kind} ${path}`)
  if (kind === 'file' ? !stats.isFile() : !stats.isDirectory()) throw new UsageError(`${path} is no ${kind}`)
}
