import { expect, test } from 'vitest'
import { HeldFrames } from '../../../../src/engine/links/held-frames.js'

const MIB = 1024 * 1024

test('frames are held in order up to their number', () => {
  const frames = new HeldFrames<string>(2)
  expect([frames.push('a', 1), frames.push('b', 1), frames.push('c', 1)]).toEqual([true, true, false])
  expect(frames.takeAll()).toEqual(['a', 'b'])
  expect([frames.takeAll(), frames.push('d', 1)]).toEqual([[], true])
})

test('frames are held up to their bytes, and one of any size fits', () => {
  const frames = new HeldFrames<string>(10)
  expect([frames.push('a', 65 * MIB), frames.push('b', 1)]).toEqual([true, false])
  frames.takeAll()
  expect([frames.push('a', 40 * MIB), frames.push('b', 30 * MIB), frames.push('c', 20 * MIB)]).toEqual([
    true,
    false,
    true,
  ])
})
