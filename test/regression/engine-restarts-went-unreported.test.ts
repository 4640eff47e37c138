/** Of 20 restarts of an engine with the same functions, `onFunctionsAvailable` reported 6; short links confirmed no void. */
import { expect, onTestFinished, test } from 'vitest'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../src/engine/engine.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import type { Dial } from '../../src/wire/transport/transport.js'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import { resolveOptions } from '../../src/sdk/worker/options/options.js'
import { Worker } from '../../src/sdk/worker/worker.js'
import { seededRandom } from '../kit/seeded-random.js'
import { connectedRig } from '../kit/worker-rig.js'

const RESTARTS = 20

test('functions and states are reported once for each restart of the engine', async () => {
  const clock = new VirtualClock()
  const start = (): Promise<LocalEngine> =>
    startEngine(engineConfigOf({ workers: [] }), { clock, random: seededRandom(7) })
  let engine = await start()
  const dial: Dial = (...given) => engine.dial()(...given)
  const options = resolveOptions('ws://engine.test', {
    diagnostics: 'silent',
    reconnectionConfig: { maxDelayMs: 1_000 },
  })
  const worker = new Worker(options, { dial, clock, random: seededRandom(1) })
  onTestFinished(async () => {
    const ended = Promise.all([worker.shutdown(), engine.close()])
    await clock.advance(10_000)
    await ended
  })
  worker.registerFunction('f', () => 1)
  await clock.advance(10)
  const reported: string[][] = []
  worker.onFunctionsAvailable((functions) => reported.push(functions.map(({ function_id }) => function_id)))
  const states: string[] = []
  worker.onConnectionStateChange((state) => states.push(state))
  // The engine looks every 5 s, and reports the subscription's own function.
  await clock.advance(12_000)
  reported.length = 0
  for (let n = 0; n < RESTARTS; n += 1) {
    const closed = engine.close()
    await clock.advance(100)
    await closed
    engine = await start()
    // Links shorter and longer than the engine's interval.
    await clock.advance(n % 2 === 0 ? 3_000 : 12_000)
  }

  expect(reported).toHaveLength(RESTARTS)
  for (const ids of reported) expect(ids).toContain('f')
  expect(states).toEqual(Array.from({ length: RESTARTS }, () => ['reconnecting', 'connected']).flat())
})

test('fire-and-forget calls are confirmed about a second after they were written', async () => {
  const rig = await connectedRig()
  const send = (): Promise<unknown> =>
    rig.worker.trigger({ function_id: 'v', payload: 1, action: TriggerAction.Void() })
  for (let n = 0; n < 3; n += 1) await send()
  await rig.clock.advance(1_000)
  for (let n = 0; n < 2; n += 1) await send()
  await rig.settle()
  expect(rig.link.all('ping')).toHaveLength(1)
  rig.link.cut()
  await rig.settle()
  expect(rig.worker.stats().unconfirmedVoids).toBe(2)

  await rig.reconnect()
  await rig.clock.advance(60_000)
  expect(rig.link.all('ping')).toHaveLength(0)
})
