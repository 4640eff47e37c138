/**
 * Ends the calls that the engine cannot answer any more: those that were written to a link that is gone, and all of them
 * once the client has ended.
 */
import { ErrorCode, NotConnectedError, type WebSocketError } from '../../../errors.js'
import { deniedCallError, type EndedError } from '../../connection/closed-error.js'
import type { Call, Calls } from '../../rpc/calls.js'
import type { NameHolder } from '../lifecycle/name-holder.js'
import type { Link, LinkPart } from '../link.js'

export class EndedCalls implements LinkPart {
  readonly #calls: Calls
  readonly #link: Link
  readonly #nameHolder: NameHolder | undefined
  /** Why the last link was lost, while its calls have not been failed. */
  #lost: WebSocketError | undefined

  /** @param nameHolder absent when a conflict is waited out. */
  constructor(calls: Calls, link: Link, nameHolder?: NameHolder) {
    this.#calls = calls
    this.#link = link
    this.#nameHolder = nameHolder
  }

  opened(): void {
    this.#failLost()
  }

  lost(reason: WebSocketError): void {
    this.#lost = reason
    // A refusal of the name may turn out to be final, and is then the reason.
    const verdict = this.#nameHolder?.verdict
    if (verdict === undefined) this.#failLost()
    else void verdict.then(() => this.#failLost())
  }

  ended(reason: WebSocketError, isDenied: boolean): void {
    // Calls that wait fail early: the next session has the same token.
    if (isDenied) this.#calls.giveUpAll(() => deniedCallError(reason))
  }

  over({ code }: EndedError): void {
    const isShutdown = code === ErrorCode.SHUTDOWN
    this.#calls.failAll((opened) => (isShutdown && opened.isWritten ? shutDownError(opened) : this.#link.endedError()))
  }

  #failLost(): void {
    const reason = this.#lost
    this.#lost = undefined
    if (reason !== undefined) this.#calls.failWritten((opened) => lostError(opened, reason))
  }
}

function lostError(opened: Call, cause: WebSocketError): NotConnectedError {
  const text = `The connection was lost while '${opened.options.functionId}' was called; it may or may not have run`
  return new NotConnectedError(ErrorCode.CONNECTION_LOST, text, { outcome: 'unknown', cause })
}

function shutDownError(opened: Call): NotConnectedError {
  const text = `iii is shutting down; '${opened.options.functionId}' had been called and may or may not have run`
  return new NotConnectedError(ErrorCode.SHUTDOWN, text, { outcome: 'unknown' })
}
