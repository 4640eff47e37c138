/**
 * The connection of the page to the engine: the worker client of web pages, and notifications when something changed.
 * Knows the server of the page and nothing of pages.
 */
import { signal, type Signal } from '@preact/signals'
import { ErrorCode, InvocationError, NotConnectedError } from '../../errors.js'
import { registerWorkerOn, webPlatform } from '../../sdk/browser/register-worker.js'
import type { BrowserWorker } from '../../sdk/browser/worker.js'
import { IIIConnectionState } from '../../sdk/connection/state.js'
import { systemClock, type Timer } from '../../std/time/clock.js'

/** The state of the connection. `hasToken` is false for a page that was opened without the printed address. */
export type ConnectionState =
  | { readonly kind: 'connecting' | 'open' }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'refused' }

/** A call of a function. */
export interface PageCallOptions {
  readonly action?: { readonly type: 'void' } | { readonly type: 'enqueue'; readonly queue: string } | undefined
  readonly namespace?: string | undefined
  readonly traceparent?: string | undefined
  readonly timeoutMs?: number
}

/** What the engine reports when it changes. */
export type Topic = 'trace' | 'log' | 'engine::functions-available' | 'engine::workers-available'

/** A trigger whose events are counted. */
interface Watched {
  readonly type: string
  readonly config: object
  readonly changed: Signal<number>
  /** Receives each event. */
  readonly seen?: ((event: unknown) => void) | undefined
  /**
   * Whether an event is counted. With it nothing but events is: what is loaded once the trigger has been registered
   * misses none, since the engine handles the frames of a connection in order.
   */
  readonly concerns?: ((event: unknown) => boolean) | undefined
  /** Removes the trigger and its function from the engine. */
  release?: () => void
}

/** Triggers that the engine has not confirmed are reported at this interval, since it may lack their types. */
const POLL_MS = 2_000
/** Reports of one topic are at least this far apart. */
const PACE_MS = 400
/** The engine is dialled again at this interval. */
const RECONNECT = { initialDelayMs: 1_000, maxDelayMs: 1_000, jitterFactor: 0 }
const TOPICS: readonly Topic[] = ['trace', 'log', 'engine::functions-available', 'engine::workers-available']
const TOKEN_KEY = 'iii-console-token'

