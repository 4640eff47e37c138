/**
 * Keeps one worker process running across restarts. A change is built first; when that fails, the old process serves
 * on. Then the old process drains, and the next one starts, which has been waiting with its loader in place; beside the
 * old one when that drains for long. Meanwhile the engine holds calls and requests for the worker, so none fails.
 */
import { relative } from 'node:path'
import type { LocalEngine } from '../../engine/engine.js'
import type { Emit } from '../../engine/engine-events.js'
import { delay, systemClock, type Timer } from '../../std/time/clock.js'
import { TimeLimit } from '../../std/time/time-limit.js'
import { FolderWatch } from '../../engine/builtins/exec/folder-watch.js'
import type { LogLevel } from '../print/event-log.js'
import type { ChangeCheck, WorkerBuilds } from './build-check.js'
import { RestartPace } from './restart-pace.js'
import { moduleProblem } from './script-runner.js'
import { hasWorkerOf, variablesIn, WorkerProcess } from './worker-process.js'

/** A file that changes this soon after a start, or after the worker was ready, may have been written by the worker itself. */
const SOON_MS = 3_000
const SOON_AFTER_READY_MS = 1_000
/** Time that an old worker has to drain before the new one starts beside it, such as while a response is streamed. */
const DRAIN_ALONE_MS = 300
/** Time limit for a worker to register its functions once it has connected. */
const REGISTER_MS = 500
/** Time limit for a worker to connect; after it the engine no longer holds calls for the worker. */
const CONNECT_MS = 20_000
const POLL_MS = 20

/** A worker of `dev`: what to run and what to watch. */
export interface DevWorker {
  readonly file: string
  /** Arguments of Node that come before the file. */
  readonly loader: readonly string[]
  /** The file of the worker and its arguments. */
  readonly args: readonly string[]
  readonly folders: readonly string[]
}

export interface DevSessionOptions extends DevWorker {
  readonly engine: Pick<LocalEngine, 'url' | 'invoke'>
  /** Announces a restart to the engine. Call the returned function once the new worker has registered everything. */
  readonly expectSuccessor: () => () => void
  /** Announces the first start. Call the returned function once the worker has registered everything, or has failed. */
  readonly expectFirst: () => () => void
  readonly envFiles: readonly string[]
  readonly ignored: readonly string[]
  /** The file that `--types` writes. Its changes restart nothing. */
  readonly types: string | undefined
  /** Whether other sessions run beside this one, so that messages name the worker. */
  readonly isOneOfSeveral: boolean
  /** The folders of all sessions. */
  readonly watched: readonly string[]
  readonly builds: WorkerBuilds
  /** Runs before each restart. */
  readonly clear: () => void
  /** Runs when a worker has registered, `afterMs` after its start or after the change that caused the restart. */
  readonly onReady: (afterMs: number) => void
  readonly emit: Emit
}

export class DevSession {
  readonly #options: DevSessionOptions
  readonly #watches: FolderWatch[] = []
  readonly #name: string
  #worker: WorkerProcess | undefined
  /** Old workers that drain; each promise resolves once the process has ended. */
  readonly #draining = new Map<WorkerProcess, Promise<void>>()
  /** The next process, which waits to run the file. */
  #next: { readonly process: WorkerProcess; readonly variables: string } | undefined
  #startedAt = -Infinity
  #readyAt = Infinity
  /** The restart in progress; changes that arrive meanwhile belong to it. */
  #restart: Promise<void> | undefined
  /** Files that changed since the latest check began. */
  #unchecked: readonly string[] = []
  readonly #pace = new RestartPace()
  /** The restart that waits. */
  #waiting: Timer | undefined
  #isEnded = false
  /** Number of restarts. */
  #round = 0

  constructor(options: DevSessionOptions) {
    this.#options = options
    this.#name = options.isOneOfSeveral ? `The worker ${relative('.', options.file)}` : 'The worker'
  }

