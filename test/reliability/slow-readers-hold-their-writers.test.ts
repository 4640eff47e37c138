import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ChannelStage, PARTS, type Part } from './stages/channel-stage.js'

const nightly = process.env['TIER'] === 'nightly'
const MIB = 1024 * 1024
const OFFERED_BYTES = nightly ? 1024 * MIB : 128 * MIB
/** Streams are written in items of 64 KiB. */
const ITEM_BYTES = nightly ? [16 * 1024, 64 * 1024] : [64 * 1024]
const WARM_UP_BYTES = 64 * MIB
/** How much slower the reader is than its writer can be. */
const SLOWER = 1000
const SLOW_MS = nightly ? 60_000 : 3000
const MAX_GROWTH_BYTES = 32 * MIB

const inMib = (bytes: number): string => (bytes / MIB).toFixed(1)

test.each(ITEM_BYTES)(
  `no process grows while a reader is ${String(SLOWER)} times slower than its writer, with items of %i bytes`,
  { timeout: 900_000 },
  async (itemBytes) => {
    const stage = await ChannelStage.open()
    const started = performance.now()
    await stage.start({ bytes: WARM_UP_BYTES, itemBytes })
    await stage.end()
    const pauseMs = Math.ceil((((performance.now() - started) * itemBytes) / WARM_UP_BYTES) * SLOWER)

    // What a process takes that has just moved as much as it can.
    const before = await stage.settle()
    await stage.pace(pauseMs)
    await stage.start({ bytes: OFFERED_BYTES, itemBytes })
    // eslint-disable-next-line local/real-time -- memory is measured during a load
    await delay(SLOW_MS)
    const seen = await stage.seen()
    const grown = (part: Part): number => seen[part].peakBytes - before[part]
    console.info(
      `items of ${String(itemBytes)} bytes, ${String(pauseMs)} ms between them: ` +
        `${PARTS.map((part) => `${part} +${inMib(grown(part))}`).join(', ')} MiB; ` +
        `${inMib(seen.writer.doneBytes)} MiB written, ${inMib(seen.reader.doneBytes)} MiB read`,
    )
    for (const part of PARTS) expect(grown(part), part).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
    expect(seen.writer.doneBytes).toBeLessThan(OFFERED_BYTES / 2)

    // No data was lost: the rest arrives once the reader is fast.
    await stage.pace(0)
    const [written, read] = await stage.end()
    expect(written).toMatchObject({ event: 'written', bytes: OFFERED_BYTES })
    expect(read).toEqual({ ...written, event: 'read' })
  },
)
