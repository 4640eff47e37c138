import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameGuard } from '../../../../../src/wire/transport/framing/frame-guard.js'
import { frameBytes } from '../../../../kit/tcp-websocket.js'

type Take = (chunk: Uint8Array) => ReturnType<FrameGuard['take']>

function guard(maxBytes: number, maxControls = Infinity): Take {
  const made = new FrameGuard({ maxBytes, maxControls })
  return (chunk) => made.take(chunk)
}

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

/** What a receiver makes of masked frames that follow each other. */
function payloads(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const code = bytes[at + 1]! & 0x7f
    const keyAt = at + (code < 126 ? 2 : code === 126 ? 4 : 10)
    const length = code < 126 ? code : code === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6)
    const key = bytes.subarray(keyAt, keyAt + 4)
    at = keyAt + 4 + length
    found.push(Buffer.from(bytes.subarray(keyAt + 4, at).map((byte, index) => byte ^ key[index & 3]!)))
  }
  return found
}

test('a payload means the same behind the guard however the stream is cut, and wherever in memory the pieces lie', () => {
  const length = fc.oneof(fc.nat(130), fc.integer({ min: 500, max: 2_000 }), fc.constantFrom(63, 64, 65, 65_536))
  const frames = fc.array(length, { minLength: 1, maxLength: 5 })
  const cuts = fc.array(fc.oneof(fc.nat(200_000), fc.nat(30)), { maxLength: 20 })
  fc.assert(
    fc.property(frames, cuts, fc.nat(7), (lengths, cutAt, shift) => {
      const sent = lengths.map((bytes) => randomBytes(bytes))
      const stream = Buffer.concat(sent.map((payload) => frameBytes({ opcode: 2, payload })))
      const take = guard(Infinity)
      const passed = pieces(stream, cutAt).map((piece) => {
        const moved = Buffer.concat([Buffer.alloc(shift), piece]).subarray(shift)
        take(moved)
        return moved
      })
      expect(payloads(Buffer.concat(passed)).map((payload) => payload.equals(sent.shift()!))).not.toContain(false)
    }),
  )
})

test('a large frame is unmasked if its key arrived in one piece, and left masked if not', () => {
  const stream = frameBytes({ opcode: 2, payload: Buffer.alloc(1_000, 7) })
  const rest = (cut: number): Buffer => {
    const copy = Buffer.from(stream)
    const take = guard(Infinity)
    take(copy.subarray(0, cut))
    take(copy.subarray(cut))
    return copy
  }

  for (const cut of [0, 1, 4, 8, 500]) expect(rest(cut).subarray(8)).toEqual(Buffer.alloc(1_000, 7))
  for (const cut of [0, 1, 4, 8, 500]) expect(rest(cut).subarray(4, 8)).toEqual(Buffer.alloc(4))
  for (const cut of [5, 6, 7]) expect(rest(cut)).toEqual(stream)
})

test('a frame at the limit is allowed; one byte more is rejected from its header', () => {
  expect(guard(65_536)(frame(65_536, true))).toBe(undefined)
  expect(guard(65_535)(frame(65_536, true).subarray(0, 14))).toBe('maxBytes')
})

test('lengths above the largest safe integer are too large', () => {
  const head = Buffer.from([0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])

  expect(guard(2 ** 40)(head)).toBe('maxBytes')
})

const BEGUN = Buffer.from([0x01, 0x01, 0x61])
const ENDED = Buffer.from([0x80, 0x01, 0x62])
const PING = Buffer.from([0x89, 0x00])
const pings = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, () => PING))

test('control frames are counted while a message is in progress, and from zero after its end', () => {
  expect(guard(100, 3)(Buffer.concat([BEGUN, pings(3), ENDED, BEGUN, pings(3), ENDED]))).toBe(undefined)
  expect(guard(100, 3)(Buffer.concat([BEGUN, pings(2), BEGUN, pings(2)]))).toBe('maxControls')
  expect(guard(100, 3)(pings(1_000))).toBe(undefined)
})
