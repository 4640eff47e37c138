/**
 * A worker in a process of its own: started, asked to drain, and ended for good when it takes too long.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { systemClock } from '../std/time/clock.js'
import { deferred } from '../std/async/deferred.js'
import { TimeLimit } from '../std/time/time-limit.js'

/** How long a worker may take to drain. */
const DRAIN_MS = 11_000
/** How long a process may live on once its workers have left the engine. */
const LINGER_MS = 500
const POLL_MS = 50

export interface WorkerProcessOptions {
  /** Arguments of Node. */
  readonly args: readonly string[]
  /** Variables beside those of this process, which win over them. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The engine's address. */
  readonly url: string
  /** Whether a worker of this process is connected to the engine. */
  readonly isConnected: (pid: number) => Promise<boolean>
  /** The process ended without having been asked to; `isClean` when it had nothing more to do. */
  readonly onDeath: (how: string, isClean: boolean) => void
}

/**
 * A module that ends the worker with this process, also when this one is killed: its old code must not serve beside the
 * new. Processes that the worker starts inherit the arguments of Node and are left alone.
 */
function tie(): string {
  const code = `if (process.ppid === ${String(process.pid)} && process.channel) {
    process.on('disconnect', () => process.exit())
    process.channel.unref()
  }`
  return `data:text/javascript,${encodeURIComponent(code)}`
}

/** The engine prints refusals on the same terminal, so the worker does not print them, too. */
function variablesOf(url: string): Readonly<Record<string, string>> {
  return { III_URL: url, III_REPORTING_ENGINE: url, III_DRAIN_ON_SIGNAL: '1' }
}

export class WorkerProcess {
  readonly #options: WorkerProcessOptions
  readonly #child: ChildProcess
  readonly #ended = deferred<void>()
  #isAsked = false
  #isOver = false

  constructor(options: WorkerProcessOptions) {
    this.#options = options
    this.#child = spawn(process.execPath, ['--import', tie(), '--enable-source-maps', ...options.args], {
      // A group of its own: the terminal's Ctrl-C is for us, and the worker hears of it once.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...options.env, ...process.env, ...variablesOf(options.url) },
    })
    this.#child.once('error', (error) => this.#over(`could not be started: ${error.message}`))
    this.#child.once('exit', (code, signal) =>
      this.#over(`ended ${code === null ? `by ${String(signal)}` : `with code ${String(code)}`}`, code === 0),
    )
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Lets running handlers finish and ends the process. @returns false when it had to be killed. */
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

  /** Ends the process and whatever it started, at once. */
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
      // The whole group: a loader may stand between us and the worker.
      process.kill(-pid, signal)
    } catch {
      // It has just ended, or the system knows no groups.
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
