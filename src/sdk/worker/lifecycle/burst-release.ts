/**
 * Acknowledges received frames at once while more can follow, where the engine delays small writes until the
 * acknowledgement: while results are awaited, and while the worker serves functions, since calls arrive at any time.
 */
import type { Calls } from '../../rpc/calls.js'
import type { ServedInvocations } from '../../rpc/served.js'
import type { Functions } from '../functions/functions.js'
import type { Link, LinkPart, OpenTransport } from '../link.js'

export interface BurstParts {
  readonly link: Link
  readonly calls: Calls
  readonly served: ServedInvocations
  readonly functions: Functions
}

export class BurstRelease implements LinkPart {
  readonly #parts: BurstParts

  constructor(parts: BurstParts) {
    this.#parts = parts
  }

  opened(_send: (frame: string) => void, transport: OpenTransport): void {
    const { link, calls, served, functions } = this.#parts
    if (link.needs?.releaseBursts !== true) return
    transport.acknowledgeWhile?.(() => calls.pending > 0 || functions.size > 0 || served.running > 0)
  }
}
