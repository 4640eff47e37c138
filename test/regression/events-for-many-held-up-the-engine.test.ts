import { expect, onTestFinished, test } from 'vitest'
import { streamMessage } from '../../src/engine/builtins/stream/stream-event.js'
import { StreamRooms, type Listener } from '../../src/engine/builtins/stream/stream-rooms.js'
import { createCounters } from '../../src/engine/counters.js'
import { startEngine } from '../../src/engine/local-engine.js'
import { silentLog } from '../../src/std/log.js'
import { TickLane } from '../../src/std/time/tick-lane.js'
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

test('triggers of a write that fail at once are spread over ticks', async () => {
  const call = { function_id: 'state::set', data: { scope: 't', key: 'k', value: 1 } }
  expect(await mostInOneTick('trigger_failed', 'state', call)).toBeLessThanOrEqual(128)
})

test('queued messages that fail at once are spread over ticks', async () => {
  const call = { function_id: 'iii::durable::publish', data: { topic: 't', data: 1 } }
  expect(await mostInOneTick('job_dead', 'durable:subscriber', call)).toBeLessThanOrEqual(128)
})

/** Subscriptions of one group, with what each has received, and ticks that run on demand. */
function roomOf(subscriptions: number) {
  const ticks: (() => void)[] = []
  const lane = new TickLane({ nextTurn: (run) => void ticks.push(run) })
  const rooms = new StreamRooms({ lane, log: silentLog, counters: createCounters() })
  const target = { streamName: 's', groupId: 'g', id: null }
  const received = Array.from({ length: subscriptions }, (): string[] => [])
  const listeners = received.map((texts): Listener => ({ target, deliver: (text) => void texts.push(text) }))
  for (const listener of listeners) rooms.add(listener)
  return {
    ...{ rooms, received, listeners },
    send: (data: string) => rooms.send(streamMessage(target, { type: 'event', event: { type: 'e', data } }, 0)),
    tick: () => ticks.shift()?.(),
    isIdle: () => ticks.length === 0,
    messages: () => received.reduce((sum, texts) => sum + texts.length, 0),
  }
}

test('a stream message goes to thousands of subscriptions in portions, in order, and to none that has ended', () => {
  const { rooms, received, listeners, send, tick, isIdle, messages } = roomOf(RECEIVERS)
  send('first')
  send('second')
  const leaving = listeners.at(-1)
  if (leaving !== undefined) rooms.remove(leaving)
  for (let before = 0; !isIdle(); tick()) {
    expect(messages() - before).toBeLessThanOrEqual(64)
    before = messages()
  }
  expect(received.pop()).toEqual([])
  for (const [first, second, ...more] of received) {
    expect([first?.includes('first'), second?.includes('second'), more]).toEqual([true, true, []])
  }
})

test('a large stream message goes to fewer subscriptions in one tick', () => {
  const { send, tick, isIdle, messages } = roomOf(10)
  send('x'.repeat(1024 * 1024))
  expect(messages()).toBe(3)
  while (!isIdle()) tick()
  expect(messages()).toBe(10)
})
