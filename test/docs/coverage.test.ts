import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { pages, tableRows } from '../kit/documents.js'
import { publicExports } from '../kit/public-exports.js'

const COVERAGE = 'docs/internals/coverage.md'
const SUBPATHS = 'docs/reference/subpaths.md'

const rows = tableRows(COVERAGE, /^## /)
const exported = publicExports()

/** The names between backticks. */
function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
}

function names(text: string, word: string): boolean {
  return new RegExp(`(?<!\\w)${word}(?!\\w)`).test(text)
}

test('each row names an item, its form here, where that comes from, and its test', () => {
  expect(rows.length).toBeGreaterThan(300)
  for (const row of rows) expect(row.map((cell) => cell !== '')).toEqual([true, true, true, true])
  expect(new Set(rows.map(([item]) => item)).size).toBe(rows.length)
})

// A type test shows that a member is there, not what it does.
test('the test of each row exists, runs, and speaks of the TypeScript form', () => {
  const wrong = rows.flatMap(([, form = '', , cell = '']) => {
    const [file = ''] = quoted(cell)
    if (!/^test\/.*\.test\.ts$/.test(file) || !existsSync(file)) return [`${form}: there is no ${file}`]
    const text = readFileSync(file, 'utf8')
    const missing = quoted(form)
      .flatMap((name) => name.split(/\W+/))
      .filter((word) => word !== '' && !names(text, word))
    return missing.map((word) => `${form}: ${file} does not say ${word}`)
  })
  expect(wrong).toEqual([])
})

test('each export in the table comes from the subpath in its row', () => {
  const all = new Set(exported.map(({ name }) => name))
  const places = new Set(exported.map(({ subpath, name }) => `${subpath} ${name}`))
  const wrong = rows.filter(([, form = '', from = '']) => {
    const [name = ''] = quoted(form).flatMap((each) => each.split('.'))
    return all.has(name) && !places.has(`${quoted(from)[0] ?? ''} ${name}`)
  })
  expect(wrong).toEqual([])
})

test.each([...new Set(exported.map(({ subpath }) => subpath))])(
  'the table of %s has its exports, and no other',
  (subpath) => {
    const heading = new RegExp(`^## \`${subpath}\`$`)
    const listed = tableRows(SUBPATHS, heading).map(([name = '', kind = '']) => `${quoted(name)[0] ?? ''}: ${kind}`)
    const found = exported.filter((each) => each.subpath === subpath).map(({ name, kind }) => `${name}: ${kind}`)
    expect(listed.sort()).toEqual(found.sort())
  },
)

test('every public export is named by the documentation, with a purpose', () => {
  const text = pages()
    .map((page) => readFileSync(page, 'utf8'))
    .join('\n')
  expect(exported.length).toBeGreaterThan(300)
  expect(exported.filter(({ name }) => !names(text, name))).toEqual([])
  expect(tableRows(SUBPATHS, /^## /).filter(([, , purpose]) => (purpose ?? '') === '')).toEqual([])
})
