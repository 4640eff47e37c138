import { expect, test } from 'vitest'
import { parseExposeFilter } from '../../../../src/engine/access/expose-filter.js'

const fn = (id: string, metadata?: unknown, namespace = 'default') => ({ id, metadata, namespace })

test('an id pattern applies to its namespace only', () => {
  const exposes = parseExposeFilter('p', 'match("open::*")')
  expect([exposes(fn('open::a')), exposes(fn('closed::a')), exposes(fn('open::a', undefined, 'blue'))]).toEqual([
    true,
    false,
    false,
  ])
  const blue = parseExposeFilter('p', { match: 'open::*', namespace: 'blue' })
  expect([blue(fn('open::a')), blue(fn('open::a', undefined, 'blue'))]).toEqual([false, true])
})

test('all metadata must be there', () => {
  const exposes = parseExposeFilter('p', { metadata: { open: true, team: 'match("a*")', nested: { x: 1 } } })
  expect(exposes(fn('f', { open: true, team: 'alpha', nested: { x: 1 }, more: 1 }))).toBe(true)
  expect(exposes(fn('f', { open: true, team: 'beta', nested: { x: 1 } }))).toBe(false)
  expect(exposes(fn('f', { open: 'true', team: 'a', nested: { x: 1 } }))).toBe(false)
  for (const metadata of [undefined, null, 'text', [true]]) expect(exposes(fn('f', metadata))).toBe(false)
})

test('inherited members do not count as metadata', () => {
  expect(parseExposeFilter('p', { metadata: { toString: 'match("*")' } })(fn('f', {}))).toBe(false)
})

test.each([['open::*'], [5], [{}], [{ match: 'a', metadata: {} }], [{ match: 'a', also: 1 }], [['match("a")']]])(
  '%j is not a filter',
  (entry) => {
    expect(() => parseExposeFilter('rules.0', entry)).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG' }) as Error,
    )
  },
)
