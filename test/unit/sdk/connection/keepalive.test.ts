import { expect, test } from 'vitest'
import { Keepalive } from '../../../../src/sdk/connection/keepalive.js'
import { IDLE_LIMIT_MS, PING_INTERVAL_MS } from '../../../../src/sdk/connection/options.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'

function set(clock: VirtualClock): { keepalive: Keepalive; pings: number[]; silences: number[] } {
  const pings: number[] = []
  const silences: number[] = []
  const keepalive = new Keepalive(
    clock,
    () => pings.push(clock.now()),
    () => silences.push(clock.now()),
  )
  return { keepalive, pings, silences }
}

test('it pings at a fixed interval', async () => {
  const clock = new VirtualClock()
  const { keepalive, pings } = set(clock)
  await clock.advance(2 * PING_INTERVAL_MS)
  keepalive.stop()

  expect(pings).toEqual([PING_INTERVAL_MS, 2 * PING_INTERVAL_MS])
})

test('silence is reported once, at the idle limit after the last frame', async () => {
  for (const lastFrameAt of [0, 1, 19_999, 20_001, 59_999, 61_234]) {
    const clock = new VirtualClock()
    const { keepalive, silences } = set(clock)
    // A peer that answers every second until it dies.
    for (let at = lastFrameAt % 1_000; at <= lastFrameAt; at += 1_000) {
      await clock.advance(at - clock.now())
      keepalive.activity()
    }
    await clock.advance(5 * IDLE_LIMIT_MS)

    expect(silences).toEqual([lastFrameAt + IDLE_LIMIT_MS])
    expect(clock.pendingTimers).toBe(0)
  }
})

test('a peer that answers pings is never found silent', async () => {
  const clock = new VirtualClock()
  const silences: number[] = []
  const keepalive: Keepalive = new Keepalive(
    clock,
    () => clock.after(19_000, () => keepalive.activity()),
    () => silences.push(clock.now()),
  )
  await clock.advance(3_600_000)
  keepalive.stop()

  expect(silences).toEqual([])
})

test('a stopped keepalive leaves no timer', async () => {
  const clock = new VirtualClock()
  const { keepalive, pings, silences } = set(clock)
  await clock.advance(PING_INTERVAL_MS)
  keepalive.stop()
  keepalive.stop()
  expect(clock.pendingTimers).toBe(0)
  await clock.advance(10 * IDLE_LIMIT_MS)

  expect([pings.length, silences.length]).toEqual([1, 0])
})
