import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tableRows } from '../kit/documents.js'

const rows = tableRows('docs/reference/differences.md', /^## Differences on purpose/)

test('the differences from the distributed engine are listed', () => {
  expect(rows.length).toBeGreaterThan(20)
})

test.each(rows)('%s', (what, why, shownBy) => {
  expect([what.length > 20, why.length > 10]).toEqual([true, true])
  const [, file = ''] = /^\[test\]\(\.\.\/\.\.\/(test\/[^)]+\.test\.ts)\)$/.exec(shownBy) ?? []
  expect(readFileSync(file, 'utf8')).toMatch(/\btest(\.each)?\b/)
})
