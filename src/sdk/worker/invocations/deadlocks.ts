/**
 * Finds invocations that can never begin: each waits for a limit of concurrency whose every slot is held by an invocation
 * that waits, by calls of its own to this same worker, for one that waits behind it. Knows no handlers and no frames.
 */
import type { Served } from '../../rpc/served.js'
import type { Gate } from '../../../std/async/gate.js'

/** State of a worker's invocations. */
export interface Occupation {
  /** All that have arrived and are not answered. */
  readonly invocations: () => Iterable<Served>
  /** Where an invocation waits; undefined for one that runs. */
  readonly waitsAt: (served: Served) => Gate | undefined
  /** Those that hold a slot of a limit. */
  readonly holdersOf: (gate: Gate) => Iterable<Served>
  /** The handler that made the call of this invocation; undefined if it came from another worker. */
  readonly originOf: (served: Served) => Served | undefined
}

/** All invocations that wait for each other in a circle, or behind one. */
export function deadlocked({ invocations, waitsAt, holdersOf, originOf }: Occupation): Set<Served> {
  const nested = new Map<Served, Served[]>()
  for (const served of invocations()) {
    const origin = originOf(served)
    if (origin !== undefined) nested.set(origin, [...(nested.get(origin) ?? []), served])
  }
  const stuck = new Set(invocations())
  // The largest set in which each waits for another of the set: what can go on is taken out until nothing changes.
  for (let before = Infinity; stuck.size < before;) {
    before = stuck.size
    for (const served of stuck) {
      const gate = waitsAt(served)
      const isStuck =
        gate === undefined
          ? (nested.get(served)?.some((call) => stuck.has(call)) ?? false)
          : [...holdersOf(gate)].every((holder) => stuck.has(holder))
      if (!isStuck) stuck.delete(served)
    }
  }
  return stuck
}
