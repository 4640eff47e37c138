/** A client that sent frames that could not be parsed added a line to the log of the engine for each of them. */
import { expect, onTestFinished, test } from 'vitest'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine } from '../../src/engine/engine.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { seededRandom } from '../kit/seeded-random.js'
import { TransportLog } from '../kit/transport-log.js'

const FRAMES = 3_000
const MAX_LINES = 100
const PERIOD_MS = 10_000

test('equal warnings are limited, counted, and logged again in the next period', async () => {
  const clock = new VirtualClock()
  const lines: { readonly message: string; readonly fields: object }[] = []
  const engine = await startEngine(engineConfigOf({ workers: [] }), {
    clock,
    random: seededRandom(1),
    onEvent: (event) => {
      if (event.kind === 'log' && event.level === 'warn') lines.push(event)
    },
  })
  onTestFinished(async () => {
    const closed = engine.close()
    await clock.advance(60_000)
    await closed
  })
  const transport = engine.dial()('ws://engine.test', { headers: () => ({}) }, new TransportLog())
  await clock.advance(1)
  const flood = async (): Promise<string[]> => {
    lines.length = 0
    for (let sent = 0; sent < FRAMES; sent += 1) transport.send('{"type":')
    await clock.advance(PERIOD_MS - 10)
    return lines.map(({ message }) => message)
  }

  const sentence = 'A frame could not be parsed and was dropped'
  expect(await flood()).toEqual(Array.from({ length: MAX_LINES }, () => sentence))
  expect(engine.stats().malformedFrames).toBe(FRAMES)
  lines.length = 0
  await clock.advance(20)
  expect(lines).toEqual([
    expect.objectContaining({ fields: { line: sentence, omitted: FRAMES - MAX_LINES, periodMs: PERIOD_MS } }),
  ])
  expect(await flood()).toHaveLength(MAX_LINES)
})
