/**
 * The connection of the page to the engine: calls over one WebSocket in the language of workers, reconnection, and
 * notifications when something changed. Knows the server of the page and nothing of pages.
 */
import { signal, type Signal } from '@preact/signals'
import { ErrorCode, InvocationError } from '../../errors.js'
import { systemClock, type Timer } from '../../std/time/clock.js'
import { workerCodec } from '../../wire/protocol/codec.js'
import type { EngineMessage, MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import { readErrorBody } from '../../wire/protocol/error-body.js'

/** The state of the connection. `hasToken` is false for a page that was opened without the printed address. */
export type ConnectionState =
  | { readonly kind: 'connecting' | 'open' }
  | { readonly kind: 'lost'; readonly reason: string }
  | { readonly kind: 'refused' }

/** A call of a function. */
export interface CallOptions {
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
}

interface Pending {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  readonly timer: Timer
}

const CALL_TIMEOUT_MS = 30_000
const RECONNECT_MS = 1_000
/** Topics whose trigger type an engine lacks are reported at this interval instead. */
const POLL_MS = 2_000
/** Reports of one topic are at least this far apart. */
const PACE_MS = 400
const TOPICS: readonly Topic[] = ['trace', 'log', 'engine::functions-available', 'engine::workers-available']
const TOKEN_KEY = 'iii-console-token'

export class Connection {
  readonly state = signal<ConnectionState>({ kind: 'connecting' })
  /** Counts the reports of each topic. */
  readonly changes = Object.fromEntries(TOPICS.map((topic) => [topic, signal(0)])) as Record<Topic, Signal<number>>
  /** All that is reported, by the last part of the id of its function. */
  readonly #watched = new Map<string, Watched>(
    TOPICS.map((topic) => [topic, { type: topic, config: {}, changed: this.changes[topic] }]),
  )
  readonly #pending = new Map<string, Pending>()
  readonly #functionId = `console::${crypto.randomUUID()}`
  readonly #paced = new Map<string, Timer>()
  readonly #polled = new Set<string>(TOPICS)
  #socket: WebSocket | undefined
  #wasOpen = false

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
    if (this.#socket === undefined) this.#connect()
  }

  /**
   * Calls a function.
   * @throws {InvocationError} with the code of the function, of the engine, or of this connection.
   */
  call(functionId: string, data: unknown = {}, options: CallOptions = {}): Promise<unknown> {
    const { timeoutMs = CALL_TIMEOUT_MS, action, namespace, traceparent } = options
    if (this.#socket?.readyState !== WebSocket.OPEN) return Promise.reject(lost(functionId))
    const id = crypto.randomUUID()
    const message = {
      type: 'invokefunction',
      invocation_id: id,
      function_id: functionId,
      data,
      ...(action !== undefined && { action }),
      ...(namespace !== undefined && { namespace }),
      ...(traceparent !== undefined && { traceparent }),
    } as const
    this.#send(message)
    // A void call is not answered.
    if (action?.type === 'void') return Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      const timer = systemClock.after(timeoutMs, () => {
        this.#pending.delete(id)
        reject(timedOut(functionId, timeoutMs))
      })
      this.#pending.set(id, { resolve, reject, timer })
    })
  }

  /** Counts the events of one more trigger into a signal, until the returned function is called. */
  watch(type: 'state' | 'stream', config: object, changed: Signal<number>): () => void {
    const name = `${type}::${crypto.randomUUID()}`
    this.#watched.set(name, { type, config, changed })
    this.#polled.add(name)
    if (this.state.peek().kind === 'open') this.#register(name)
    return () => {
      this.#watched.delete(name)
      this.#polled.delete(name)
      const id = `${this.#functionId}::${name}`
      this.#send({ type: 'unregistertrigger', id: `${id}::trigger`, trigger_type: type })
      this.#send({ type: 'unregisterfunction', id })
    }
  }

  #send(message: WorkerMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(workerCodec.encode(message))
  }

  #connect(): void {
    const token = localStorage.getItem(TOKEN_KEY) ?? ''
    const socket = new WebSocket(`ws://${location.host}/engine?token=${encodeURIComponent(token)}`)
    this.#socket = socket
    this.#wasOpen = false
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'string') this.#take(data)
    }
    socket.onclose = ({ code, reason }) => this.#closed(code, reason)
  }

  #closed(code: number, reason: string): void {
    this.#socket = undefined
    for (const [id, { reject, timer }] of this.#pending) {
      timer.cancel()
      this.#pending.delete(id)
      reject(lost('the call'))
    }
    for (const name of this.#watched.keys()) this.#polled.add(name)
    systemClock.after(RECONNECT_MS, () => this.retry())
    if (code >= 4_000 || this.#wasOpen) this.state.value = { kind: 'lost', reason }
    else void this.#findReason()
  }

  /** A refused WebSocket has no reason that a page may read: if the server answers, it refused the token. */
  async #findReason(): Promise<void> {
    const isServed = await fetch('/icon.svg', { method: 'HEAD' }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (this.state.value.kind === 'open') return
    this.state.value = isServed ? { kind: 'refused' } : { kind: 'lost', reason: 'The console server has stopped' }
  }

  #take(frame: string): void {
    const message = workerCodec.decode(frame)
    if (message.type === 'workerregistered') this.#opened()
    else if (message.type === 'invocationresult') this.#settle(message)
    else if (message.type === 'invokefunction') this.#reported(message)
    else if (message.type === 'triggerregistrationresult' && message.error === undefined) {
      this.#polled.delete(message.id.slice(this.#functionId.length + 2, -'::trigger'.length))
    } else if (message.type === 'ping') this.#send({ type: 'pong' })
  }

  #opened(): void {
    this.#wasOpen = true
    this.state.value = { kind: 'open' }
    for (const name of this.#watched.keys()) this.#register(name)
  }

  #register(name: string): void {
    const { type = '', config = {} } = this.#watched.get(name) ?? {}
    const functionId = `${this.#functionId}::${name}`
    this.#send({ type: 'registerfunction', id: functionId, metadata: { internal: true } })
    const id = `${functionId}::trigger`
    this.#send({ type: 'registertrigger', id, trigger_type: type, function_id: functionId, config })
    this.#change(name)
  }

  #settle({ invocation_id, function_id, result, error }: MessageNamed<EngineMessage, 'invocationresult'>): void {
    const pending = this.#pending.get(invocation_id)
    if (pending === undefined) return
    this.#pending.delete(invocation_id)
    pending.timer.cancel()
    if (error === undefined) pending.resolve(result)
    else {
      const body = readErrorBody(error) ?? { code: ErrorCode.invocation_failed, message: JSON.stringify(error) }
      pending.reject(new InvocationError({ ...body, function_id }))
    }
  }

  #reported({ invocation_id, function_id }: MessageNamed<EngineMessage, 'invokefunction'>): void {
    this.#send({ type: 'invocationresult', invocation_id, function_id, result: null })
    this.#change(function_id.slice(this.#functionId.length + 2))
  }

  #change(name: string): void {
    if (this.#paced.has(name) || !this.#watched.has(name)) return
    const wait = systemClock.after(PACE_MS, () => {
      this.#paced.delete(name)
      const { changed } = this.#watched.get(name) ?? {}
      if (changed !== undefined) changed.value += 1
    })
    this.#paced.set(name, wait)
  }

  #poll(): void {
    systemClock.after(POLL_MS, () => {
      if (this.state.value.kind === 'open' && !document.hidden) for (const name of this.#polled) this.#change(name)
      this.#poll()
    })
  }
}

function lost(what: string): InvocationError {
  return new InvocationError({ code: ErrorCode.CONNECTION_LOST, message: `The engine is not connected: ${what}` })
}

function timedOut(functionId: string, timeoutMs: number): InvocationError {
  const message = `\`${functionId}\` did not answer within ${String(timeoutMs / 1000)} s`
  return new InvocationError({ code: ErrorCode.TIMEOUT, message, function_id: functionId })
}
