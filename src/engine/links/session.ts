/**
 * One connected worker: handles its frames, holds those that must wait in order, and represents it to the rest of the
 * engine. An invalid frame is dropped, and the connection stays open. At the end, everything of it is removed.
 */
import { ErrorCode, InvocationError, type ErrorBody } from '../../errors.js'
import { engineCodec } from '../../wire/protocol/engine-codec.js'
import { JsonText } from '../../wire/protocol/json-text.js'
import { splitPayload } from '../../wire/protocol/split-payload.js'
import type { EngineMessage, WorkerMessage } from '../../wire/protocol/messages.js'
import { blankNamespace, DEFAULT_NAMESPACE } from '../../wire/protocol/names.js'
import { assertNever } from '../../std/assert-never.js'
import type { Timer } from '../../std/time/clock.js'
import { weightOf } from '../../std/json/weight.js'
import type { Transport } from '../../wire/transport/transport.js'
import type { Access, RegistrationVerdict, NamespacedMessage } from '../access/access.js'
import { refusalOfCostly, type CostlyFrame } from './frame-intake.js'
import { HeldFrames } from './held-frames.js'
import type { ReceiveSide } from './receive-side.js'
import { OwedAnswers } from '../access/owed-answers.js'
import { SendSide } from './send-side.js'
import { refusalOf, type CallOutcome, type CallIdentity, type PendingCall } from './peer.js'
import type { SessionOptions, SessionParts } from './session-parts.js'
import type { Backlog, Member } from '../registry/sessions.js'
import { identityOf, unknownWorker, type Announcement, type WorkerIdentity } from '../registry/worker-identity.js'

export class Session implements Member {
  readonly id: string
  readonly reattachToken: string
  readonly connectedAtMs: number
  readonly remoteAddress: string | undefined
  readonly access: Access | undefined
  readonly serving = new Set<PendingCall>()
  readonly #parts: SessionParts
  readonly #transport: Transport
  readonly #receiveSide: ReceiveSide
  readonly #sendSide: SendSide
  #identity: WorkerIdentity = unknownWorker
  #namespace = DEFAULT_NAMESPACE
  #state: 'pending' | 'announced' | 'left' = 'pending'
  /** Registrations that wait for the namespace. */
  readonly #unplaced: HeldFrames<NamespacedMessage>
  /** Frames behind a registration that a hook is checking. */
  readonly #behindReview: HeldFrames<WorkerMessage>
  readonly #owed: OwedAnswers
  #isReviewing = false
  #message: ReturnType<typeof engineCodec.read> | undefined
  readonly #grace: Timer

  constructor(parts: SessionParts, options: SessionOptions) {
    this.#parts = parts
    this.#transport = options.transport
    this.#receiveSide = options.receiveSide
    this.#sendSide = new SendSide(parts, options.transport, options.receiveSide)
    this.remoteAddress = options.remoteAddress
    this.access = options.access
    this.#unplaced = new HeldFrames(parts.limits.maxHeldFrames)
    this.#behindReview = new HeldFrames(parts.limits.maxHeldFrames)
    this.#owed = new OwedAnswers(parts)
    this.id = parts.random.uuid()
    this.reattachToken = parts.random.uuid()
    this.connectedAtMs = parts.clock.epochMs()
    this.#grace = parts.clock.after(parts.namespaceGraceMs, () => this.#placeByDefault(), 'background')
    this.send({ type: 'workerregistered', worker_id: this.id, reattach_token: this.reattachToken })
    parts.sessions.add(this)
  }

  get identity(): WorkerIdentity {
    return this.#identity
  }

  get namespace(): string {
    return this.#namespace
  }

  get isFull(): boolean {
    return this.#sendSide.isFull
  }

