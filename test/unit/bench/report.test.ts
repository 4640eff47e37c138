import { expect, test } from 'vitest'
import { readOptions } from '../../../bench/options.js'
import { reportLines, summarise } from '../../../bench/report.js'
import { selfTimes } from '../../../bench/self-times.js'

const suite = { id: 'p0', title: 'A figure', run: () => Promise.reject(new Error('not run here')) }

test('A summary has the median of each side and the ratio that has a target', () => {
  const series = [
    { side: 'raw', values: [10, 20, 30] },
    { side: 'ours', values: [11, 24, 30] },
  ]
  const summary = summarise(suite, { unit: 'µs', series, ratio: { of: 'ours', to: 'raw', target: 1.15 } })
  expect(summary).toMatchObject({ id: 'p0', rounds: 3, ratio: { of: 'ours', to: 'raw', target: 1.15, value: 1.1 } })
  expect(summary.sides.map(({ side, median }) => [side, median])).toEqual([
    ['raw', 20],
    ['ours', 24],
  ])
  expect(reportLines(summary)).toMatch(/ours ÷ raw = 1\.100, target ≤ 1\.15: met$/)
  expect(reportLines({ ...summary, ratio: { ...summary.ratio, value: 1.2 } })).toMatch(/: not met$/)
})

test('The command line takes several suites, and refuses numbers that are none', () => {
  expect(readOptions(['--only', 'p1,p4', '--rounds', '9']).only).toEqual(['p1', 'p4'])
  expect(() => readOptions(['--rounds', 'many'])).toThrow('--rounds must be a whole number from 1, got many')
})

test('Self times add up by function, without the time spent waiting', () => {
  const frame = (functionName: string, url: string, lineNumber: number) => ({
    callFrame: { functionName, url, lineNumber, columnNumber: 0, scriptId: '1' },
  })
  const times = selfTimes({
    nodes: [
      { id: 1, ...frame('(idle)', '', 0) },
      { id: 2, ...frame('work', 'file:///a/b/c/d.js', 9) },
      { id: 3, ...frame('work', 'file:///a/b/c/d.js', 9) },
      { id: 4, ...frame('', 'file:///a/b/c/d.js', 19) },
    ],
    startTime: 0,
    endTime: 200,
    samples: [1, 2, 3, 4],
    timeDeltas: [100, 50, 25, 25],
  })
  expect(times).toEqual([
    { name: 'work', place: 'b/c/d.js:10', selfUs: 75, share: 0.75 },
    { name: '(anonymous)', place: 'b/c/d.js:20', selfUs: 25, share: 0.25 },
  ])
})
