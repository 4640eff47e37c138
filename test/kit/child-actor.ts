/**
 * Runs a child process that reads commands and writes events as lines of JSON. Knows no client and no language. Every
 * wait has a time limit, and no process outlives its test.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { Changes } from './waiting.js'

const START_LIMIT_MS = 25_000
const COMMAND_LIMIT_MS = 8_000
const EXIT_LIMIT_MS = 5_000
/** Length of the process output that is shown when something fails. */
const MAX_STDERR_CHARS = 8_000

export interface ActorEvent {
  readonly event: string
  readonly of?: string
  readonly [fact: string]: unknown
}

export interface ActorExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What went wrong in the other process, as it was seen there. */
class ActorFailure extends Error {
  readonly seen: Readonly<Record<string, unknown>>

  constructor(seen: Readonly<Record<string, unknown>>) {
    super(String(seen['message']))
    this.name = 'ActorFailure'
    this.seen = seen
  }
}

type Line = ActorEvent | { readonly id: number; readonly ok?: unknown; readonly failed?: Record<string, unknown> }

export class ChildActor {
  readonly name: string
  readonly exited: Promise<ActorExit>
  readonly events: ActorEvent[] = []
  readonly #process: ChildProcessWithoutNullStreams
  readonly #changes = new Changes()
  readonly #open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  #nextId = 1
  #stderr = ''

  constructor(name: string, [command = '', ...args]: readonly string[]) {
    this.name = name
    this.#process = spawn(command, args, { stdio: 'pipe', env: { ...process.env, OTEL_ENABLED: 'false' } })
    this.exited = new Promise((resolve) => {
      this.#process.once('error', (error) => this.#ended({ code: null, signal: null }, resolve, error.message))
      this.#process.once('exit', (code, signal) => this.#ended({ code, signal }, resolve))
    })
    this.#process.stdin.on('error', () => undefined)
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR_CHARS)
    })
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#frames(line))
  }

  /** Waits until the process is ready for commands. */
  async started(): Promise<this> {
    await this.heard((event) => event.event === 'started', START_LIMIT_MS)
    return this
  }

  /** @throws {ActorFailure} when the command fails over there. */
  do<Result = unknown>(command: string, given: object = {}): Promise<Result> {
    const id = this.#nextId++
    const answered = new Promise<unknown>((resolve, reject) => this.#open.set(id, { resolve, reject }))
    this.#process.stdin.write(`${JSON.stringify({ id, do: command, with: given })}\n`)
    return this.#within(COMMAND_LIMIT_MS, answered, `'${command}' was not answered`).finally(() =>
      this.#open.delete(id),
    ) as Promise<Result>
  }

  /** The first event that fits, past or to come. */
  async heard(fits: (event: ActorEvent) => boolean, limitMs = COMMAND_LIMIT_MS): Promise<ActorEvent> {
    const [event] = await this.receivedTimes(1, fits, limitMs)
    if (event === undefined) throw new Error('One event was waited for and none found')
    return event
  }

  /** All events that fit, once there are so many. */
  async receivedTimes(
    count: number,
    fits: (event: ActorEvent) => boolean,
    limitMs = COMMAND_LIMIT_MS,
  ): Promise<ActorEvent[]> {
    const found = (): ActorEvent[] => this.events.filter(fits)
    const missing = (): string =>
      this.#problem(`${String(found().length)} of ${String(count)} events in ${JSON.stringify(this.events)}`).message
    await this.#changes.until(() => found().length >= count || this.#process.exitCode !== null, missing, limitMs)
    if (found().length < count) throw this.#problem('ended before what was waited for')
    return found()
  }

  /** Events a function was called with, once there are so many. */
  received(functionId: string, count = 1): Promise<ActorEvent[]> {
    return this.receivedTimes(count, ({ event, of }) => event === 'received' && of === functionId)
  }

  /** Ends the input, after which the process has to end by itself. */
  async end(): Promise<ActorExit> {
    this.#process.stdin.end()
    try {
      return await this.#within(EXIT_LIMIT_MS, this.exited, 'went on after its input ended')
    } finally {
      this.kill()
    }
  }

  kill(): void {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGKILL')
  }

  #frames(line: string): void {
    const heard = parseLine(line)
    if (heard === undefined) this.#stderr += `${line}\n`
    else if ('event' in heard) {
      this.events.push(heard)
      this.#changes.changed()
    } else if (heard.failed === undefined) this.#open.get(heard.id)?.resolve(heard.ok)
    else this.#open.get(heard.id)?.reject(new ActorFailure(heard.failed))
  }

  #ended(exit: ActorExit, resolve: (exit: ActorExit) => void, why = 'ended'): void {
    for (const { reject } of this.#open.values()) reject(this.#problem(why))
    this.#changes.changed()
    resolve(exit)
  }

  async #within<T>(limitMs: number, awaited: Promise<T>, otherwise: string): Promise<T> {
    const limit = new AbortController()
    try {
      return await Promise.race([
        awaited,
        // eslint-disable-next-line local/real-time -- the limit of a wait for a process
        delay(limitMs, undefined, limit).then(() => Promise.reject(this.#problem(otherwise))),
      ])
    } finally {
      limit.abort()
    }
  }

  #problem(what: string): Error {
    return new Error(`${this.name}: ${what}. Its stderr: ${this.#stderr === '' ? '(nothing)' : this.#stderr}`)
  }
}

/** Clients may print lines of their own. */
function parseLine(line: string): Line | undefined {
  if (!line.startsWith('{"')) return undefined
  return JSON.parse(line) as Line
}
