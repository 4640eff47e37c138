import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tableRows } from '../kit/documents.js'

const PAGE = 'docs/reference/differences.md'
const rows = tableRows(PAGE, /^## Differences on purpose/)

test('the differences from the distributed engine are listed', () => {
  expect(rows.length).toBeGreaterThan(35)
})

/** The titles of tests in a file: the first argument of `test` and of `test.each(…)`. */
function titlesIn(file: string): string[] {
  const titles = readFileSync(file, 'utf8').matchAll(/(?:\btest|\))\(\s*(['`"])((?:\\.|(?!\1)[^\\])+)\1,/g)
  return [...titles].map(([, , title = '']) => title)
}

const shown = tableRows('docs/internals/claims.md', /^## Differences/)
/** The title of a test and its file. */
const SHOWN_BY = /^(.+) `(test\/[^`]+\.test\.ts)`$/

test('the tests of all differences are listed, and no others', () => {
  expect(shown.map(([what]) => what)).toEqual(rows.map(([what = '']) => `${what.split(' ').slice(0, 8).join(' ')} …`))
})

test.each(rows.map(([what = '', why = ''], index) => [what, why, shown[index]?.[1] ?? ''] as const))(
  '%s',
  (what, why, shownBy) => {
    expect([what.length > 20, why.length > 10]).toEqual([true, true])
    for (const link of shownBy.split('<br>')) {
      const [, title = '', file = ''] = SHOWN_BY.exec(link) ?? []
      expect(titlesIn(file), link).toContainEqual(expect.stringContaining(title))
      expect(title.length, link).toBeGreaterThan(10)
    }
  },
)

test('the versions that were tried are those that the tests use', () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const [engine, node, pinned, newest] = tableRows(PAGE, /^## Versions/).map(([, version = '']) => version)
  const required = (file: string): string =>
    /^iii-sdk==(.+)$/m.exec(readFileSync(`test/interop/python/${file}`, 'utf8'))?.[1] ?? ''
  expect(engine).toContain('0.23.0-rc.4')
  expect(node).toBe(devDependencies['iii-sdk'])
  expect([pinned, newest]).toEqual([required('requirements.txt'), required('requirements-newest.txt')])
})
