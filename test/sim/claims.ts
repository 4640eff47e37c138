/**
 * What a worker knows of names that others hold, from what it reports: which it waits for, and which it was refused
 * for good. Only workers of a group claim the same names.
 */
import { RegistrationRejectedError } from '../../src/errors.js'
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'

export class Claims {
  /** Functions that it waits for. */
  readonly waiting = new Set<string>()
  /** Functions that it was refused on this link. */
  readonly refused = new Set<string>()
  waitsForName = false

  received(event: DiagnosticEvent): void {
    if (event.kind === 'state' && event.state === 'connected') this.refused.clear()
    else if (event.kind === 'conflict_waiting') this.#waits(functionOf(event.error))
    else if (event.kind === 'conflict_over') this.#isOver(event)
    else if (event.kind === 'registration_rejected') {
      this.refused.add(functionOf(event.error) ?? '')
    }
  }

  /** Retries refused registrations, as `ready` does. */
  sent(frame: string): void {
    const asked = /^{"type":"registerfunction","id":"([^"]+)"/.exec(frame)?.[1]
    if (asked !== undefined) this.refused.delete(asked)
  }

  /** Whether it serves a function of its own, as far as it knows. */
  holds(functionId: string): boolean {
    return !this.waiting.has(functionId) && !this.refused.has(functionId)
  }

  /** A function is no more among its own. */
  dropped(functionId: string): void {
    this.waiting.delete(functionId)
    this.refused.delete(functionId)
  }

  /** Names that it waits for. */
  get count(): number {
    return this.waiting.size + (this.waitsForName ? 1 : 0)
  }

  #waits(functionId: string | undefined): void {
    if (functionId === undefined) this.waitsForName = true
    else this.waiting.add(functionId)
  }

  #isOver({ functionId, workerName }: { readonly functionId?: string; readonly workerName?: string }): void {
    if (functionId !== undefined) this.waiting.delete(functionId)
    if (workerName !== undefined) this.waitsForName = false
  }
}

/** The function that was refused; `undefined` for the worker's name. */
function functionOf(error: unknown): string | undefined {
  return error instanceof RegistrationRejectedError ? error.function_id : undefined
}
