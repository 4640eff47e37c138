import { expect, onTestFinished, test } from 'vitest'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../src/engine/engine.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import type { FunctionRef } from '../../src/sdk/worker/functions/functions.js'
import type { OwnedTrigger } from '../../src/sdk/worker/triggers/triggers.js'
import type { Worker } from '../../src/sdk/worker/worker.js'
import { quietWorker } from '../kit/quiet-worker.js'
import { seededRandom } from '../kit/seeded-random.js'
import { wrappedDial, type Faults } from '../kit/wrapped-dial.js'

interface Stage {
  readonly clock: VirtualClock
  readonly engine: LocalEngine
  readonly worker: Worker
  readonly cut: () => void
}

async function stage(faults: Faults = {}): Promise<Stage> {
  const clock = new VirtualClock()
  const engine = await startEngine(engineConfigOf({ workers: [] }), { clock, random: seededRandom(5) })
  const wrapped = wrappedDial(engine.dial(), faults)
  const options = { workerName: 'replayed', reconnectionConfig: { initialDelayMs: 10, maxDelayMs: 10 } }
  const worker = quietWorker('ws://engine.test', options, { dial: wrapped.dial, clock })
  onTestFinished(async () => {
    const ended = Promise.all([worker.shutdown(), engine.close()])
    await clock.advance(60_000)
    await ended
  })
  await clock.advance(100)
  return { clock, engine, worker, cut: () => wrapped.cut() }
}

/** What the engine lists of this worker: functions and triggers, sorted. */
async function registry({ clock, engine }: Stage): Promise<string[]> {
  const ask = async (functionId: string): Promise<Record<string, Record<string, string>[]>> => {
    const answer = engine.invoke({ functionId, namespace: 'default', data: { include_internal: true } })
    await clock.advance(0)
    return (await answer) as never
  }
  const { functions } = await ask('engine::functions::list')
  const { registered_triggers } = await ask('engine::registered-triggers::list')
  const ids = functions!.map((row) => row['function_id']!).filter((id) => id.startsWith('own::'))
  const triggers = registered_triggers!.map((row) => `${row['trigger_type']!} ${row['id']!}`)
  return [...ids, ...triggers].sort()
}

/** Adds and removes registrations at random, online and offline, and compares after every reconnect. */
async function mismatches(on: Stage, rounds: number): Promise<string[]> {
  const random = seededRandom(1_000)
  const functions = new Map<string, FunctionRef>()
  const triggers = new Map<string, OwnedTrigger>()
  const found: string[] = []
  const change = (round: number): void => {
    for (let step = random.below(4); step > 0; step -= 1) {
      const id = `own::f${random.below(12)}`
      const known = functions.get(id)
      if (known === undefined)
        functions.set(
          id,
          on.worker.registerFunction(id, () => round),
        )
      else {
        known.unregister()
        functions.delete(id)
      }
      const name = `t${random.below(8)}`
      const bound = triggers.get(name)
      const input = { type: 'engine::workers-available', function_id: id, config: {} }
      if (bound === undefined) triggers.set(name, on.worker.registerTrigger(input))
      else {
        bound.unregister()
        triggers.delete(name)
      }
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    change(round)
    if (random.below(3) === 0) await on.clock.advance(0)
    on.cut()
    await on.clock.advance(0)
    change(round)
    await on.clock.advance(10 + random.below(30))
    change(round)
    await on.clock.advance(10)
    const expected = [
      ...functions.keys(),
      ...[...triggers.values()].map(({ id }) => `engine::workers-available ${id}`),
    ].sort()
    const seen = await registry(on)
    if (JSON.stringify(seen) !== JSON.stringify(expected))
      found.push(`round ${round}: ${seen.join()} instead of ${expected.join()}`)
  }
  return found
}

test('after each of a thousand reconnects the engine has what the worker has, neither more nor less', async () => {
  const on = await stage()

  expect(await mismatches(on, 1_000)).toEqual([])
  expect(on.worker.stats().reconnects).toBe(1_000)
}, 60_000)

test.each(['unregisterfunction', 'unregistertrigger', 'registerfunction', 'registertrigger'])(
  'the comparison notices when frames of type %s get lost',
  async (type) => {
    const on = await stage({ passes: (frame) => typeof frame !== 'string' || !frame.startsWith(`{"type":"${type}"`) })

    expect((await mismatches(on, 60)).length).toBeGreaterThan(0)
  },
)
