import { expect, test } from 'vitest'
import { ChannelStage } from './stages/channel-stage.js'

const MIB = 1024 * 1024
/** More than is on its way at any time. */
const OFFER = { bytes: 512 * MIB, itemBytes: 64 * 1024 }
/** At this pace the whole takes minutes: the process dies in the middle, however late it is killed. */
const PAUSE_MS = 20
const LOST = { event: 'failed', code: 'CONNECTION_LOST' }

/** Begins a transfer in three processes; resolves once it is well under way. */
async function midTransfer(): Promise<ChannelStage> {
  const stage = await ChannelStage.open()
  await stage.pace(PAUSE_MS)
  await stage.start(OFFER)
  await expect.poll(() => stage.doneBytes('reader'), { timeout: 20_000 }).toBeGreaterThan(MIB)
  return stage
}

// Not what one would wish: the engine ends the channel as it does after the writer's own close, and the wire has no sign
// that would tell the two apart.
test('the reader of a killed writer receives an intact prefix and a clean end, no error', async () => {
  const stage = await midTransfer()
  await stage.kill('writer')
  await stage.pace(0)
  const { event, bytes, digest } = await stage.endOf('reader')

  expect(event).toBe('read')
  expect(bytes).toBeGreaterThan(MIB)
  expect(bytes).toBeLessThan(OFFER.bytes)
  expect(digest).toBe(await stage.digestOf({ ...OFFER, bytes }))
}, 60_000)

test('the writer receives an error when its reader is killed', async () => {
  const stage = await midTransfer()
  await stage.kill('reader')

  expect(await stage.endOf('writer')).toMatchObject(LOST)
}, 60_000)

test('both ends of a channel receive an error when the engine is killed', async () => {
  const stage = await midTransfer()
  await stage.kill('engine')
  await stage.pace(0)

  expect(await stage.end()).toMatchObject([LOST, LOST])
}, 60_000)
