import { expect, test } from 'vitest'
import { Outbox, type FrameSender } from '../../../../src/sdk/connection/outbox.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'

const caps = { maxItems: 3, maxBytes: 100, maxAgeMs: 1_000 }

function sender(name: string, fates: string[]): FrameSender {
  const note = (fate: string) => (): void => void fates.push(`${name} ${fate}`)
  return { written: note('written'), expired: note('expired'), discarded: note('discarded') }
}

test('frames are sent oldest first, and each sender is notified after its frame', () => {
  const events: string[] = []
  const outbox = new Outbox(new VirtualClock(), caps)
  for (const name of ['a', 'b', 'c']) outbox.put(`frame ${name}`, sender(name, events))
  outbox.flush(
    (frame) => events.push(frame),
    () => true,
  )

  expect(events).toEqual(['frame a', 'a written', 'frame b', 'b written', 'frame c', 'c written'])
  expect([outbox.size, outbox.bytes]).toEqual([0, 0])
})

test('a flush stops when the connection is full and resumes at that frame', () => {
  const sent: string[] = []
  const outbox = new Outbox(new VirtualClock(), caps)
  for (const name of ['a', 'b', 'c']) outbox.put(name, sender(name, []))
  outbox.flush(
    (frame) => sent.push(frame),
    () => sent.length < 2,
  )
  expect([sent, outbox.size]).toEqual([['a', 'b'], 1])
  outbox.flush(
    (frame) => sent.push(frame),
    () => true,
  )
  expect(sent).toEqual(['a', 'b', 'c'])
})

test('a withdrawn frame is not sent and frees its capacity', () => {
  const fates: string[] = []
  const sent: string[] = []
  const outbox = new Outbox(new VirtualClock(), caps)
  const second = sender('b', fates)
  outbox.put('a', sender('a', fates))
  outbox.put('b', second)
  outbox.put('c', sender('c', fates))
  expect(outbox.put('d', sender('d', fates))).toBe('items')
  expect([outbox.withdraw(second), outbox.withdraw(second)]).toEqual([true, false])
  expect(outbox.put('d', sender('d', fates))).toBeUndefined()
  outbox.flush(
    (frame) => sent.push(frame),
    () => true,
  )

  expect(sent).toEqual(['a', 'c', 'd'])
  expect(fates).not.toContain('b written')
})

test('an expired frame makes space for a new one, and its sender is notified once', async () => {
  const clock = new VirtualClock()
  const fates: string[] = []
  const outbox = new Outbox(clock, { ...caps, maxItems: 1 })
  outbox.put('old', sender('old', fates))
  await clock.advance(1_001)

  expect(outbox.put('new', sender('new', fates))).toBeUndefined()
  expect(fates).toEqual(['old expired'])
  expect(outbox.size).toBe(1)
})

test('an expired frame is not flushed', async () => {
  const clock = new VirtualClock()
  const fates: string[] = []
  const sent: string[] = []
  const outbox = new Outbox(clock, caps)
  outbox.put('old', sender('old', fates))
  await clock.advance(1_001)
  outbox.flush(
    (frame) => sent.push(frame),
    () => true,
  )

  expect([sent, fates]).toEqual([[], ['old expired']])
})

test('the byte cap counts bytes as they travel', () => {
  const outbox = new Outbox(new VirtualClock(), { ...caps, maxBytes: 12 })
  outbox.put('€€€', sender('a', []))

  expect(outbox.bytes).toBe(9)
  expect(outbox.put('€€', sender('b', []))).toBe('bytes')
})

test('discarding notifies the sender of each frame once and empties the queue', () => {
  const fates: string[] = []
  const outbox = new Outbox(new VirtualClock(), caps)
  const first = sender('a', fates)
  outbox.put('a', first)
  outbox.put('b', sender('b', fates))
  outbox.discard()
  outbox.discard()

  expect(fates).toEqual(['a discarded', 'b discarded'])
  expect([outbox.size, outbox.bytes, outbox.withdraw(first)]).toEqual([0, 0, false])
})

test('a sender that puts, withdraws or discards frames while it is notified keeps the queue consistent', () => {
  const sent: string[] = []
  const clock = new VirtualClock()
  const outbox = new Outbox(clock, { ...caps, maxItems: 10 })
  const third = sender('c', [])
  outbox.put('a', {
    ...sender('a', []),
    written: () => {
      outbox.put('late', sender('late', []))
      outbox.withdraw(third)
    },
  })
  outbox.put('b', sender('b', []))
  outbox.put('c', third)
  outbox.flush(
    (frame) => sent.push(frame),
    () => true,
  )

  expect(sent).toEqual(['a', 'b', 'late'])
})
