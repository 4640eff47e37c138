/**
 * The engine's end of a connection, scripted by a test. It answers every dial as the test says. Every frame the client
 * sends is on record, and any frame can be sent back. Runs in memory on virtual time.
 */
import { engineCodec } from '../../src/wire/protocol/codec.js'
import { guaranteesHeader, type Guarantee } from '../../src/wire/protocol/guarantees.js'
import type { EngineMessage, MessageNamed, WorkerMessage } from '../../src/wire/protocol/messages.js'
import { CloseCode, type Dial, type Transport, type TransportEvents } from '../../src/wire/transport/transport.js'
import { createMemoryPair, type MemoryPair } from '../../src/wire/transport/memory-pair.js'
import { seededRandom } from './seeded-random.js'
import { checkFrame } from './strict-reader.js'

/** How a dial ends: a link, a refused handshake, no connection, or silence for as long as the client waits. */
export type Answer =
  'accept' | 'accept-then-close' | { readonly status: number } | 'unreachable' | 'stall' | { readonly close: number }

type Invocation = MessageNamed<WorkerMessage, 'invokefunction'>

const random = seededRandom(7)

/** One accepted dial. */
export class EngineLink {
  readonly workerId = random.uuid()
  readonly reattachToken = random.uuid()
  readonly headers: Readonly<Record<string, string>>
  /** Everything the client sent, in order. */
  readonly received: WorkerMessage[] = []
  /** Frames of the client that are not protocol. */
  readonly unreadable: string[] = []
  closed: { readonly code: number } | undefined
  pings = 0
  readonly pair: MemoryPair
  readonly #engine: ScriptedEngine

  constructor(engine: ScriptedEngine, pair: MemoryPair, headers: Readonly<Record<string, string>>) {
    this.#engine = engine
    this.pair = pair
    this.headers = headers
    pair.right.bind({
      open: () => undefined,
      text: (frame) => this.#onText(frame),
      binary: (frame) => checkFrame(frame),
      activity: () => undefined,
      drained: () => undefined,
      close: (closed) => {
        this.closed = closed
      },
    })
  }

  send(message: EngineMessage): void {
    this.pair.right.send(engineCodec.encode(message))
  }

  /** Sends any text, protocol or not. */
  sendText(text: string): void {
    this.pair.right.send(text)
  }

  answer(invocation: Invocation, outcome: { readonly result?: unknown; readonly error?: unknown }): void {
    const { invocation_id, function_id } = invocation
    if (invocation_id === undefined) throw new Error(`The call to '${function_id}' asks for no answer`)
    this.send({ type: 'invocationresult', invocation_id, function_id, ...outcome })
  }

  /** Calls a function of the client; the answer will be among `received`. */
  invoke(functionId: string, data: unknown = {}, rest: { metadata?: unknown } = {}): string {
    const invocation_id = random.uuid()
    this.send({ type: 'invokefunction', invocation_id, function_id: functionId, data, ...rest })
    return invocation_id
  }

  /** The frames of one type. */
  all<Type extends WorkerMessage['type']>(type: Type): MessageNamed<WorkerMessage, Type>[] {
    return this.received.filter((message) => message.type === type) as MessageNamed<WorkerMessage, Type>[]
  }

  /** Calls the client made to functions other than the engine's own. */
  get calls(): Invocation[] {
    return this.all('invokefunction').filter(({ function_id }) => !function_id.startsWith('engine::'))
  }

  /** The client's answer to an invocation. */
  resultOf(invocationId: string): MessageNamed<WorkerMessage, 'invocationresult'> | undefined {
    return this.all('invocationresult').find(({ invocation_id }) => invocation_id === invocationId)
  }

  /** Types of the frames received, with the id of what they are about. */
  get summary(): string[] {
    return this.received.map((message) => {
      const subject = 'function_id' in message ? message.function_id : 'id' in message ? message.id : ''
      return `${message.type} ${subject}`.trim()
    })
  }

  close(code: number = CloseCode.NO_STATUS, reason = ''): void {
    this.pair.right.close(code, reason)
  }