  start(): void {
    const { watched, ignored, types: ignoredFile, expectFirst } = this.#options
    const onChange = (files: readonly string[]): void => this.#changed(files)
    this.#watches.push(...watched.map((folder) => new FolderWatch(folder, { ignored, ignoredFile, onChange })))
    const settled = expectFirst()
    this.#spawn()
    void this.#awaitReady(this.#round, systemClock.now()).then(settled)
    // The worker process must not outlive this one, even when this one exits unexpectedly.
    process.once('exit', this.#kill)
  }

  /** Restarts the worker, as after a change. */
  restart(): void {
    if (this.#isEnded || this.#restart !== undefined) return
    this.#unchecked = []
    this.#replace(() => Promise.resolve({ reason: 'Restarting on request' }))
  }

  async end(): Promise<void> {
    this.#isEnded = true
    for (const watch of this.#watches) watch.close()
    this.#waiting?.cancel()
    await this.#restart
    this.#next?.process.kill()
    await this.#retire()
    await this.#drained()
    process.off('exit', this.#kill)
  }

  readonly #kill = (): void => {
    this.#worker?.kill()
    for (const worker of this.#draining.keys()) worker.kill()
    this.#next?.process.kill()
  }

  #say(level: LogLevel, message: string, fields: object = {}): void {
    this.#options.emit({ kind: 'log', level, message, fields })
  }

  #changed(files: readonly string[]): void {
    if (this.#isEnded) return
    const file = files.at(-1) ?? ''
    this.#unchecked = [...this.#unchecked, ...files]
    if (this.#restart !== undefined) return
    const sinceStart = systemClock.now() - this.#startedAt
    const isSoon = sinceStart < SOON_MS && systemClock.now() - this.#readyAt < SOON_AFTER_READY_MS
    if (this.#waiting !== undefined && isSoon) return
    const waitMs = this.#pace.waitMs(file, isSoon)
    if (this.#pace.hasJustSlowed) {
      const name = relative('.', file)
      this.#say(
        'warn',
        `${name} changes just after each start, as if the worker wrote it; --ignore leaves the file out`,
      )
    }
    if (waitMs === 0) this.#restartForChange()
    else this.#waiting = systemClock.after(waitMs, () => this.#restartForChange())
  }

  #restartForChange(): void {
    const { file, builds } = this.#options
    const changed = new Set<string>()
    this.#replace(() => {
      for (const each of this.#unchecked) changed.add(each)
      this.#unchecked = []
      // Installed packages may have changed with their list.
      if ([...changed].some((each) => each.endsWith('package.json'))) this.#discardNext()
      return builds.check(file, [...changed])
    })
  }

  #replace(check: () => Promise<ChangeCheck>): void {
    this.#waiting?.cancel()
    this.#waiting = undefined
    this.#restart = this.#checkAndRestart(check, systemClock.now()).finally(() => {
      this.#restart = undefined
      // What changed while the old worker drained is part of the new one.
      this.#unchecked = []
    })
  }

  async #checkAndRestart(check: () => Promise<ChangeCheck>, changedAt: number): Promise<void> {
    let result = await check()
    while (this.#unchecked.length > 0 && !this.#isEnded) result = await check()
    const { reason, problem } = result
    if (reason === undefined) return
    this.#options.clear()
    if (problem !== undefined) {
      const still = this.#worker === undefined ? 'the worker is not started' : 'the old worker keeps serving'
      this.#say('error', `${reason}, but it does not build; ${still}`, { source: problem.split('\n') })
      return
    }
    this.#say('info', `${reason}; ${this.#name.replace('The', 'the')} drains`)
    const settled = this.#options.expectSuccessor()
    const round = (this.#round += 1)
    await this.#retire()
    if (this.#isEnded) {
      settled()
      return
    }
    this.#spawn()
    void this.#awaitReady(round, changedAt).then(settled)
  }

  #spawn(): void {
    this.#startedAt = systemClock.now()
    this.#readyAt = Infinity
    const problem = moduleProblem(this.#options.file)
    if (problem !== undefined) {
      this.#say('error', problem)
      return
    }
    this.#say('info', `${this.#name} starts`)
    // A worker that still drains keeps its name.
    const onConflict = this.#draining.size > 0 ? { III_ON_CONFLICT: 'wait' } : {}
    const env = { ...onConflict, ...variablesIn(this.#options.envFiles) }
    const next = this.#next
    this.#next = undefined
    if (next !== undefined && !next.process.isOver && next.variables === JSON.stringify(env)) {
      this.#worker = next.process
      next.process.begin()
      return
    }
    next?.process.kill()
    this.#worker = this.#process(env, false)
  }

  /** Starts the process of the next restart. A debugger port can be used by one process only. */
  #prepareNext(): void {
    if (this.#isEnded || this.#next !== undefined || this.#isInspected) return
    const env = variablesIn(this.#options.envFiles)
    this.#next = { process: this.#process(env, true), variables: JSON.stringify(env) }
  }

  get #isInspected(): boolean {
    return this.#options.loader.some((arg) => arg.startsWith('--inspect'))
  }

  #discardNext(): void {
    this.#next?.process.kill()
    this.#next = undefined
  }

  #process(env: Readonly<Record<string, string | undefined>>, waits: boolean): WorkerProcess {
    const { engine, loader, args } = this.#options
    const worker: WorkerProcess = new WorkerProcess({
      loader,
      args,
      waits,
      env,
      url: engine.url,
      isConnected: (pid) => hasWorkerOf(engine, pid),
      onDeath: (how, isClean) => {
        // A process that waits is replaced when it is needed.
        if (this.#worker === worker) this.#died(how, isClean)
      },
    })
    return worker
  }

  #died(how: string, isClean: boolean): void {
    this.#worker = undefined
    if (this.#draining.size === 0) {
      this.#say(isClean ? 'info' : 'error', `${this.#name} ${how}; a change to its code starts it again`)
      return
    }
    // The old worker may hold something that only one process can have, such as a port.
    this.#say('warn', `${this.#name} ${how} while the old one drains; it starts again after that`)
    const round = this.#round
    void this.#drained().then(() => {
      if (this.#round === round && !this.#isEnded) this.#spawn()
    })
  }

  /** Lets the worker drain. Resolves once its process has ended, or when the next one should start beside it. */
  async #retire(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    if (worker === undefined) return
    const ended = worker.drain().then((isClean) => {
      this.#draining.delete(worker)
      if (!isClean) this.#say('warn', `${this.#name} took too long to drain and was killed`)
    })
    this.#draining.set(worker, ended)
    await (this.#isInspected ? ended : new TimeLimit(systemClock, DRAIN_ALONE_MS).wait(ended))
  }

  async #drained(): Promise<void> {
    await Promise.all(this.#draining.values())
  }

  /** Resolves once the new worker has registered its functions, has failed, or has used up its time. */
  async #awaitReady(round: number, since: number): Promise<void> {
    const deadline = systemClock.now() + CONNECT_MS
    while (this.#round === round && systemClock.now() < deadline) {
      const worker = this.#worker
      if (worker === undefined && this.#draining.size === 0) return
      if (worker !== undefined && (await hasWorkerOf(this.#options.engine, worker.pid))) {
        this.#readyAt = systemClock.now()
        const afterMs = this.#readyAt - since
        await delay(systemClock, REGISTER_MS, 'background')
        if (this.#worker !== worker || this.#isEnded) return
        this.#options.onReady(afterMs)
        this.#prepareNext()
        return
      }
      await delay(systemClock, POLL_MS, 'background')
    }
  }
}
