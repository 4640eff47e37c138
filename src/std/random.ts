/** The interface to randomness. Jitter and identifiers use it, so that a test can replay a run from a seed. */
import { randomUUID } from 'node:crypto'

/** A source of random values. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A version 4 UUID in lower case. */
  uuid(): string
}

/** The random source of the process. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => randomUUID(),
}
