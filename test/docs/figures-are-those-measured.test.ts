import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DOCUMENTS } from '../../bench/figure-documents.js'
import { upToDate } from '../../bench/figure-store.js'
import { suites } from '../../bench/suites/index.js'

const GUIDE = 'docs/guide/scaling.md'

test.each(DOCUMENTS)('%s shows the figures that were measured last', async (document) => {
  expect(readFileSync(document, 'utf8')).toBe(await upToDate(document))
})

test('every suite has figures in the table of benchmarks', () => {
  const tables = readFileSync('bench/README.md', 'utf8').match(/(?<=<!-- figures: )[^>]+(?= -->)/g) ?? []
  expect(tables.flatMap((names) => names.split(' '))).toEqual(expect.arrayContaining(suites.map(({ id }) => id)))
})

test('the guide gives no time, no heap and no factor that is not taken from the benchmarks', () => {
  const prose = readFileSync(GUIDE, 'utf8').replace(/^```[^]*?^```/gm, '')
  const marked = /[\d.,]+<!-- [^/>]+ \/ [^>]+ -->/g
  expect(prose.match(marked)?.length).toBeGreaterThan(10)
  const others = prose.replace(marked, '').match(/[\d.,]+ (?:µs|ms|B|KB|MB|%|times|calls per second)(?!\w)/g) ?? []
  expect(others).toEqual([])
})
