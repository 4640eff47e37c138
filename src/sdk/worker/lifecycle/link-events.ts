/**
 * What a worker does when its link opens, brings a frame, or ends. Keeps nothing across links: what has to survive
 * one lives in the parts. Everything a link lost is told before the next one opens.
 */
import { replaceChannelRefs } from '../../channel/channel-ref.js'
import { channelEnd } from '../../channel/create.js'
import type { ConnectionEvents } from '../../connection/connection.js'
import { IIIConnectionState } from '../../connection/state.js'
import type { WebSocketError } from '../../../errors.js'
import { workerCodec } from '../../../wire/protocol/codec.js'
import { reattachFrame } from './announce.js'
import { deniedCallError, lostError } from '../invocations/ended-calls.js'
import { receive } from '../invocations/inbox.js'
import { refuse } from '../invocations/invoke.js'
import type { Parts } from '../parts.js'
import { needsOf } from './workarounds.js'

/** How long to wait when the engine could not be asked, or has not answered. */
const ASK_AGAIN_MS = 1_000

export class LinkEvents implements ConnectionEvents {
  readonly awaitsSession = true
  readonly #parts: Parts
  /** The message being handled, and the last one afterwards. */
  #message: ReturnType<typeof workerCodec.decode> | undefined
  /** Why the last link was lost, while its calls have not been failed. */
  #lost: WebSocketError | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  headers(): Readonly<Record<string, string>> {
    return this.#parts.currentHeaders
  }

  denial(): WebSocketError | undefined {
    return this.#parts.denial
  }

  opened(send: (frame: string) => void, transport: Parameters<ConnectionEvents['opened']>[1]): void {
    this.#failLostCalls()
    const { results, services, triggerTypes, functions, triggers, previous, introduction } = this.#parts
    this.#adapt(transport)
    results.flush(send)
    this.#parts.link += 1
    const reattach = reattachFrame(previous)
    if (reattach !== undefined) send(reattach)
    send(introduction.frame)
    services.replay(send)
    triggerTypes.replay(send)
    functions.replay(send)
    triggers.replay(send)
  }

  frame(text: string): void {
    this.#message = undefined
    const message = workerCodec.decode(text)
    this.#message = message
    // The text tells at little cost that a payload holds no reference, so most payloads are not searched.
    const isSearched = message.type === 'invokefunction' && mayHoldRefs(text)
    receive(this.#parts, isSearched ? { ...message, data: this.#withChannelEnds(message.data) } : message)
  }

  frameFailed(error: unknown): void {
    const message = this.#message
    this.#parts.counters.failedFrames += 1
    this.#parts.report({ kind: 'frame_failed', error })
    if (message?.type === 'invokefunction') refuse(this.#parts.server, message, error)
  }

  lost(reason: WebSocketError): void {
    const { barrier, results, nameHolder, conflicts } = this.#parts
    this.#parts.unconfirmedVoids.linkLost()
    this.#parts.unconfirmedResults.linkLost()
    barrier.linkLost()
    conflicts?.linkLost()
    this.#parts.repeats.linkLost()
    this.#parts.topicRepair.linkLost()
    results.linkLost()
    this.#lost = reason
    // A refusal of the name may turn out to be final, and is then the reason.
    if (nameHolder?.verdict === undefined) this.#failLostCalls()
    else void nameHolder.verdict.then(() => this.#failLostCalls())
    abortServed(this.#parts, reason)
  }

  ended(reason: WebSocketError, retryInMs: number | undefined): void {
    // Calls fail early: the next session has the same token. The denial itself was for one session.
    if (this.#parts.denial !== undefined) this.#parts.calls.giveUpAll(() => deniedCallError(reason))
    this.#parts.denial = undefined
    this.#parts.report({ kind: 'connection_ended', error: reason, retryInMs })
    if (retryInMs === undefined) this.#parts.failPending()
  }

  stateChanged(state: IIIConnectionState): void {
    const { report, states, triggerTypes, conflicts } = this.#parts
    report({ kind: 'state', state })
    states.emit(state)
    if (state === IIIConnectionState.Connected) {
      conflicts?.linkOpened()
      this.#parts.urlFunctions.linkOpened()
      this.#parts.topicRepair.linkOpened(this.#parts.needs.restoreTopics)
    }
    if (state === IIIConnectionState.Connected && triggerTypes.bindings > 0) this.#dropStaleBindings()
  }

  pinged(): void {
    this.#parts.unconfirmedVoids.pinged()
    this.#parts.unconfirmedResults.pinged()
  }

  ponged(): void {
    this.#parts.unconfirmedVoids.ponged()
    this.#parts.unconfirmedResults.ponged()
  }

  idle(): void {
    this.#parts.telemetry.running?.linkIdle()
  }

  /** Works around what this engine does not guarantee. */
  #adapt(transport: Parameters<ConnectionEvents['opened']>[1]): void {
    const { options, repeats, calls, served } = this.#parts
    const needs = needsOf(options.workarounds, transport.peerHeaders)
    this.#parts.needs = needs
    repeats.linkOpened(needs.repeatAnswers)
    if (needs.releaseBursts) transport.acknowledgeWhile?.(() => calls.pending > 0 || served.running > 0)
  }

  #failLostCalls(): void {
    const reason = this.#lost
    this.#lost = undefined
    if (reason !== undefined) this.#parts.calls.failWritten((opened) => lostError(opened, reason))
  }

  #withChannelEnds(data: unknown): unknown {
    return replaceChannelRefs(data, (ref) => channelEnd(this.#parts.channelHost, ref))
  }

  #dropStaleBindings(): void {
    const { barrier, triggerTypes, link, ports } = this.#parts
    const again = (): void => {
      // On another link, that one has asked anew.
      if (this.#parts.isConnected && this.#parts.link === link) this.#dropStaleBindings()
    }
    barrier.pass().then(
      () => {
        triggerTypes.releaseStale()
      },
      () => ports.clock.after(ASK_AGAIN_MS, again, 'background'),
    )
  }
}

/** Nobody waits for answers any more: what runs is told, what has not begun never does. */
export function abortServed({ admission, served }: Parts, reason: unknown): void {
  for (const waiting of admission.dropWaiting()) served.finish(waiting)
  served.abortAll(reason)
}

/** A name can be written with escapes. Two searches take a tenth of what one regular expression does. */
function mayHoldRefs(text: string): boolean {
  return text.includes('"channel_id"') || text.includes('\\u')
}
