import { expect, test } from 'vitest'
import { Keepalive } from '../../src/sdk/connection/keepalive.js'
import { IDLE_LIMIT_MS } from '../../src/sdk/connection/options.js'
import type { Clock, Timer } from '../../src/std/time/clock.js'

/** Time between two looks at the timers, far below what counts as late. */
const STEP_MS = 10

/** A clock whose process can freeze: what fell due meanwhile fires late, all at once, before anything is read. */
class FreezableClock implements Clock {
  #now = 0
  readonly #timers = new Set<{ at: number; callback: () => void }>()

  now(): number {
    return this.#now
  }

  epochMs(): number {
    return this.#now
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer), setMode: () => undefined }
  }

  /** Time passes while nothing runs, then everything due runs. */
  freeze(durationMs: number): void {
    this.#now += durationMs
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue
      timer.callback()
    }
  }

  run(durationMs: number): void {
    for (let passed = 0; passed < durationMs; passed += STEP_MS) this.freeze(STEP_MS)
  }
}

test.each([40_600, 59_000, 60_000, 60_100, 60_900, 61_100, 120_000])(
  'a freeze of %i ms kills no link whose peer answers pings',
  (freezeMs) => {
    for (let offset = 0; offset <= 20_000; offset += 500) {
      const clock = new FreezableClock()
      let silences = 0
      let asked = false
      const keepalive: Keepalive = new Keepalive(
        clock,
        () => {
          asked = true
        },
        () => {
          silences += 1
        },
      )
      // The answer to a ping is read in the turn after the timers.
      const answer = (): void => {
        if (asked) keepalive.activity()
        asked = false
      }
      clock.run(offset)
      answer()
      clock.freeze(freezeMs)
      answer()
      for (let step = 0; step < 200; step += 1) {
        clock.run(1_000)
        answer()
      }
      keepalive.stop()
      expect({ offset, silences }).toEqual({ offset, silences: 0 })
    }
  },
)

test('a peer that died before the freeze is found soon after it', () => {
  const clock = new FreezableClock()
  let silentAt = 0
  const keepalive = new Keepalive(
    clock,
    () => undefined,
    () => {
      silentAt = clock.now()
    },
  )
  clock.freeze(90_000)
  clock.run(IDLE_LIMIT_MS)
  keepalive.stop()

  expect(silentAt).toBeGreaterThan(90_000)
  expect(silentAt).toBeLessThanOrEqual(95_000)
})
