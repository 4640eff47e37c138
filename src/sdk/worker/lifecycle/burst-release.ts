/**
 * Has answers acknowledged at once while results are awaited or calls are served, where the engine delays small writes until
 * the acknowledgement.
 */
import type { Calls } from '../../rpc/calls.js'
import type { ServedInvocations } from '../../rpc/served.js'
import type { Link, LinkPart, OpenTransport } from '../link.js'

export class BurstRelease implements LinkPart {
  readonly #link: Link
  readonly #calls: Calls
  readonly #served: ServedInvocations

  constructor(link: Link, calls: Calls, served: ServedInvocations) {
    this.#link = link
    this.#calls = calls
    this.#served = served
  }

  opened(_send: (frame: string) => void, transport: OpenTransport): void {
    if (!this.#link.needs.releaseBursts) return
    transport.acknowledgeWhile?.(() => this.#calls.pending > 0 || this.#served.running > 0)
  }
}
