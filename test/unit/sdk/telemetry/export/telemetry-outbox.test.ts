import { expect, test } from 'vitest'
import { MAX_MESSAGE_BYTES } from '../../../../../src/wire/protocol/limits.js'
import { VirtualClock } from '../../../../../src/std/time/virtual-clock.js'
import { TelemetryOutbox, type OutboxCaps } from '../../../../../src/sdk/telemetry/export/telemetry-outbox.js'

function setUp(caps: Partial<OutboxCaps> = {}) {
  const clock = new VirtualClock()
  const link = { isUp: true, takes: Infinity }
  const sent: number[] = []
  const outbox = new TelemetryOutbox(
    {
      clock,
      isUp: () => link.isUp,
      isOver: () => false,
      offer: (frame) => {
        if (!link.isUp || link.takes === 0) return false
        link.takes -= 1
        sent.push(frame[0]!)
        return true
      },
    },
    { maxFrames: 4, maxFramesOffline: 2, maxBytes: 1000, ...caps },
  )
  return { clock, link, sent, outbox }
}

const frame = (id: number, bytes = 1): Uint8Array => new Uint8Array(bytes).fill(id)

test('frames are sent at once on a free link', () => {
  const { outbox, sent } = setUp()
  expect(outbox.send(frame(1), 1)).toBe(true)
  expect(sent).toEqual([1])
  expect(outbox.waiting).toBe(0)
})

test('a congested connection is retried until everything is sent, in order', async () => {
  const { outbox, sent, link, clock } = setUp()
  link.takes = 0
  for (const id of [1, 2, 3]) outbox.send(frame(id), 1)
  link.takes = 2
  await clock.advance(50)
  expect(sent).toEqual([1, 2])
  link.takes = Infinity
  await clock.advance(50)
  expect(sent).toEqual([1, 2, 3])
  expect(clock.pendingTimers).toBe(0)
})

test('past the cap frames are refused and their records counted', () => {
  const { outbox, link } = setUp()
  link.takes = 0
  expect([1, 2, 3, 4, 5].map((id) => outbox.send(frame(id), 10))).toEqual([true, true, true, true, false])
  expect(outbox.hasRoom).toBe(false)
  expect(outbox.dropped).toBe(10)
})

test('without a link fewer frames are kept, no timer runs, and all are sent when it is back', () => {
  const { outbox, link, sent, clock } = setUp()
  link.isUp = false
  expect([1, 2, 3].map((id) => outbox.send(frame(id), 1))).toEqual([true, true, false])
  expect(clock.pendingTimers).toBe(0)
  link.isUp = true
  outbox.flush()
  expect(sent).toEqual([1, 2])
})

test('bytes are capped as well, and a frame the engine would not take is dropped', () => {
  const { outbox, link } = setUp()
  link.takes = 0
  expect(outbox.send(frame(1, 999), 1)).toBe(true)
  expect(outbox.send(frame(2, 2), 1)).toBe(false)
  expect(outbox.send(new Uint8Array(MAX_MESSAGE_BYTES + 1), 1)).toBe(false)
  expect(outbox.dropped).toBe(2)
})

test('closing sends what fits, counts the rest as dropped, and rejects later frames', () => {
  const { outbox, link, sent, clock } = setUp()
  link.takes = 0
  for (const id of [1, 2, 3]) outbox.send(frame(id), 5)
  link.takes = 1
  outbox.close()
  expect(sent).toEqual([1])
  expect(outbox.dropped).toBe(10)
  expect(outbox.send(frame(4), 5)).toBe(false)
  expect(outbox.dropped).toBe(15)
  expect(clock.pendingTimers).toBe(0)
})

test('after a frame did not fit, no other is written until one has been sent', () => {
  const { outbox, link } = setUp({ maxBytes: 100 })
  link.takes = 0
  expect([outbox.send(frame(1, 60), 1), outbox.hasRoom]).toEqual([true, true])
  expect([outbox.send(frame(2, 60), 1), outbox.hasRoom]).toEqual([false, false])
  link.takes = 1
  outbox.flush()
  expect([outbox.hasRoom, outbox.dropped]).toEqual([true, 1])
})