export class Connection {
  readonly state = signal<ConnectionState>({ kind: 'connecting' })
  /** Counts the reports of each topic. */
  readonly changes = Object.fromEntries(TOPICS.map((topic) => [topic, signal(0)])) as Record<Topic, Signal<number>>
  /** Receives each log record that the engine reports. */
  onLog: (record: unknown) => void = () => undefined
  readonly #watched = new Set<Watched>(
    TOPICS.map((type) => {
      const seen = type === 'log' ? (record: unknown): void => this.onLog(record) : undefined
      return { type, config: {}, changed: this.changes[type], seen }
    }),
  )
  readonly #paced = new Map<Watched, Timer>()
  readonly #polled = new Set<Watched>()
  #worker: BrowserWorker | undefined
  #reason = ''
  /** Trace headers of the call that is being made. */
  #traceparent: string | undefined

  /** Connects, and keeps the connection from now on. */
  start(): void {
    const given = /[#&]token=([\w-]+)/.exec(location.hash)?.[1]
    if (given !== undefined) {
      localStorage.setItem(TOKEN_KEY, given)
      history.replaceState(null, '', location.pathname + location.search)
    }
    this.#connect()
    this.#poll()
  }

  /** Connects at once instead of at the end of the wait. */
  retry(): void {
    if (this.state.peek().kind === 'open') return
    void this.#worker?.shutdown()
    this.#connect()
  }

  /**
   * Calls a function.
   * @throws {InvocationError} with the code of the function, of the engine, or of this connection.
   */
  async call(functionId: string, data: unknown = {}, options: PageCallOptions = {}): Promise<unknown> {
    const { traceparent, ...routing } = options
    if (this.#worker === undefined || this.state.peek().kind !== 'open') throw lost(functionId)
    try {
      // Read while the call is made, before this method returns.
      this.#traceparent = traceparent
      const answer: unknown = this.#worker.trigger({ ...routing, function_id: functionId, payload: data })
      this.#traceparent = undefined
      return await answer
    } catch (error) {
      throw error instanceof NotConnectedError ? lost(functionId) : error
    }
  }

  /** Counts the events of one more trigger into a signal, until the returned function is called. */
  watch(trigger: Omit<Watched, 'release'>): () => void {
    const watched: Watched = { ...trigger }
    this.#watched.add(watched)
    if (this.#worker !== undefined) this.#register(this.#worker, watched)
    return () => {
      this.#watched.delete(watched)
      this.#polled.delete(watched)
      watched.release?.()
    }
  }

  #connect(): void {
    const token = localStorage.getItem(TOKEN_KEY) ?? ''
    const address = `ws://${location.host}/engine?token=${encodeURIComponent(token)}`
    const worker = registerWorkerOn({ ...webPlatform, traceparent: () => this.#traceparent }, address, {
      reconnectionConfig: RECONNECT,
      diagnostics: (event) => {
        if (event.kind === 'connection_ended') this.#ended(event.error.message)
      },
    })
    this.#worker = worker
    worker.onConnectionStateChange((state) => {
      if (worker !== this.#worker || state !== IIIConnectionState.Connected) return
      this.state.value = { kind: 'open' }
      this.#confirm(worker)
      for (const watched of this.#watched) if (watched.concerns === undefined) this.#change(watched)
    })
    for (const watched of this.#watched) this.#register(worker, watched)
  }

  #register(worker: BrowserWorker, watched: Watched): void {
    const { type, config } = watched
    const reported = (event: unknown): null => {
      this.#polled.delete(watched)
      watched.seen?.(event)
      if (watched.concerns?.(event) !== false) this.#change(watched)
      return null
    }
    const id = `console::${crypto.randomUUID()}::${type}`
    const counter = worker.registerFunction(id, reported, { metadata: { internal: true } })
    const trigger = worker.registerTrigger({ type, function_id: id, config })
    watched.release = () => {
      trigger.unregister()
      counter.unregister()
    }
    this.#polled.add(watched)
    if (this.state.peek().kind !== 'open') return
    this.#confirm(worker)
    if (watched.concerns === undefined) this.#change(watched)
  }

  /** Stops polling once the triggers are in effect. If the engine refuses one, each is polled until it fires. */
  #confirm(worker: BrowserWorker): void {
    const asked = [...this.#polled]
    worker.ready().then(
      () => {
        for (const watched of asked) this.#polled.delete(watched)
      },
      () => undefined,
    )
  }

  #ended(reason: string): void {
    this.#reason = reason
    for (const watched of this.#watched) this.#polled.add(watched)
    if (this.state.peek().kind === 'open') this.state.value = { kind: 'lost', reason }
    else void this.#findReason()
  }

  /** A refused WebSocket has no reason that a page may read: if the server answers, it refused the token. */
  async #findReason(): Promise<void> {
    const isServed = await fetch('/icon.svg', { method: 'HEAD' }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (this.state.value.kind === 'open') return
    if (!isServed) this.state.value = { kind: 'lost', reason: 'The console server has stopped' }
    else if (/code 4\d{3}/.test(this.#reason)) this.state.value = { kind: 'lost', reason: this.#reason }
    else this.state.value = { kind: 'refused' }
  }

  #change(watched: Watched): void {
    if (this.#paced.has(watched)) return
    const wait = systemClock.after(PACE_MS, () => {
      this.#paced.delete(watched)
      if (this.#watched.has(watched)) watched.changed.value += 1
    })
    this.#paced.set(watched, wait)
  }

  #poll(): void {
    systemClock.after(POLL_MS, () => {
      if (this.state.value.kind === 'open' && !document.hidden)
        for (const watched of this.#polled) this.#change(watched)
      this.#poll()
    })
  }
}

function lost(what: string): InvocationError {
  return new InvocationError({ code: ErrorCode.CONNECTION_LOST, message: `The engine is not connected: ${what}` })
}
