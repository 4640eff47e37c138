import { expect, test } from 'vitest'
import { DEFAULT_RECONNECTION, STABLE_AFTER_MS } from '../../src/sdk/connection/options.js'
import { HANDSHAKE_TIMEOUT_MS } from '../../src/wire/protocol/limits.js'
import type { Answer } from '../kit/scripted-engine.js'
import { workerRig, type WorkerRig } from '../kit/worker-rig.js'

const HOUR_MS = 3_600_000

/** The shortest wait before retry n that the schedule allows. */
function shortestDelayMs(retry: number): number {
  const { initialDelayMs, backoffMultiplier, maxDelayMs, jitterFactor } = DEFAULT_RECONNECTION
  return Math.min(initialDelayMs * backoffMultiplier ** (retry - 1), maxDelayMs) * (1 - jitterFactor)
}

/** Most dials the schedule allows in an hour when none of them leads to a stable link. */
function mostDials(): number {
  let dials = 1
  for (let at = shortestDelayMs(1); at <= HOUR_MS; at += shortestDelayMs(dials)) dials += 1
  return dials
}

async function hourOf(answer: Answer, lifeMs?: number): Promise<WorkerRig> {
  const rig = workerRig({}, (engine) => {
    engine.answer = answer
    if (lifeMs === undefined) return
    engine.onFrame = (link, message) => {
      if (message.type === 'invokefunction') rig.clock.after(lifeMs, () => link.close())
    }
  })
  await rig.clock.advance(HOUR_MS)
  return rig
}

/** Retries that came sooner than the schedule allows, given how long each dial or link lasted. */
function early({ engine: { dials } }: WorkerRig, lastedMs: number): string[] {
  return dials.flatMap((at, retry) => {
    if (retry === 0) return []
    const waitedMs = at - dials[retry - 1]! - lastedMs
    return waitedMs < shortestDelayMs(retry) - 0.001 ? [`retry ${retry} after ${waitedMs} ms`] : []
  })
}

test.each<[string, Answer, number]>([
  ['accepts and closes', 'accept-then-close', 0],
  ['cannot be reached', 'unreachable', 0],
  ['refuses with 401', { status: 401 }, 0],
  ['never answers the handshake', 'stall', HANDSHAKE_TIMEOUT_MS],
])('an hour with a peer that %s costs no more dials than the schedule allows', async (name, answer, lastedMs) => {
  const rig = await hourOf(answer)
  const { dials } = rig.engine
  if (process.env['SHOW_FIGURES'] !== undefined)
    process.stdout.write(`${name}: ${String(dials.length)} dials of ${String(mostDials())} allowed\n`)

  expect(dials.length).toBeLessThanOrEqual(mostDials())
  // An hour of waits of half a minute and a handshake each is at least this many: it keeps trying.
  expect(dials.length).toBeGreaterThan(HOUR_MS / (1.3 * 30_000 + HANDSHAKE_TIMEOUT_MS) - 1)
  expect(early(rig, lastedMs)).toEqual([])
})

test('links that end just before they count as stable do not reset the delays', async () => {
  const lifeMs = STABLE_AFTER_MS - 1
  const rig = await hourOf('accept', lifeMs)

  expect(rig.engine.dials.length).toBeLessThanOrEqual(mostDials())
  expect(early(rig, lifeMs)).toEqual([])
})

test('a stable connection resets the delays, which this test would notice', async () => {
  const rig = await hourOf('accept', STABLE_AFTER_MS)

  expect(rig.engine.dials.length).toBeGreaterThan(mostDials())
  expect(early(rig, STABLE_AFTER_MS).length).toBeGreaterThan(100)
})

test('a stalled handshake ends at its time limit', async () => {
  const rig = workerRig({ reconnectionConfig: { jitterFactor: 0 } }, (engine) => {
    engine.answer = 'stall'
  })
  await rig.clock.advance(HANDSHAKE_TIMEOUT_MS + 1_000)

  expect(rig.engine.dials).toEqual([0, HANDSHAKE_TIMEOUT_MS + 1_000])
})
