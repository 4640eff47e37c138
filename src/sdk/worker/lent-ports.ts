/**
 * Ports of a worker for parts of this package that are loaded separately, such as workflows: its clock, its randomness,
 * its telemetry, and the moments of its end.
 */
import type { Unsubscribe } from '../../std/async/emitter.js'
import type { Random } from '../../std/random.js'
import type { Clock } from '../../std/time/clock.js'
import type { Logger } from '../telemetry/logs/logger.js'
import type { Telemetry } from '../telemetry/telemetry.js'

/** Where a worker lends its ports. Global, so that copies of the package understand each other. */
export const PORTS = Symbol.for('iii-node.ports')

/** The ports of one worker. */
export interface WorkerPorts {
  readonly clock: Clock
  readonly random: Random
  /** The name of the worker. */
  readonly workerName: string
  /** Whether the engine answers several calls at a time late; the distributed engine delays small writes. */
  readonly answersBurstsLate: () => boolean
  /** Its telemetry; nothing while that is off. */
  telemetry(): Telemetry | undefined
  /** A logger that writes with the ids of the running span. */
  logger(serviceName: string): Logger
  /** Calls back when a graceful shutdown begins; the drain waits for the promise. */
  onDrain(callback: () => Promise<void>): Unsubscribe
  /** Calls back when the client has ended. */
  onEnd(callback: () => void): Unsubscribe
}

/** Something that lends ports. */
export interface LendingPorts {
  readonly [PORTS]: WorkerPorts
}

/** Callbacks of the beginning of a drain. */
export class DrainHooks {
  readonly #callbacks = new Set<() => Promise<void>>()

  add(callback: () => Promise<void>): Unsubscribe {
    this.#callbacks.add(callback)
    return () => {
      this.#callbacks.delete(callback)
    }
  }

  /** Calls all; resolves when they have settled. Never rejects. */
  async run(): Promise<void> {
    await Promise.allSettled([...this.#callbacks].map(async (callback) => callback()))
  }
}
