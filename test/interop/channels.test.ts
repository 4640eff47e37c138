import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { makers, pairs, useStage } from './interop-stage.js'

const stage = useStage({}, async (stage) => {
  for (const maker of makers) {
    await stage.serve(maker, `${maker}::consume`, { handler: 'consume' })
    await stage.serve(maker, `${maker}::produce`, { handler: 'produce' })
  }
})

const MEBIBYTE = 1_048_576
const TEXTS = ['first', 'grüße 🌍', '{"json":true}']

/** What both languages send: bytes that repeat after a prime number. */
function sha256OfPattern(size: number): string {
  const data = Buffer.alloc(
    size,
    Uint8Array.from({ length: 251 }, (_, i) => i),
  )
  return createHash('sha256').update(data).digest('hex')
}

describe.each(pairs)('a channel between %s and %s', (opener, other) => {
  test.each([1, 65_537, MEBIBYTE])('carries texts and %i bytes from the one that opened it', async (size) => {
    const { sent, answer } = await stage()
      .actor(opener)
      .do<{ sent: string; answer: unknown }>('send_over_channel', {
        function_id: `${other}::consume`,
        texts: TEXTS,
        size,
      })
    expect(sent).toBe(sha256OfPattern(size))
    expect(answer).toEqual({ texts: TEXTS, bytes: size, sha256: sent })
  })

  test.each([1, 65_537, MEBIBYTE])('carries texts and %i bytes to the one that opened it', async (size) => {
    const { answer, got } = await stage()
      .actor(opener)
      .do<{ answer: string; got: unknown }>('receive_over_channel', {
        function_id: `${other}::produce`,
        texts: TEXTS,
        size,
      })
    expect(answer).toBe(sha256OfPattern(size))
    expect(got).toEqual({ texts: TEXTS, bytes: size, sha256: answer })
  })
})
