import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tableRows } from '../kit/documents.js'

const PAGE = 'docs/what-broke.md'
const FOLDER = join('test', 'regression')
const FINDERS = ['simulator', 'chaos', 'hostile', 'model', 'interop', 'peers', 'behaviour', 'review']

const rows = tableRows(PAGE, /^## /)

test('the page about bugs has one line for each regression test, and none for any other', () => {
  const listed = rows.map(([, , file = '']) => file.replaceAll('`', ''))
  expect(listed.toSorted()).toEqual(readdirSync(FOLDER).map((name) => join(FOLDER, name)))
})

test('each line describes in a sentence what broke, and what found it', () => {
  expect(rows.length).toBeGreaterThan(50)
  for (const [broke = '', finder = ''] of rows) {
    expect(broke, broke).toMatch(/^[A-Z`].{20,}\.$/)
    expect(FINDERS, broke).toContain(finder)
  }
})
