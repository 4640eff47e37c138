/**
 * A link without sockets accepted everything at once: a channel writer never waited for a slow reader, so what fails on
 * sockets passed in tests, and unread items filled the memory.
 */
import { expect, test } from 'vitest'
import { testEngine } from '../kit/local-rig.js'
import { stalled } from '../kit/waiting.js'

const ITEM = new Uint8Array(1024 * 1024)
const ITEMS = 40

test('a writer without sockets waits for its reader, and its signal ends the wait', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  await worker.ready()
  const { writer, reader } = await worker.channels.create()
  let written = 0
  const cancelled = new AbortController()
  const writing = (async () => {
    for (; written < ITEMS; written += 1) await writer.write(ITEM, { signal: cancelled.signal })
  })()
  await stalled(() => written)
  expect(written).toBeLessThan(ITEMS / 2)
  cancelled.abort(new Error('enough'))
  await expect(writing).rejects.toThrow('enough')

  const closed = writer.close()
  const read = await reader.readAll()
  await closed
  // The item whose write was aborted had been sent.
  expect(read.byteLength).toBe((written + 1) * ITEM.byteLength)
})
