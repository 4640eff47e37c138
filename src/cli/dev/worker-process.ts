/** Runs a worker in its own process: starts it, asks it to drain, and kills it when that takes too long. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import type { LocalEngine } from '../../engine/engine.js'
import { EngineFunctions } from '../../wire/protocol/names.js'
import { systemClock } from '../../std/time/clock.js'
import { deferred } from '../../std/async/deferred.js'
import { TimeLimit } from '../../std/time/time-limit.js'

/** Time limit for a worker to drain. */
const DRAIN_MS = 11_000
/** Time limit for a process to exit once its workers have disconnected from the engine. */
const LINGER_MS = 500
const POLL_MS = 20

export interface WorkerProcessOptions {
  /** Arguments of Node that come before the file, such as a loader. */
  readonly loader: readonly string[]
  /** The file of the worker and its arguments. */
  readonly args: readonly string[]
  /** Whether the process loads everything but the file, and waits for `begin`. */
  readonly waits: boolean
  /** Additional environment variables. They override those of this process. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Address of the engine. */
  readonly url: string
  /** Whether a worker of this process is connected to the engine. */
  readonly isConnected: (pid: number) => Promise<boolean>
  /** Called when the process exits without a request; `isClean` with code 0. */
  readonly onDeath: (how: string, isClean: boolean) => void
}

/**
 * A module that ends the worker when this process ends, even if it is killed before the worker has started: old code must
 * not serve beside new code. With `waits`, it also loads this package and holds the worker back until a message arrives.
 * Child processes of the worker inherit the arguments of Node. They start only while this process lives, and are not tied.
 */
function tie(waits: boolean, file: string): string {
  const parent = String(process.pid)
  const code = `const isWorker = process.ppid === ${parent} && process.channel
  try {
    process.kill(${parent}, 0)
  } catch (error) {
    if (error.code === 'ESRCH') process.exit()
  }
  if (isWorker) process.on('disconnect', () => process.exit())
  ${waits ? preload(file) : ''}
  if (isWorker) {
    ${waits ? "await new Promise((resolve) => process.once('message', resolve))" : ''}
    process.channel?.unref()
  }`
  return `data:text/javascript,${encodeURIComponent(code)}`
}

/**
 * Code that loads the package as the worker's file would find it, and what its telemetry loads. A worker that does not
 * use the package, or only its CommonJS build, is not affected.
 */
function preload(file: string): string {
  return `try {
    const { createRequire } = await import('node:module')
    const manifest = createRequire(${JSON.stringify(file)}).resolve('iii-node/package.json')
    const inside = createRequire(manifest)
    const { dependencies, exports } = inside(manifest)
    await import(new URL(exports['.'].import.default, (await import('node:url')).pathToFileURL(manifest)).href)
    for (const name of Object.keys(dependencies)) if (/^(ws$|@opentelemetry)/.test(name)) inside(name)
  } catch {
    // The worker reports what it cannot load.
  }`
}

/** The engine prints refusals on the same terminal, so the worker does not repeat them. */
function variablesOf(url: string): Readonly<Record<string, string>> {
  return { III_URL: url, III_REPORTING_ENGINE: url, III_DRAIN_ON_SIGNAL: '1' }
}

/**
 * Lets the console run calls again with their whole input, and draw metrics. Payloads in spans are limited on the local
 * engine, too. Workflows are checked for what a replay cannot repeat.
 */
const DEVELOPMENT = {
  III_TRACE_PAYLOAD_MAX_BYTES: '262144',
  OTEL_METRIC_EXPORT_INTERVAL: '5000',
  III_WORKFLOW_CHECKS: '1',
}

export class WorkerProcess {
  readonly #options: WorkerProcessOptions
  readonly #child: ChildProcess
  readonly #ended = deferred<void>()
  #isAsked = false
  #isOver = false

  constructor(options: WorkerProcessOptions) {
    this.#options = options
    const { args, loader, waits } = options
    const imports = ['--import', tie(waits, args[0] ?? '')]
    this.#child = spawn(process.execPath, ['--enable-source-maps', ...loader, ...imports, ...args], {
      // A separate process group: Ctrl-C in the terminal reaches this process only, so the worker receives its stop signal
      // once.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...DEVELOPMENT, ...options.env, ...process.env, ...variablesOf(options.url) },
    })
    this.#child.once('error', (error) => this.#over(`could not be started: ${error.message}`))
    this.#child.once('exit', (code, signal) =>
      this.#over(`ended ${code === null ? `by ${String(signal)}` : `with code ${String(code)}`}`, code === 0),
    )
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Whether the process has exited. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Runs the file of a process that waits. */
  begin(): void {
    this.#child.send('begin', () => undefined)
  }

  /** Lets running handlers finish, then ends the process. @returns false when it had to be killed. */
  async drain(): Promise<boolean> {
    this.#isAsked = true
    this.#signal('SIGTERM')
    const deadline = systemClock.now() + DRAIN_MS
    let leftAt: number | undefined
    while (!this.#isOver) {
      const now = systemClock.now()
      if (now > deadline) break
      if (leftAt !== undefined && now - leftAt > LINGER_MS) break
      if (leftAt === undefined && !(await this.#options.isConnected(this.pid))) leftAt = systemClock.now()
      await this.#pause()
    }
    const isClean = this.#isOver || leftAt !== undefined
    this.kill()
    await this.#ended.promise
    return isClean
  }

  /** Kills the process and its children at once. */
  kill(): void {
    if (!this.#isOver) this.#signal('SIGKILL')
  }

  #pause(): Promise<void> {
    return new TimeLimit(systemClock, POLL_MS).wait(this.#ended.promise)
  }

  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined || this.#isOver) return
    try {
      // Kills the whole group, as a loader may be the parent of the worker.
      process.kill(-pid, signal)
    } catch {
      // The process has just exited, or the system has no process groups.
      this.#child.kill(signal)
    }
  }

  #over(how: string, isClean = false): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#ended.resolve()
    if (!this.#isAsked) this.#options.onDeath(how, isClean)
  }
}

/** Whether a worker of this process is connected to the engine. */
export async function hasWorkerOf(engine: Pick<LocalEngine, 'invoke'>, pid: number): Promise<boolean> {
  const list = (await engine.invoke({ functionId: EngineFunctions.LIST_WORKERS, data: { status: 'connected' } })) as {
    readonly workers: readonly { readonly name: string | null; readonly namespace: string }[]
  }
  const details = list.workers.map(async ({ name, namespace }) => {
    const data = { name, namespace }
    // The worker may have disconnected since.
    return engine.invoke({ functionId: EngineFunctions.INFO_WORKERS, data }).catch(() => undefined)
  })
  const found = (await Promise.all(details)) as ({ readonly worker: { readonly pid?: number } } | undefined)[]
  return found.some((detail) => detail?.worker.pid === pid)
}

/** The variables of `--env-file`. */
export function variablesIn(files: readonly string[]): Record<string, string | undefined> {
  return Object.assign({}, ...files.map((file) => parseEnv(readFileSync(file, 'utf8')))) as Record<string, string>
}
