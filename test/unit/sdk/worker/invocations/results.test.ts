import { expect, test } from 'vitest'
import type { Posted } from '../../../../../src/sdk/connection/connection.js'
import type { FrameSender } from '../../../../../src/sdk/connection/outbox.js'
import { VirtualClock } from '../../../../../src/std/time/virtual-clock.js'
import { Results } from '../../../../../src/sdk/worker/invocations/results.js'
import { outcomeOf } from '../../../../kit/worker-rig.js'

function set(caps = { maxItems: 3, maxBytes: Infinity, maxAgeMs: Infinity }) {
  const link = { number: 1, state: 'open' as 'open' | 'down' | 'over' }
  const posted: { frame: string; letter: FrameSender }[] = []
  const dropped: string[] = []
  const behaviour: { answer: Posted } = { answer: 'written' }
  const post = (frame: string, letter: FrameSender): Posted => {
    posted.push({ frame, letter })
    return behaviour.answer
  }
  const results = new Results(
    {
      clock: new VirtualClock(),
      link: Object.assign(link, { connection: { post, withdraw: () => true } }),
      unconfirmedResults: { note: () => undefined },
      report: (event) => dropped.push(event.kind === 'frame_dropped' ? event.reason : event.kind),
    },
    caps,
  )
  const flushed = (): string[] => {
    const frames: string[] = []
    results.opened((frame) => frames.push(frame))
    return frames
  }
  return { results, link, posted, dropped, behaviour, flushed }
}

test('an answer goes out on the link its call came on', () => {
  const { results, posted } = set()
  results.send('a', 1)

  expect(posted.map(({ frame }) => frame)).toEqual(['a'])
  expect(results.dropped).toBe(0)
})

test('results queued in the outbox are sent before those that finished while offline', () => {
  const { results, link, behaviour, flushed } = set()
  behaviour.answer = 'queued'
  results.send('waited', 1)
  link.state = 'down'
  results.lost()
  results.send('finished later', 1)

  expect(flushed()).toEqual(['waited', 'finished later'])
  expect(flushed()).toEqual([])
})

test('an answer that was written is not kept for the next link', () => {
  const { results, link, posted, behaviour, flushed } = set()
  behaviour.answer = 'queued'
  results.send('a', 1)
  posted[0]!.letter.written()
  link.state = 'down'
  results.lost()

  expect(flushed()).toEqual([])
})

test('each lost result is counted once, with its reason', () => {
  const { results, link, posted, dropped, behaviour } = set()
  results.send('of an old link', 0)
  behaviour.answer = { refused: 'items' }
  results.send('too many', 1)
  behaviour.answer = 'queued'
  results.send('expires', 1)
  posted.at(-1)!.letter.expired()
  results.send('discarded', 1)
  posted.at(-1)!.letter.discarded()
  link.state = 'over'
  results.send('after the end', 1)
  link.state = 'down'
  for (const frame of ['1', '2', '3', 'over the cap']) results.send(frame, 1)
  results.over()

  expect(results.dropped).toBe(5 + 1 + 3)
  expect(dropped).toHaveLength(9)
  expect(new Set(dropped).size).toBe(6)
})

test('`written` settles once no result is queued, sent or dropped', async () => {
  const { results, posted, behaviour } = set()
  await results.written()
  behaviour.answer = 'queued'
  for (const frame of ['a', 'b', 'c']) results.send(frame, 1)
  const written = results.written()
  posted[0]!.letter.written()
  posted[1]!.letter.expired()
  expect(await outcomeOf(written)).toBeUndefined()
  posted[2]!.letter.discarded()

  expect(await outcomeOf(written)).toEqual({ value: undefined })
})
