/**
 * The parts of one worker, joined: what is written on open, where each frame goes, what happens when the link ends.
 * The façade above holds no state of its own; everything that survives a link lives here.
 */
import { replaceChannelRefs } from '../channel/channel-ref.js'
import { channelEnd, type ChannelHost } from '../channel/create.js'
import { connectionOptions } from '../connection/options.js'
import { Connection, type ConnectionEvents, type ConnectionPorts } from '../connection/connection.js'
import { IIIConnectionState } from '../connection/state.js'
import { ErrorCode, type ErrorBody, type RegistrationRejectedError, type WebSocketError } from '../errors.js'
import { workerCodec } from '../protocol/codec.js'
import type { EngineMessage, MessageNamed } from '../protocol/messages.js'
import { Calls } from '../rpc/calls.js'
import { ServedInvocations } from '../rpc/served.js'
import type { QueueCaps } from '../std/bounded-queue.js'
import { Emitter } from '../std/emitter.js'
import { Admission } from './admission.js'
import { reattachFrame, registerFrame, type Greeting } from './announce.js'
import { Barrier } from './barrier.js'
import { call, endedError, type Caller, type TriggerFunction, type TriggerRequest } from './call.js'
import { createReport, type Report } from './diagnostics.js'
import { lostError, shutDownError } from './ended-calls.js'
import { Functions } from './functions.js'
import { receive } from './inbox.js'
import type { Server } from './invoke.js'
import type { WorkerOptions } from './options.js'
import { Results, type ResultPorts } from './results.js'
import { Services } from './services.js'
import { OwnTelemetry } from './own-telemetry.js'
import { TriggerTypes } from './trigger-types.js'
import { Triggers } from './triggers.js'

export class Core implements ConnectionEvents {
  readonly options: WorkerOptions
  readonly report: Report
  readonly connection: Connection
  readonly calls: Calls
  readonly served = new ServedInvocations()
  readonly admission: Admission
  readonly functions: Functions
  readonly triggers: Triggers
  readonly triggerTypes: TriggerTypes
  readonly services: Services
  readonly results: Results
  readonly barrier: Barrier
  readonly states: Emitter<IIIConnectionState>
  readonly refusals: Emitter<ErrorBody>
  readonly server: Server
  readonly caller: Caller
  readonly channelHost: ChannelHost
  readonly telemetry: OwnTelemetry
  readonly ports: ConnectionPorts
  currentHeaders: Readonly<Record<string, string>>
  fatalError: RegistrationRejectedError | undefined
  isDraining = false
  /** True once `end` was called. */
  isEnded = false
  /** Tells that the client has ended, in whatever way; a client that never connected changes no state by that. */
  readonly endings: Emitter<void>
  voidDropped = 0
  reconnects = 0
  readonly #registerFrame: string
  #greeting: Greeting | undefined
  #link = 0

  constructor(options: WorkerOptions, ports: ConnectionPorts) {
    this.options = options
    this.ports = ports
    this.currentHeaders = options.headers
    // Written once, here: metadata that is no JSON is the caller's error, not the socket's.
    this.#registerFrame = registerFrame(options.metadata)
    this.report = createReport(options.diagnostics)
    const onListenerError = (error: unknown): void => {
      this.report({ kind: 'callback_failed', error })
    }
    this.states = new Emitter(onListenerError)
    this.refusals = new Emitter(onListenerError)
    this.endings = new Emitter(onListenerError)
    const connection = connectionOptions(options.url, options.reconnection)
    this.connection = new Connection(ports, connection, this)
    this.telemetry = new OwnTelemetry(this)
    this.calls = new Calls(ports, (opened) => this.connection.withdraw(opened))
    const send = (frame: string): void => {
      this.connection.sendIfOpen(frame)
    }
    this.functions = new Functions(send, this.report)
    this.triggers = new Triggers(send, ports.random, options.namespace)
    this.services = new Services(send)
    this.triggerTypes = this.#createTriggerTypes(onListenerError)
    this.results = this.#createResults(connection.outbox)
    this.barrier = new Barrier({
      send: (frame) => this.connection.sendIfOpen(frame),
      announce: () => this.trigger({ function_id: 'engine::workers::register', payload: this.options.metadata }),
    })
    this.admission = new Admission(options.maxConcurrentInvocations)
    this.caller = this.#createCaller()
    this.channelHost = this.#createChannelHost(onListenerError)
    this.server = this.#createServer()
  }

  /** What the engine called us on the present link, or on the last one. */
  get greeting(): Greeting | undefined {
    return this.#greeting
  }

  set greeting(greeting: Greeting | undefined) {
    this.#greeting = greeting
    if (greeting !== undefined) this.telemetry.running?.workerKnown(greeting.workerId)
  }

  get isConnected(): boolean {
    return this.connection.state === IIIConnectionState.Connected
  }

  /** Calls a function through this worker. */
  readonly trigger: TriggerFunction = <TInput, TOutput>(request: TriggerRequest<TInput>) =>
    call(this.caller, request) as Promise<TOutput>

  headers(): Readonly<Record<string, string>> {
    return this.currentHeaders
  }

