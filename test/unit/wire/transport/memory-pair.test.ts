import { expect, test } from 'vitest'
import { createMemoryPair } from '../../../../src/wire/transport/memory-pair.js'
import { HIGH_WATER_BYTES } from '../../../../src/wire/transport/transport.js'
import { TransportLog } from '../../../kit/transport-log.js'

function joined() {
  const { left, right } = createMemoryPair()
  const atLeft = new TransportLog()
  const atRight = new TransportLog()
  left.bind(atLeft)
  right.bind(atRight)
  return { left, right, atLeft, atRight }
}

/** Lets microtasks run to their end. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const framesOf = (log: TransportLog): string[] => log.all('text').map(({ frame }) => frame)

test('frames arrive in order, in a later tick, text as text and bytes as bytes', async () => {
  const { left, atRight } = joined()
  left.send('one')
  left.send(new Uint8Array([1]))
  left.send('two')
  expect(framesOf(atRight)).toEqual([])
  await settle()

  expect(framesOf(atRight)).toEqual(['one', 'two'])
  expect(atRight.all('binary')).toEqual([{ kind: 'binary', frame: new Uint8Array([1]) }])
})

test('a gate holds frames back and releases the requested number', async () => {
  const { left, atRight } = joined()
  left.fence.hold()
  for (const frame of ['a', 'b', 'c', 'd']) left.send(frame)
  await settle()
  expect([framesOf(atRight), left.fence.waiting]).toEqual([[], 4])
  left.fence.release(1)
  await settle()
  expect(framesOf(atRight)).toEqual(['a'])
  left.fence.release()
  left.send('e')
  await settle()
  expect(framesOf(atRight)).toEqual(['a', 'b', 'c', 'd'])
  left.fence.open()
  left.send('f')
  await settle()
  expect(framesOf(atRight)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
})

test('held frames count as buffered, and draining is reported once', async () => {
  const { left, atLeft } = joined()
  left.fence.hold()
  left.send('x'.repeat(HIGH_WATER_BYTES))
  left.send('x')
  expect(left.bufferedBytes).toBe(HIGH_WATER_BYTES + 1)
  left.fence.open()
  await settle()

  expect([left.bufferedBytes, atLeft.all('drained').length]).toEqual([0, 1])
})

test('a paused end continues to read once resumed', async () => {
  const { left, right, atRight } = joined()
  right.pause()
  left.send('a')
  await settle()
  expect(framesOf(atRight)).toEqual([])
  right.resume()
  await settle()
  expect(framesOf(atRight)).toEqual(['a'])
})

test('a ping is answered and counts as activity', async () => {
  const { left, atLeft } = joined()
  left.ping()
  await settle()

  expect(atLeft.all('activity')).toHaveLength(1)
})

test('close delivers frames sent before it, then ends both ends once', async () => {
  const { left, right, atLeft, atRight } = joined()
  left.fence.hold()
  left.send('last frame')
  left.close(4000, 'enough')
  left.close()
  right.terminate()
  await settle()

  expect(framesOf(atRight)).toEqual(['last frame'])
  expect(atLeft.all('close')).toEqual([{ kind: 'close', closed: { code: 4000, reason: 'enough' } }])
  expect(atRight.all('close')).toEqual([{ kind: 'close', closed: { code: 4000, reason: 'enough' } }])
  expect(atRight.events.at(-1)?.kind).toBe('close')
})

test('a cut loses queued frames', async () => {
  const { left, atLeft, atRight } = joined()
  left.fence.hold()
  left.send('lost')
  left.terminate()
  await settle()

  expect(framesOf(atRight)).toEqual([])
  expect([atLeft, atRight].map((log) => log.all('close')[0]?.closed.code)).toEqual([1006, 1006])
})

test('no events follow close', async () => {
  const { left, right, atLeft, atRight } = joined()
  left.close()
  await settle()
  right.send('late')
  left.send('late')
  left.ping()
  await settle()

  expect([...atLeft.events, ...atRight.events].map(({ kind }) => kind)).toEqual(['open', 'close', 'open', 'close'])
})

test('frames that came before an end was bound wait for it', async () => {
  const { left, right } = createMemoryPair()
  const atRight = new TransportLog()
  left.bind(new TransportLog())
  left.send('early')
  await settle()
  right.bind(atRight)
  await settle()

  expect(framesOf(atRight)).toEqual(['early'])
})
