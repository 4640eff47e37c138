import { expect, test } from 'vitest'
import { refreshed } from '../../../bench/figure-documents.js'
import { sidesTable, targetsTable } from '../../../bench/figure-tables.js'
import { numberText, ratioText } from '../../../bench/figure-text.js'
import { summarise } from '../../../bench/report.js'

const summary = summarise({ id: 'p0', title: 'A call' }, [
  {
    name: 'engine',
    unit: 'µs',
    series: [
      { side: '10', values: [20, 21, 22] },
      { side: '10000', values: [22.08, 23.184, 24.288] },
    ],
    base: '10',
    goal: { of: '10000', limit: 1.1, want: 'at most' },
  },
  { name: 'heap', unit: 'KB', series: [{ side: 'ours', values: [1234.4] }] },
])
const kept = [{ ...summary, machine: 'one core', load: 0.94 }]

test('Numbers have three digits, and a third decimal where two would hide whether a limit is kept', () => {
  expect([0.567, 16.34, 145.2, 1129.4, 51].map(numberText)).toEqual(['0.57', '16.3', '145', '1,129', '51.0'])
  expect([1.104, 1.1, 1.14].map((ratio) => ratioText(ratio, { limit: 1.1 }))).toEqual(['1.104', '1.10', '1.14'])
})

test('A table of targets has a row for each side of each figure, with its spread and its target', () => {
  expect(targetsTable(kept).split('\n')).toEqual([
    '| Suite | Side | Median | Spread | Ratio | Target |',
    '| --- | --- | --- | --- | --- | --- |',
    '| p0 A call: engine | 10 | 21.0 µs | ± 5 % | 1 |  |',
    '|  | 10,000 | 23.2 µs | ± 5 % | 1.104 | ≤ 1.1: **not met** |',
    '| p0 A call: heap | ours | 1,234 KB | ± 0 % | – |  |',
  ])
})

test('A table of sides has a column for each figure, with ratios to its base', () => {
  expect(
    sidesTable(
      summarise({ id: 'p0', title: 'functions' }, [
        {
          name: 'engine',
          unit: 'µs',
          series: [
            { side: '10', values: [20] },
            { side: '1000', values: [25] },
          ],
          base: '10',
        },
        {
          name: 'calls',
          unit: '/s',
          series: [
            { side: '10', values: [2000] },
            { side: '1000', values: [1600] },
          ],
        },
      ]),
    ),
  ).toBe(
    [
      '| functions | engine, µs | ÷ 10 | calls, /s |',
      '| --- | --- | --- | --- |',
      '| 10 | 20.0 ± 0 % | 1 | 2,000 ± 0 % |',
      '| 1,000 | 25.0 ± 0 % | 1.25 | 1,600 ± 0 % |',
    ].join('\n'),
  )
})

test('Marks and tables of a document are made anew, and nothing else of it changes', () => {
  const text = 'A call costs 9<!-- p0 / engine / 10 --> µs, 9<!-- p0 / engine / 10000 / ratio --> times at 10,000.'
  expect(refreshed(text, kept)).toBe(
    'A call costs 21.0<!-- p0 / engine / 10 --> µs, 1.104<!-- p0 / engine / 10000 / ratio --> times at 10,000.',
  )
  const document = 'a\n\n<!-- figures: machine -->\n\nold\n\n<!-- /figures -->\n\nb'
  expect(refreshed(document, kept)).toBe(
    'a\n\n<!-- figures: machine -->\n\n- one core; load average 0.9 to 0.9\n\n<!-- /figures -->\n\nb',
  )
})

test('A figure that was never measured is an error that names it', () => {
  expect(() => refreshed('1<!-- p0 / engine / 20 --> µs', kept)).toThrow('No figure is named p0 / engine / 20')
  expect(() => refreshed('<!-- figures: p9 -->\n\n<!-- /figures -->', kept)).toThrow('No figure is named p9')
})
