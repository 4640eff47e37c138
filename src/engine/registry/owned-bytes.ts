/**
 * Limits the memory of the registrations of each worker, and of those without an owner: schemas, metadata and settings
 * of triggers may have any size. Knows nothing of the registrations.
 */
import type { Counters } from '../counters.js'
import type { EngineLimits } from '../limits.js'
import type { Peer } from '../links/peer.js'

interface OwnedBytesParts {
  readonly limits: Pick<EngineLimits, 'maxRegistrationBytes'>
  readonly counters: Pick<Counters, 'refused'>
}

/** A worker; `undefined` for registrations without an owner. */
type Owner = Peer | undefined

export class OwnedBytes {
  readonly #parts: OwnedBytesParts
  readonly #bytes = new Map<Owner, number>()

  constructor(parts: OwnedBytesParts) {
    this.#parts = parts
  }

  /** Adds bytes of a registration, or with a negative number removes them. */
  add(owner: Owner, bytes: number): void {
    const sum = this.#of(owner) + bytes
    if (sum === 0) this.#bytes.delete(owner)
    else this.#bytes.set(owner, sum)
  }

  /** The reason why an owner may not register so many bytes more; `undefined` if it may. */
  refuse(owner: Owner, bytes: number): string | undefined {
    const { limits, counters } = this.#parts
    if (bytes <= 0 || this.#of(owner) + bytes <= limits.maxRegistrationBytes) return undefined
    counters.refused.registrations += 1
    const whose = owner === undefined ? 'triggers without an owner' : 'the registrations of a worker'
    return `${whose} take at most ${String(limits.maxRegistrationBytes)} bytes of memory, schemas and metadata included`
  }

  #of(owner: Owner): number {
    return this.#bytes.get(owner) ?? 0
  }
}