  opened(send: (frame: string) => void): void {
    this.results.flush(send)
    if (this.#link > 0) this.reconnects += 1
    this.#link += 1
    const reattach = reattachFrame(this.greeting)
    if (reattach !== undefined) send(reattach)
    send(this.#registerFrame)
    this.services.replay(send)
    this.triggerTypes.replay(send)
    this.functions.replay(send)
    this.triggers.replay(send)
  }

  frame(text: string): void {
    const message = workerCodec.decode(text)
    // The text tells at little cost that a payload holds no reference, so most payloads are not searched.
    const mayHoldRefs = message.type === 'invokefunction' && text.includes('"channel_id"')
    receive(this, mayHoldRefs ? { ...message, data: this.#withChannelEnds(message.data) } : message)
  }

  lost(reason: WebSocketError): void {
    this.barrier.linkLost()
    this.results.linkLost()
    this.calls.failWritten((opened) => lostError(opened, reason))
    this.#abortServed(reason)
  }

  ended(reason: WebSocketError, retryInMs: number | undefined): void {
    this.report({ kind: 'connection_ended', error: reason, retryInMs })
    if (retryInMs === undefined) this.#failPending()
  }

  stateChanged(state: IIIConnectionState): void {
    this.report({ kind: 'state', state })
    this.states.emit(state)
    if (state === IIIConnectionState.Connected && this.triggerTypes.bindings > 0) this.#dropStaleBindings()
  }

  idle(): void {
    this.telemetry.running?.linkIdle()
  }

  /** Ends the client because the engine refused it for good. */
  reject(error: RegistrationRejectedError): void {
    this.fatalError = error
    this.report({ kind: 'registration_rejected', error })
    void this.connection.fail(error)
    this.#failPending()
  }

  /** Ends the client: pending calls are rejected, handlers told, answers dropped. Resolves once the socket is gone. */
  end(): Promise<void> {
    this.isEnded = true
    const closed = this.connection.close(() => this.telemetry.shutdown())
    this.#failPending()
    return Promise.all([closed, this.telemetry.shutdown()]).then(() => undefined)
  }

  #withChannelEnds(data: unknown): unknown {
    return replaceChannelRefs(data, (ref) => channelEnd(this.channelHost, ref))
  }

  #failPending(): void {
    const { failure, state } = this.connection
    this.barrier.linkLost()
    const ended = endedError(failure, state)
    const isShutdown = ended.code === ErrorCode.SHUTDOWN
    this.calls.failAll((opened) =>
      isShutdown && opened.isWritten ? shutDownError(opened) : endedError(failure, state),
    )
    this.results.clear()
    this.#abortServed(ended)
    this.endings.emit()
  }

  /** Nobody waits for answers any more: what runs is told, what has not begun never does. */
  #abortServed(reason: unknown): void {
    for (const served of this.admission.dropWaiting()) this.served.finish(served)
    this.served.abortAll(reason)
  }

  #dropStaleBindings(): void {
    this.barrier.pass().then(
      () => {
        this.triggerTypes.releaseStale()
      },
      () => undefined, // The link ended again; the next one asks anew.
    )
  }

  #answerBinding(binding: MessageNamed<EngineMessage, 'registertrigger'>, link: number, error?: ErrorBody): void {
    if (link !== this.#link) return
    const { id, trigger_type, function_id } = binding
    const frame = workerCodec.encode({ type: 'triggerregistrationresult', id, trigger_type, function_id, error })
    this.connection.sendIfOpen(frame)
  }

  #createTriggerTypes(onError: (error: unknown) => void): TriggerTypes {
    return new TriggerTypes({
      send: (frame) => {
        this.connection.sendIfOpen(frame)
      },
      link: () => this.#link,
      answer: (binding, link, error) => {
        this.#answerBinding(binding, link, error)
      },
      onError,
    })
  }

  #createResults(caps: QueueCaps): Results {
    const ports: ResultPorts = {
      clock: this.ports.clock,
      link: () => ({ number: this.#link, state: this.isConnected ? 'open' : this.connection.isOver ? 'over' : 'down' }),
      post: (frame, letter) => this.connection.post(frame, letter),
      withdraw: (letter) => this.connection.withdraw(letter),
      onDropped: (reason) => {
        this.report({ kind: 'frame_dropped', reason })
      },
    }
    return new Results(ports, caps)
  }

  #createChannelHost(onCallbackError: (error: unknown) => void): ChannelHost {
    const onUnheardError = (error: unknown): void => {
      this.report({ kind: 'channel_failed', error })
    }
    return {
      address: this.options.url,
      ports: {
        dial: this.ports.dial,
        clock: this.ports.clock,
        headers: () => this.currentHeaders,
        onCallbackError,
        onUnheardError,
      },
      call: (function_id, payload) => this.trigger({ function_id, payload }),
    }
  }

  #createCaller(): Caller {
    return {
      connection: this.connection,
      calls: this.calls,
      namespace: this.options.namespace,
      timeoutMs: this.options.invocationTimeoutMs,
      tracing: () => this.telemetry.tracing,
      onVoidDropped: (reason) => {
        this.voidDropped += 1
        this.report({ kind: 'frame_dropped', reason })
      },
    }
  }

  #createServer(): Server {
    return {
      functions: this.functions,
      served: this.served,
      admission: this.admission,
      trigger: this.trigger,
      tracing: () => this.telemetry.tracing,
      logger: (functionId) => this.telemetry.handlerLogger(functionId),
      link: () => this.#link,
      draining: () => this.isDraining,
      reply: (frame, link) => this.results.send(frame, link),
      replyPastQueue: (frame) => {
        this.connection.sendIfOpen(frame)
      },
    }
  }
}