  cut(): void {
    this.pair.right.terminate()
  }

  #onText(frame: string): void {
    checkFrame(frame)
    const message = engineCodec.decode(frame)
    if (message.type === 'blank') return
    if (message.type === 'invalid') {
      this.unreadable.push(frame)
      return
    }
    this.received.push(message)
    this.#engine.onMessage(this, message)
  }
}

export class ScriptedEngine {
  /** Accepted dials, oldest first. */
  readonly links: EngineLink[] = []
  /** When each dial came, by the clock the test gave. */
  readonly dials: number[] = []
  readonly #now: () => number
  /** What happens to the next dials. */
  answer: Answer | ((attempt: number) => Answer) = 'accept'
  /** Whether the engine accepts sessions: sends their session info. */
  acceptsSessions = true
  /** Whether the engine answers barriers and confirms announcements by itself. */
  polite = true
  /** What the engine does not guarantee. */
  broken: ReadonlySet<Guarantee> = new Set()
  /** Receives every frame after it was recorded. */
  onFrame: (link: EngineLink, message: WorkerMessage) => void = () => undefined

  constructor(now: () => number = () => 0) {
    this.#now = now
  }

  /** The present link. */
  get link(): EngineLink {
    const link = this.links.at(-1)
    if (link === undefined) throw new Error('No worker has dialled')
    return link
  }

  readonly dial: Dial = (_url, options, events) => {
    this.dials.push(this.#now())
    const answer = typeof this.answer === 'function' ? this.answer(this.dials.length) : this.answer
    const pair = createMemoryPair()
    if (typeof answer === 'object' || answer === 'stall' || answer === 'unreachable') {
      return new DeadTransport(answer, events)
    }
    queueMicrotask(() => {
      const link = new EngineLink(this, pair, options.headers())
      this.links.push(link)
      if (this.acceptsSessions && link.closed === undefined) {
        link.send({ type: 'workerregistered', worker_id: link.workerId, reattach_token: link.reattachToken })
      }
      pair.left.peerHeaders = guaranteesHeader(this.broken)
      pair.left.bind(events)
      if (answer === 'accept-then-close') link.close()
    })
    return pair.left
  }

  onMessage(link: EngineLink, message: WorkerMessage): void {
    if (this.polite && message.type === 'ping') link.send({ type: 'pong' })
    if (this.polite && message.type === 'invokefunction' && message.function_id === 'engine::workers::register') {
      if (message.invocation_id !== undefined) link.answer(message, { result: { success: true } })
    }
    // The holder of any name lives.
    if (this.polite && message.type === 'invokefunction' && message.function_id === 'engine::workers::info')
      link.answer(message, { result: { worker: { pid: process.ppid, ip_address: '127.0.0.1' } } })
    this.onFrame(link, message)
  }
}

/** A dial that never becomes a link. */
class DeadTransport implements Transport {
  readonly bufferedBytes = 0
  readonly isOpen = false
  readonly #events: TransportEvents
  #closed = false

  constructor(answer: Exclude<Answer, 'accept' | 'accept-then-close'>, events: TransportEvents) {
    this.#events = events
    if (answer === 'stall') return
    queueMicrotask(() => {
      if (answer === 'unreachable') this.#end({ code: CloseCode.ABNORMAL, cause: new Error('connect ECONNREFUSED') })
      else if ('status' in answer) this.#end({ code: CloseCode.ABNORMAL, status: answer.status })
      else this.#end({ code: answer.close })
    })
  }

  send(): void {}
  flushed(): void {}
  ping(): void {}
  pause(): void {}
  resume(): void {}

  close(): void {
    this.terminate()
  }

  terminate(): void {
    queueMicrotask(() => this.#end({ code: CloseCode.ABNORMAL }))
  }

  #end(closed: { readonly code: number; readonly status?: number; readonly cause?: unknown }): void {
    if (this.#closed) return
    this.#closed = true
    this.#events.close({ reason: '', ...closed })
  }
}