  get backlog(): Backlog {
    const { unreadBytes, isPaused } = this.#sendSide
    return { unreadBytes, isPaused, heldFrames: this.#unplaced.size + this.#behindReview.size + this.#owed.size }
  }

  text(frame: string): void {
    const split = splitPayload(frame)
    this.message(split?.message ?? engineCodec.decode(frame), frame, split?.payload)
  }

  /** Handles a parsed frame. The payload of a call or result, and the whole frame of a result, may be forwarded as text. */
  message(message: ReturnType<typeof engineCodec.read>, frame?: string, payload?: string): void {
    if (this.#state === 'left') return
    this.#parts.counters.framesIn += 1
    this.#message = message
    if (message.type === 'invalid') {
      this.#parts.counters.malformedFrames += 1
      const { code, detail } = message
      this.#parts.log.warn({ workerId: this.id, code, detail }, 'A frame could not be parsed and was dropped')
    } else if (message.type !== 'blank') this.#take(message, frame, payload)
  }

  /** Refuses a frame. The caller, if there is one, receives an error. */
  costly({ problem, members }: CostlyFrame): void {
    this.message(problem)
    const refusal = refusalOfCostly(problem, members)
    if (refusal === undefined) return
    this.#parts.counters.refused.oversizedMessages += 1
    if (members['type'] === 'invokefunction') this.send(refusal)
    else this.#take(refusal)
  }

  binary(frame: Uint8Array): void {
    if (this.#state !== 'left') this.#parts.takeTelemetry(frame, this.id)
  }

  frameFailed(error: unknown): void {
    this.#parts.counters.failedFrames += 1
    this.#parts.log.error({ workerId: this.id, error }, 'A frame could not be handled')
    if (this.#message?.type === 'invokefunction') this.#parts.router.failed(this, this.#message)
  }

  drained(): void {
    this.#sendSide.drained()
  }

  closed(): void {
    this.#leave()
  }

  spent(durationMs: number): void {
    this.#receiveSide.spent(durationMs)
  }

  send(message: EngineMessage): ErrorBody | undefined {
    if (this.#state === 'left') {
      this.#parts.counters.droppedFrames += 1
      return undefined
    }
    return this.#sendSide.send(message)
  }

  answer(call: CallIdentity, { result: value, error, traceparent, baggage, frame, text }: CallOutcome): void {
    if (frame !== undefined && this.#state !== 'left') {
      this.#sendSide.forward(frame)
      return
    }
    const { invocationId: invocation_id, functionId: function_id } = call
    const result = text === undefined ? value : new JsonText(text)
    const type = 'invocationresult'
    // Copied member by member: spreading costs several times as much, and this runs for every call.
    const unwritable = this.send({ type, invocation_id, function_id, result, error, traceparent, baggage })
    if (unwritable !== undefined)
      this.send({ type, invocation_id, function_id, error: unwritable, traceparent, baggage })
  }

  announce(input: Announcement): boolean {
    if (input.namespace?.trim() === '') {
      throw new InvocationError({ code: ErrorCode.INVALID_NAMESPACE, message: blankNamespace('namespace') })
    }
    const namespace = this.#state === 'pending' ? (input.namespace ?? DEFAULT_NAMESPACE) : this.#namespace
    const refusal = this.access?.refuseNamespace(namespace)
    if (refusal !== undefined) throw new InvocationError(refusal)
    const identity = identityOf(input, this.#identity)
    const { names, sessions } = this.#parts
    const holder = names.move(this, namespace, { from: this.#identity.name, to: identity.name })
    if (holder !== undefined) return this.#refuseName(namespace, identity.name, holder.id)
    this.#identity = identity
    this.#place(namespace)
    sessions.updated(this)
    return true
  }

  succeed(previous: Member): void {
    if (this.access !== undefined && previous.access !== undefined) this.access.succeed(previous.access)
    this.#owed.settleFor(previous)
  }

  retire(): void {
    this.#leave()
    this.#transport.terminate()
  }

  close(): void {
    this.#leave()
    this.#transport.close()
  }

  #take(message: WorkerMessage, frame?: string, payload?: string): void {
    // Results are handled during a check: the hook may need one of them to finish.
    if (this.#isReviewing && message.type !== 'invocationresult') {
      this.#keep(this.#behindReview, message)
      return
    }
    switch (message.type) {
      case 'invokefunction':
        if (this.access === undefined) this.#parts.router.handle(this, message, payload)
        else this.#parts.guardedCalls.handle(this, this.access, { message, text: payload })
        return
      case 'invocationresult':
        if (this.#owed.isAnothers(this, message)) this.#owed.keep(message, weightOf(message))
        else this.#parts.router.settle(message, { frame, text: payload })
        return
      case 'ping':
        this.send({ type: 'pong' })
        return
      case 'reattach':
        this.#parts.sessions.reattach(this, message)
        return
      case 'triggerregistrationresult':
        this.#parts.bindings.answered(this, message)
        return
      case 'pong':
      case 'unregistertriggertype': // A type lives as long as its connection.
        return
      case 'registerfunction':
      case 'unregisterfunction':
      case 'registertriggertype':
      case 'registertrigger':
      case 'unregistertrigger':
      case 'registerservice':
        if (this.#state === 'pending') this.#keep(this.#unplaced, message)
        else this.#register(message)
        return
      default:
        assertNever(message)
    }
  }

  #register(message: NamespacedMessage): void {
    const verdict = this.access?.admit(message, this.#namespace) ?? { kind: 'admitted', message }
    if (!(verdict instanceof Promise)) {
      this.#conclude(message, verdict)
      return
    }
    this.#isReviewing = true
    void verdict.then((admitted) => {
      if (this.#state === 'left') return
      this.#conclude(message, admitted)
      this.#isReviewing = false
      for (const frame of this.#behindReview.takeAll()) this.#take(frame)
    })
  }

  #conclude(message: NamespacedMessage, verdict: RegistrationVerdict): void {
    const { emit, counters, registrations } = this.#parts
    if (verdict.kind === 'admitted') {
      const { message: admitted, calledAs = message.id } = verdict
      registrations.apply(this, admitted, { sentAs: message.id, calledAs })
      return
    }
    counters.refusedFrames += 1
    emit(refusalOf(this, message, { reason: verdict.reason }))
    if (verdict.reply !== undefined) this.send(verdict.reply)
  }

  /** The time limit for worker registration is over. A worker that may not use the default namespace keeps waiting. */
  #placeByDefault(): void {
    if (this.access?.refuseNamespace(DEFAULT_NAMESPACE) === undefined) this.#place(DEFAULT_NAMESPACE)
  }

  /** Sets the namespace and handles what waited for it. Later calls have no effect. */
  #place(namespace: string): void {
    if (this.#state !== 'pending') return
    this.#state = 'announced'
    this.#namespace = namespace
    this.#grace.cancel()
    this.#owed.close()
    for (const message of this.#unplaced.takeAll()) this.#take(message)
  }

  #keep<M extends WorkerMessage>(frames: HeldFrames<M>, message: M): void {
    if (frames.push(message, weightOf(message))) return
    this.#parts.log.error({ workerId: this.id }, 'A worker sent too many frames that must wait; its connection is cut')
    this.#parts.counters.cutOff.heldFrames += 1
    this.retire()
  }

  #refuseName(namespace: string, name: string | undefined, ownerWorkerId: string): false {
    const reason = `another connected worker has the name in the namespace ${namespace}`
    this.#parts.emit(refusalOf(this, { type: 'worker', id: name ?? '' }, { reason, ownerWorkerId }))
    const code = ErrorCode.WORKER_NAMESPACE_CONFLICT
    this.send({ type: 'registrationrejected', code, namespace, worker_name: name, owner_worker_id: ownerWorkerId })
    this.close()
    return false
  }

  #leave(): void {
    if (this.#state === 'left') return
    this.#state = 'left'
    this.#grace.cancel()
    for (const held of [this.#unplaced, this.#behindReview]) held.takeAll()
    this.#owed.close()
    this.#sendSide.left()
    const { directory, handOver, router, bindings, names, sessions } = this.#parts
    handOver.left(this, directory.leave(this))
    router.leave(this)
    bindings.leave(this)
    names.move(this, this.#namespace, { from: this.#identity.name, to: undefined })
    sessions.remove(this)
  }
}
