import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { ChannelStage } from './stages/channel-stage.js'
import { socketRig } from '../kit/local-rig.js'

const MIB = 1024 * 1024
const BYTES = (process.env['TIER'] === 'nightly' ? 1024 : 64) * MIB

test(
  `${String(BYTES / MIB)} MiB from one process to another through the engine of a third have the same SHA-256`,
  { timeout: 600_000 },
  async () => {
    const stage = await ChannelStage.open()
    const startedAt = performance.now()
    // An odd length, so that the last item is a short one.
    await stage.start({ bytes: BYTES + 1, itemBytes: 64 * 1024 })
    const [written, read] = await stage.end()
    console.info(`${String(BYTES / MIB)} MiB in ${String(Math.round(performance.now() - startedAt))} ms`)
    expect(written).toMatchObject({ event: 'written', bytes: BYTES + 1 })
    expect(read).toEqual({ ...written, event: 'read' })
  },
)

test('data written and closed before a slow reader catches up arrives whole', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer, reader } = await worker.channels.create()
  // More than the operating system takes for a reader that does not read, so that the engine keeps the rest.
  const items = Array.from({ length: 128 }, (_, n) => Buffer.alloc(64 * 1024, n))
  await writer.write('first')
  expect(String(await reader.nextBinary())).toBe('first')
  for (const item of items) await writer.write(item)
  await writer.close()
  // eslint-disable-next-line local/real-time -- the reader is late
  await delay(500)
  expect((await reader.readAll()).equals(Buffer.concat(items))).toBe(true)
})
