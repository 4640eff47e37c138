import { expect, onTestFinished, test } from 'vitest'
import { startEngine } from '../../src/engine/local-engine.js'
import { rawWorker } from '../kit/raw-socket.js'

const RECEIVERS = 2_000

/** The most events of a kind that the engine reports in one tick, while an event goes to many receivers that are missing. */
async function mostInOneTick(kind: string, triggerType: string, call: object): Promise<number> {
  let [seen, inTick, most] = [0, 0, 0]
  const engine = await startEngine({
    ...{ port: 0, httpPort: 0, streamPort: 0 },
    onEvent: (event) => {
      if (event.kind !== kind) return
      seen += 1
      if (inTick === 0) setImmediate(() => (inTick = 0))
      inTick += 1
      most = Math.max(most, inTick)
    },
  })
  onTestFinished(() => engine.close())
  const worker = await rawWorker(engine.url)
  const config = { topic: 't', scope: 't', queue_config: { maxRetries: 0 } }
  for (let index = 0; index < RECEIVERS; index += 1) {
    const trigger = {
      id: `t${String(index)}`,
      trigger_type: triggerType,
      function_id: `missing${String(index)}`,
      config,
    }
    worker.send({ type: 'registertrigger', ...trigger })
  }
  await expect.poll(() => engine.stats().triggers).toBe(RECEIVERS)
  worker.send({ type: 'invokefunction', action: { type: 'void' }, ...call })
  await expect.poll(() => seen, { timeout: 5_000 }).toBe(RECEIVERS)
  return most
}

test('an event is published to thousands in portions, one in each tick', async () => {
  const call = { function_id: 'publish', data: { topic: 't', data: 1 } }
  expect(await mostInOneTick('trigger_failed', 'subscribe', call)).toBeLessThanOrEqual(128)
})

test('triggers of a write that fail at once leave room between them', async () => {
  const call = { function_id: 'state::set', data: { scope: 't', key: 'k', value: 1 } }
  expect(await mostInOneTick('trigger_failed', 'state', call)).toBeLessThanOrEqual(128)
})

test('queued messages that fail at once leave room between them', async () => {
  const call = { function_id: 'iii::durable::publish', data: { topic: 't', data: 1 } }
  expect(await mostInOneTick('job_dead', 'durable:subscriber', call)).toBeLessThanOrEqual(128)
})
