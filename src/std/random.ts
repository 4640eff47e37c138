/**
 * Randomness as a port: jitter and identifiers come from here, so a test can replay a run from a seed.
 */
import { randomUUID } from 'node:crypto'

/** A source of random values. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A version 4 UUID in lower case. */
  uuid(): string
}

/** The process's own randomness. */
export const systemRandom: Random = {
  next: () => Math.random(),
  uuid: () => randomUUID(),
}
