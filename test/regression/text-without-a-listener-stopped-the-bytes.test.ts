import { expect, test } from 'vitest'
import { ItemQueue, type ItemKind } from '../../src/sdk/channel/item-queue.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import type { DiagnosticEvent } from '../../src/index.js'
import { socketRig } from '../kit/local-rig.js'

const TEXTS = 1_100
const KEPT = 1_024

async function textBeforeBytes() {
  const rig = await socketRig()
  const events: DiagnosticEvent[] = []
  const worker = await rig.addWorker({ diagnostics: (event) => events.push(event) })
  const { writer, reader } = await worker.channels.create()
  const written = (async () => {
    for (let index = 0; index < TEXTS; index += 1) await writer.sendMessage(String(index))
    await writer.write('the bytes')
    await writer.close()
  })()
  return { worker, reader, written, events }
}

test('bytes arrive behind more text than a reader keeps when nothing listens to the text', async () => {
  const { worker, reader, written, events } = await textBeforeBytes()
  expect(String(await reader.readAll())).toBe('the bytes')
  await written

  expect(worker.stats().droppedChannelMessages).toBe(TEXTS - KEPT)
  expect(events.filter(({ kind }) => kind === 'frame_dropped')).toHaveLength(TEXTS - KEPT)
})

test.each(['messages', 'items'] as const)(
  'a later %s() returns the text that was kept, then rejects',
  async (method) => {
    const { reader } = await textBeforeBytes()
    expect(String(await reader.nextBinary())).toBe('the bytes')
    const received: unknown[] = []
    const read = (async () => {
      for await (const item of reader[method]()) received.push(item)
    })()

    await expect(read).rejects.toMatchObject({
      code: 'MESSAGES_DROPPED',
      message: expect.stringContaining('76') as string,
    })
    expect(received).toHaveLength(KEPT)
  },
)

test('a loop over text that is behind holds the writer back, and no text is dropped', async () => {
  const { worker, reader, written } = await textBeforeBytes()
  let received = 0
  for await (const message of reader.messages()) {
    expect(message).toBe(String(received))
    received += 1
    if (received === TEXTS) break
  }
  await written.catch(() => undefined) // The reader left.

  expect(worker.stats().droppedChannelMessages).toBe(0)
})

function watchedQueue(hasTextListener: boolean) {
  const clock = new VirtualClock()
  const stalled: ItemKind[] = []
  const queue = new ItemQueue({
    clock,
    pause: () => undefined,
    resume: () => undefined,
    hasTextListener: () => hasTextListener,
    onTextDropped: () => undefined,
    onStalled: (unread) => stalled.push(unread),
  })
  return { clock, queue, stalled }
}

const FULL = Buffer.alloc(1024 * 1024)

test.each([
  ['a listener', true],
  ['a loop over messages', false],
])('%s that waits for text behind unread bytes is reported after 5 s, once', async (_who, hasTextListener) => {
  const { clock, queue, stalled } = watchedQueue(hasTextListener)
  const closeText = queue.openText()
  if (!hasTextListener) void queue.take(['text'])
  queue.push(FULL)
  await clock.advance(4_999)
  expect(stalled).toEqual([])
  await clock.advance(10_000)
  expect(stalled).toEqual(['binary'])
  closeText()
})

test('a reader of bytes that waits behind an abandoned loop over text is reported', async () => {
  const { clock, queue, stalled } = watchedQueue(false)
  queue.openText()
  void queue.take(['binary'])
  for (let index = 0; index < KEPT; index += 1) queue.push('text')
  await clock.advance(5_000)

  expect(stalled).toEqual(['text'])
})

test('bytes that nothing waits behind, and bytes that are read slowly, are not reported as a stall', async () => {
  const { clock, queue, stalled } = watchedQueue(false)
  queue.push(FULL)
  await clock.advance(60_000)
  expect(stalled).toEqual([])
  await queue.take(['binary'])
  expect(clock.pendingTimers).toBe(0)
})
