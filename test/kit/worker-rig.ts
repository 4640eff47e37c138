/** A real worker against a scripted engine on virtual time, with everything it reports on record. */
import { onTestFinished } from 'vitest'
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import { resolveOptions, type InitOptions } from '../../src/sdk/worker/options/options.js'
import { Worker } from '../../src/sdk/worker/worker.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { ScriptedEngine, type EngineLink } from './scripted-engine.js'
import { seededRandom } from './seeded-random.js'

export interface WorkerRig {
  readonly clock: VirtualClock
  readonly engine: ScriptedEngine
  readonly worker: Worker
  /** What the worker reported, oldest first. */
  readonly events: DiagnosticEvent[]
  /** The present link. */
  readonly link: EngineLink
  /** Lets everything that is due now happen. */
  settle(): Promise<void>
  /** Moves time on until the next link is up. */
  reconnect(): Promise<EngineLink>
  eventsOf<Kind extends DiagnosticEvent['kind']>(kind: Kind): Extract<DiagnosticEvent, { kind: Kind }>[]
}

/** Makes a rig; the worker has dialled, but nothing has been delivered yet. */
export function workerRig(
  options: InitOptions = {},
  setUp: (engine: ScriptedEngine) => void = () => undefined,
): WorkerRig {
  const clock = new VirtualClock()
  const engine = new ScriptedEngine(() => clock.now())
  setUp(engine)
  const events: DiagnosticEvent[] = []
  const resolved = resolveOptions('ws://engine.test', { diagnostics: (event) => events.push(event), ...options })
  const worker = new Worker(resolved, { dial: engine.dial, clock, random: seededRandom(42) })
  onTestFinished(() => {
    void worker.shutdown()
  })
  return {
    clock,
    engine,
    worker,
    events,
    get link() {
      return engine.link
    },
    settle: () => clock.advance(0),
    async reconnect() {
      const before = engine.links.length
      for (let step = 0; step < 100 && engine.links.length === before; step += 1) await clock.advance(1_000)
      return engine.link
    },
    eventsOf: (kind) => events.filter((event) => event.kind === kind) as never,
  }
}

/** A worker that is connected. */
export async function connectedRig(options: InitOptions = {}): Promise<WorkerRig> {
  const rig = workerRig(options)
  await rig.settle()
  return rig
}

/** How a promise ended, without waiting for it: undefined while it is pending. */
export async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  const pending = Symbol('pending')
  const ended = await Promise.race([
    promise.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    ),
    new Promise((resolve) => setImmediate(resolve, pending)),
  ])
  return ended === pending ? undefined : ended
}
