import { expect, test } from 'vitest'
import { readOptions } from '../../../bench/options.js'
import { reportLines, summarise } from '../../../bench/report.js'

const suite = { id: 'p0', title: 'A figure' }

test('A summary has the median of each side and the ratio that has a target', () => {
  const series = [
    { side: 'raw', values: [10, 20, 30] },
    { side: 'ours', values: [11, 24, 30] },
  ]
  const goal = { of: 'ours', limit: 1.15, want: 'at most' } as const
  const summary = summarise(suite, [{ unit: 'µs', series, base: 'raw', goal }])
  expect(summary).toMatchObject({ id: 'p0', figures: [{ rounds: 3, goal: { value: 1.1, isMet: true } }] })
  expect(summary.figures[0]?.sides.map(({ side, median, ratio }) => [side, median, ratio])).toEqual([
    ['raw', 20, 1],
    ['ours', 24, 1.1],
  ])
  expect(reportLines(summary)).toMatch(/ours ÷ raw = 1\.100, target ≤ 1\.15: met$/)
})

test('A figure without a base is held to its limit itself, from either side', () => {
  const series = [{ side: 'ours', values: [700, 800, 900] }]
  const lines = (limit: number, want: 'at most' | 'at least'): string =>
    reportLines(summarise(suite, [{ name: 'heap', unit: 'B', series, goal: { of: 'ours', limit, want } }]))
  expect(lines(750, 'at most')).toMatch(/heap, 3 rounds\n.*\n +ours = 800\.0 B, target ≤ 750 B: not met$/)
  expect(lines(750, 'at least')).toMatch(/target ≥ 750 B: met$/)
})

test('The command line takes several suites, and refuses invalid numbers', () => {
  expect(readOptions(['--only', 'p1,p4', '--rounds', '9']).only).toEqual(['p1', 'p4'])
  expect(() => readOptions(['--rounds', 'many'])).toThrow('--rounds must be a whole number from 1, got many')
})
