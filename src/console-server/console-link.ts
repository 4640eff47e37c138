/**
 * Joins the WebSocket of one browser to a connection of its own to the engine. Frames pass unchanged, except calls of
 * `console::…`, which this server answers itself, and calls that a read-only console refuses.
 */
import { ErrorCode, InvocationError } from '../errors.js'
import { toErrorBody } from '../wire/protocol/error-body.js'
import { engineCodec } from '../wire/protocol/engine-codec.js'
import type { WorkerMessage } from '../wire/protocol/messages.js'
import { isRecord } from '../wire/protocol/validate.js'
import {
  CloseCode,
  ForwardedEvents,
  HIGH_WATER_BYTES,
  type Closed,
  type Dial,
  type Transport,
  type TransportEvents,
} from '../wire/transport/transport.js'
import { MEMORY_URL } from '../wire/transport/memory-pair.js'
import { dialError } from '../wire/transport/dial-error.js'
import type { EngineStats } from '../engine/engine-stats.js'
import { packageVersion } from '../version.js'
import type { EngineSchemas } from '../generate/engine-schemas.js'
import type { InvokingEngine } from '../generate/read-schemas.js'
import { changesNothing } from './read-only.js'

/** What only an engine in this process can answer. */
interface LocalAnswers extends InvokingEngine {
  readonly httpUrl: string | undefined
  readonly streamUrl: string | undefined
  inspect(name: string, input: Readonly<Record<string, unknown>>): unknown
  stats(): EngineStats
  inject(request: { method: string; path: string; headers: Record<string, string>; body?: string }): Promise<Response>
}

/** The engine behind a console. */
export interface ConsoleTarget {
  readonly url: string
  readonly dial: Dial
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Absent for an engine in another process. */
  readonly local?: LocalAnswers | undefined
  /** Reads the schemas of an engine in another process, for the OpenAPI document. */
  readonly schemas?: (() => Promise<EngineSchemas>) | undefined
}

export interface ConsoleLinkParts {
  readonly target: ConsoleTarget
  readonly readOnly: boolean
  readonly browser: Transport
  readonly onClosed: () => void
}

/** Calls of this prefix are answered here. */
const OWN = 'console::'
/** The engine could not be reached, or it ended the connection. */
const ENGINE_LOST = 4_000
/** A close reason has at most 123 bytes. */
const REASON_CHARACTERS = 100
/** Maximum text of a response that is shown. */
const MAX_BODY_CHARACTERS = 1024 * 1024

type BrowserCall = Extract<WorkerMessage, { readonly type: 'invokefunction' }>

export class ConsoleLink {
  /** Events of the browser. */
  readonly events: TransportEvents
  readonly #parts: ConsoleLinkParts
  readonly #engine: Transport
  /** Frames that the browser sent before the engine was connected. */
  #early: string[] | undefined = []

  constructor(parts: ConsoleLinkParts) {
    this.#parts = parts
    const { target, browser, onClosed } = parts
    const { dial, headers = {}, local } = target
    const url = local === undefined ? target.url : MEMORY_URL
    const ends = { url, browser, onOpen: () => this.#opened(), onFull: () => this.#engine.pause() }
    this.#engine = dial(url, { headers: () => headers }, new EngineEnd(ends))
    this.events = new BrowserEnd(this.#engine, (frame) => this.#take(frame), onClosed)
  }

  close(): void {
    this.#parts.browser.close(CloseCode.NORMAL, 'The console is stopping')
    this.#engine.terminate()
  }

  #opened(): void {
    const early = this.#early ?? []
    this.#early = undefined
    for (const frame of early) this.#pass(frame)
  }

  #take(frame: string): void {
    const message = engineCodec.decode(frame)
    if (message.type === 'invokefunction' && message.function_id.startsWith(OWN)) {
      void this.#answer(message)
    } else if (this.#parts.readOnly && !changesNothing(message)) {
      if (message.type === 'invokefunction') this.#refuse(message)
    } else this.#pass(frame)
  }

