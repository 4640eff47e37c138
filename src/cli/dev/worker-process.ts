/** Runs a worker in its own process: starts it, asks it to drain, and kills it when that takes too long. */
import { spawn, type ChildProcess } from 'node:child_process'
import { systemClock } from '../../std/time/clock.js'
import { deferred } from '../../std/async/deferred.js'
import { TimeLimit } from '../../std/time/time-limit.js'

/** Time limit for a worker to drain. */
const DRAIN_MS = 11_000
/** Time limit for a process to exit once its workers have disconnected from the engine. */
const LINGER_MS = 500
const POLL_MS = 50

export interface WorkerProcessOptions {
  /** Arguments of Node. */
  readonly args: readonly string[]
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
 * A module that ends the worker when this process ends, even if it is killed: old code must not serve beside new code.
 * Child processes of the worker inherit the arguments of Node and are not affected.
 */
function tie(): string {
  const code = `if (process.ppid === ${String(process.pid)} && process.channel) {
    process.on('disconnect', () => process.exit())
    process.channel.unref()
  }`
  return `data:text/javascript,${encodeURIComponent(code)}`
}

/** The engine prints refusals on the same terminal, so the worker does not repeat them. */
function variablesOf(url: string): Readonly<Record<string, string>> {
  return { III_URL: url, III_REPORTING_ENGINE: url, III_DRAIN_ON_SIGNAL: '1' }
}

/** Lets the console run calls again with their whole input. Payloads in spans are limited on the local engine, too. */
const FULL_PAYLOADS = { III_TRACE_PAYLOAD_MAX_BYTES: '262144' }

export class WorkerProcess {
  readonly #options: WorkerProcessOptions
  readonly #child: ChildProcess
  readonly #ended = deferred<void>()
  #isAsked = false
  #isOver = false

  constructor(options: WorkerProcessOptions) {
    this.#options = options
    this.#child = spawn(process.execPath, ['--import', tie(), '--enable-source-maps', ...options.args], {
      // A separate process group: Ctrl-C in the terminal reaches this process only, so the worker is asked to stop
      // once.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...FULL_PAYLOADS, ...options.env, ...process.env, ...variablesOf(options.url) },
    })
    this.#child.once('error', (error) => this.#over(`could not be started: ${error.message}`))
    this.#child.once('exit', (code, signal) =>
      this.#over(`ended ${code === null ? `by ${String(signal)}` : `with code ${String(code)}`}`, code === 0),
    )
  }

  get pid(): number {
    return this.#child.pid ?? 0
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
