import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFrameGuard } from '../../../src/transport/frame-guard.js'

const guard = (maxBytes: number, maxControls = Infinity): ReturnType<typeof createFrameGuard> =>
  createFrameGuard({ maxBytes, maxControls })

/** A frame of the WebSocket protocol with a payload of the given length. */
function frame(length: number, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0
  const head =
    length < 126
      ? Buffer.from([0x82, mask | length])
      : length < 65_536
        ? Buffer.from([0x82, mask | 126, length >> 8, length & 0xff])
        : Buffer.concat([Buffer.from([0x82, mask | 127]), bigEndian(length)])
  return Buffer.concat([head, Buffer.alloc(masked ? 4 : 0, 0xff), Buffer.alloc(length, 0xff)])
}

function bigEndian(length: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(length))
  return bytes
}

/** The bytes in pieces that end where the cuts say. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

test('a frame is measured the same however the stream is cut', () => {
  const lengths = fc.array(fc.oneof(fc.nat(300), fc.constantFrom(125, 126, 127, 65_535, 65_536)), {
    minLength: 1,
    maxLength: 5,
  })
  fc.assert(
    fc.property(lengths, fc.boolean(), fc.array(fc.nat(200_000), { maxLength: 20 }), (sizes, masked, cuts) => {
      const limit = 1_000
      const excessOf = guard(limit)
      const bytes = Buffer.concat(sizes.map((size) => frame(size, masked)))
      const found = pieces(bytes, cuts).some((piece) => excessOf(piece) === 'maxBytes')
      expect(found).toBe(sizes.some((size) => size > limit))
    }),
  )
})

test('the limit itself is allowed, one byte more is not, and the header alone tells', () => {
  expect(guard(65_536)(frame(65_536, true))).toBe(undefined)
  expect(guard(65_535)(frame(65_536, true).subarray(0, 14))).toBe('maxBytes')
})

test('lengths beyond what a number holds exactly are still too large', () => {
  const head = Buffer.from([0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])

  expect(guard(2 ** 40)(head)).toBe('maxBytes')
})

const BEGUN = Buffer.from([0x01, 0x01, 0x61])
const ENDED = Buffer.from([0x80, 0x01, 0x62])
const PING = Buffer.from([0x89, 0x00])
const pings = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => PING))

test('control frames count while a message is under way, and from its end on anew', () => {
  expect(guard(100, 3)(Buffer.concat([BEGUN, pings(3), ENDED, BEGUN, pings(3), ENDED]))).toBe(undefined)
  expect(guard(100, 3)(Buffer.concat([BEGUN, pings(2), BEGUN, pings(2)]))).toBe('maxControls')
  expect(guard(100, 3)(pings(1_000))).toBe(undefined)
})