  #pass(frame: string): void {
    if (this.#early !== undefined) {
      this.#early.push(frame)
      return
    }
    this.#engine.send(frame)
    if (this.#engine.bufferedBytes > HIGH_WATER_BYTES) this.#parts.browser.pause()
  }

  #refuse(call: BrowserCall): void {
    const message = 'This console is read-only. Start it without `--console-read-only` to change something.'
    this.#send(call, { error: { code: ErrorCode.FORBIDDEN, message } })
  }

  #send({ invocation_id, function_id }: BrowserCall, outcome: object): void {
    if (invocation_id === undefined) return
    this.#parts.browser.send(JSON.stringify({ type: 'invocationresult', invocation_id, function_id, ...outcome }))
  }

  async #answer(call: BrowserCall): Promise<void> {
    try {
      const input = isRecord(call.data) ? call.data : {}
      this.#send(call, { result: (await this.#own(call.function_id.slice(OWN.length), input)) ?? null })
    } catch (error) {
      this.#send(call, { error: toErrorBody(error) })
    }
  }

  #own(name: string, input: Record<string, unknown>): unknown {
    const { target, readOnly } = this.#parts
    const { local, url } = target
    if (name === 'info') {
      const { httpUrl, streamUrl } = local ?? {}
      return { url, version: packageVersion, readOnly, isLocal: local !== undefined, httpUrl, streamUrl }
    }
    if (local === undefined) throw notHere(name)
    if (name === 'inspect') return local.inspect(String(input['inspection']), input)
    if (name !== 'request') throw notHere(name)
    if (readOnly) throw new InvocationError({ code: ErrorCode.FORBIDDEN, message: 'This console is read-only' })
    return request(local, input)
  }
}

function notHere(name: string): InvocationError {
  const message = `\`${OWN}${name}\` needs an engine in the same process as the console`
  return new InvocationError({ code: ErrorCode.NOT_FOUND, message })
}

async function request(local: LocalAnswers, { method, path, headers, body }: Record<string, unknown>): Promise<object> {
  const given = isRecord(headers) ? Object.entries(headers).map(([name, value]) => [name, String(value)]) : []
  const response = await local.inject({
    method: String(method),
    path: String(path),
    headers: Object.fromEntries(given) as Record<string, string>,
    ...(typeof body === 'string' && body !== '' && { body }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: text.slice(0, MAX_BODY_CHARACTERS),
    isCut: text.length > MAX_BODY_CHARACTERS,
  }
}

interface EngineEndParts {
  readonly url: string
  readonly browser: Transport
  readonly onOpen: () => void
  /** The browser reads too slowly. */
  readonly onFull: () => void
}

/** Passes frames of the engine to the browser, and stops reading while the browser is slow. */
class EngineEnd extends ForwardedEvents {
  readonly #ends: EngineEndParts

  constructor(ends: EngineEndParts) {
    super()
    this.#ends = ends
  }

  override open(): void {
    this.#ends.onOpen()
  }

  override text(frame: string): void {
    const { browser, onFull } = this.#ends
    browser.send(frame)
    if (browser.bufferedBytes > HIGH_WATER_BYTES) onFull()
  }

  override drained(): void {
    this.#ends.browser.resume()
  }

  override close(closed: Closed): void {
    const { status, problem, reason, cause } = closed
    const hasFailed = status !== undefined || problem !== undefined
    const why = hasFailed ? dialError(closed, { url: this.#ends.url, isAccepted: false }).message : reason
    const text = why === '' && cause instanceof Error ? cause.message : why
    this.#ends.browser.close(ENGINE_LOST, text.slice(0, REASON_CHARACTERS))
  }
}

class BrowserEnd extends ForwardedEvents {
  readonly #engine: Transport
  readonly #take: (frame: string) => void
  readonly #onClosed: () => void

  constructor(engine: Transport, take: (frame: string) => void, onClosed: () => void) {
    super()
    this.#engine = engine
    this.#take = take
    this.#onClosed = onClosed
  }

  override text(frame: string): void {
    this.#take(frame)
  }

  override drained(): void {
    this.#engine.resume()
  }

  override close(): void {
    this.#onClosed()
    this.#engine.terminate()
  }
}
