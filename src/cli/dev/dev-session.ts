/**
 * Keeps one worker process running across restarts. On a change the old process drains, then the new one starts; beside
 * the old one when that drains for long. Meanwhile the engine holds calls and requests for the worker, so none fails.
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { parseEnv } from 'node:util'
import type { LocalEngine } from '../../engine/engine.js'
import type { Emit } from '../../engine/engine-events.js'
import { EngineFunctions } from '../../wire/protocol/names.js'
import { systemClock } from '../../std/time/clock.js'
import { TimeLimit } from '../../std/time/time-limit.js'
import { FolderWatch } from './folder-watch.js'
import type { LogLevel } from '../print/event-log.js'
import { moduleProblem } from './script-runner.js'
import { WorkerProcess } from './worker-process.js'

/** A file that changes this soon after a start may have been written by the worker itself. */
const SOON_MS = 3_000
/** Restarts in a row that such changes of one file may cause. */
const MAX_OWN_RESTARTS = 3
/** Time that an old worker has to drain before the new one starts beside it, such as while a response is streamed. */
const DRAIN_ALONE_MS = 300
/** Time limit for a worker to register its functions once it has connected. */
const REGISTER_MS = 500
/** Time limit for a worker to connect; after it the engine no longer holds calls for the worker. */
const CONNECT_MS = 20_000
const POLL_MS = 50

export interface DevSessionOptions {
  readonly engine: LocalEngine
  readonly file: string
  /** Arguments of Node, including the file of the worker. */
  readonly args: readonly string[]
  readonly envFiles: readonly string[]
  readonly folders: readonly string[]
  readonly ignored: readonly string[]
  /** Runs before each restart. */
  readonly clear: () => void
  readonly emit: Emit
}

export class DevSession {
  readonly #options: DevSessionOptions
  readonly #watches: FolderWatch[] = []
  #worker: WorkerProcess | undefined
  /** Old workers that drain; each promise resolves once the process has ended. */
  readonly #draining = new Map<WorkerProcess, Promise<void>>()
  #startedAt = -Infinity
  /** The restart in progress; changes that arrive meanwhile belong to it. */
  #restart: Promise<void> | undefined
  #isEnded = false
  /** Number of restarts. */
  #round = 0
  /** The file that keeps changing soon after a start, and the number of restarts in a row it has caused. */
  #restless = { file: '', restarts: 0 }

  constructor(options: DevSessionOptions) {
    this.#options = options
  }

  start(): void {
    const { folders, ignored } = this.#options
    const onChange = (file: string): void => {
      this.#changed(file)
    }
    for (const folder of folders) this.#watches.push(new FolderWatch(folder, { ignored, onChange }))
    this.#spawn()
    // The worker process must not outlive this one, even when this one exits unexpectedly.
    process.once('exit', this.#kill)
  }

  async end(): Promise<void> {
    this.#isEnded = true
    for (const watch of this.#watches) watch.close()
    await this.#restart
    await this.#retire()
    await this.#drained()
    process.off('exit', this.#kill)
  }

  readonly #kill = (): void => {
    this.#worker?.kill()
    for (const worker of this.#draining.keys()) worker.kill()
  }

  #say(level: LogLevel, message: string): void {
    this.#options.emit({ kind: 'log', level, message, fields: {} })
  }

  #changed(file: string): void {
    if (this.#isEnded || this.#restart !== undefined || this.#wasWrittenByWorker(file)) return
    this.#options.clear()
    this.#say('info', `${relative('.', file)} has changed; the worker drains`)
    const settled = this.#options.engine.expectSuccessor()
    const round = (this.#round += 1)
    this.#restart = this.#retire().then(() => {
      this.#restart = undefined
      if (this.#isEnded) return
      this.#spawn()
      void this.#registered(round).then(() => {
        if (this.#round === round) settled()
      })
    })
  }

  /** Whether restarts for this file would never end: it changed soon after each of the last starts. */
  #wasWrittenByWorker(file: string): boolean {
    const isSoon = systemClock.now() - this.#startedAt < SOON_MS
    const { file: before, restarts } = this.#restless
    this.#restless = { file, restarts: isSoon ? (file === before ? restarts + 1 : 1) : 0 }
    if (this.#restless.restarts <= MAX_OWN_RESTARTS) return false
    if (restarts === MAX_OWN_RESTARTS) {
      const name = relative('.', file)
      this.#say(
        'warn',
        `${name} changes just after each start, as if the worker wrote it; this does not restart the worker. --ignore leaves the file out`,
      )
    }
    return true
  }

  #spawn(): void {
    const { engine, args, file, envFiles } = this.#options
    this.#startedAt = systemClock.now()
    const problem = moduleProblem(file)
    if (problem !== undefined) {
      this.#say('error', problem)
      return
    }
    this.#say('info', 'The worker starts')
    this.#worker = new WorkerProcess({
      args,
      // A worker that still drains keeps its name.
      env: { ...(this.#draining.size > 0 && { III_ON_CONFLICT: 'wait' }), ...variablesIn(envFiles) },
      url: engine.url,
      isConnected: (pid) => hasWorkerOf(engine, pid),
      onDeath: (how, isClean) => this.#died(how, isClean),
    })
  }

  #died(how: string, isClean: boolean): void {
    this.#worker = undefined
    if (this.#draining.size === 0) {
      this.#say(isClean ? 'info' : 'error', `The worker ${how}; a change to its code starts it again`)
      return
    }
    // The old worker may hold something that only one process can have, such as a port.
    this.#say('warn', `The worker ${how} while the old one drains; it starts again after that`)
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
      if (!isClean) this.#say('warn', 'The worker took too long to drain and was killed')
    })
    this.#draining.set(worker, ended)
    // Two processes cannot share the port of the debugger.
    const isInspected = this.#options.args.some((arg) => arg.startsWith('--inspect'))
    await (isInspected ? ended : new TimeLimit(systemClock, DRAIN_ALONE_MS).wait(ended))
  }

  async #drained(): Promise<void> {
    await Promise.all(this.#draining.values())
  }

  /** Resolves once the new worker has registered its functions, has failed, or has used up its time. */
  async #registered(round: number): Promise<void> {
    const deadline = systemClock.now() + CONNECT_MS
    while (this.#round === round && systemClock.now() < deadline) {
      const worker = this.#worker
      if (worker === undefined && this.#draining.size === 0) return
      if (worker !== undefined && (await hasWorkerOf(this.#options.engine, worker.pid))) {
        await pause(REGISTER_MS)
        return
      }
      await pause(POLL_MS)
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    systemClock.after(ms, resolve, 'background')
  })
}

function variablesIn(files: readonly string[]): Record<string, string | undefined> {
  return Object.assign({}, ...files.map((file) => parseEnv(readFileSync(file, 'utf8')))) as Record<string, string>
}

/** Whether a worker of this process is connected to the engine. */
async function hasWorkerOf(engine: LocalEngine, pid: number): Promise<boolean> {
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
