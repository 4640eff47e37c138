import { expect, test } from 'vitest'
import { tableRows } from '../kit/documents.js'
import { sourceLimits } from '../kit/source-limits.js'

const PAGE = 'docs/reference/limits.md'

const documented = tableRows(PAGE, /^## /).map(([, value = '', , where = '']) => ({
  id: where.replaceAll('`', ''),
  text: value,
}))

test('the page about limits lists each limit of the source once, with its value and unit', () => {
  const inSource = sourceLimits().map(({ id, text }) => ({ id, text }))
  expect(documented.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(inSource)
})

test('every limit is told in words, with what happens beyond it', () => {
  for (const [limit = '', , beyond = ''] of tableRows(PAGE, /^## /)) {
    expect(limit.length).toBeGreaterThan(5)
    expect(beyond).not.toBe('')
  }
})

test('every limit says why it is what it is', () => {
  for (const [limit = '', , , , why = ''] of tableRows(PAGE, /^## /)) {
    expect(why.length, limit).toBeGreaterThan(15)
    // A number that nothing gives was weighed against something.
    if (why.includes('judgement')) expect(why, limit).toContain('against')
  }
})

test('limits are found in the source as they are written there', () => {
  expect(sourceLimits()).toEqual(
    expect.arrayContaining([
      { id: 'protocol/limits.ts MAX_FRAME_BYTES', value: 16 * 1024 ** 2, text: '16 MiB' },
      { id: 'engine/limits.ts maxPendingCalls', value: 1_000_000, text: '1 000 000' },
      { id: 'protocol/limits.ts HANDSHAKE_TIMEOUT_MS', value: 10_000, text: '10 s' },
    ]),
  )
})
