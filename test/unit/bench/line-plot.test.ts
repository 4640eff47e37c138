import { expect, test } from 'vitest'
import { linePlot } from '../../../bench/line-plot.js'

const svg = linePlot({
  title: 'Cost by <size>',
  xLabel: 'functions',
  yLabel: 'µs',
  points: [1, 10, 100],
  lines: [
    { name: 'engine', values: [10, 20, 40] },
    { name: 'ends', values: [5, 5, 5] },
  ],
})

test('A plot has a line per series, with its points at equal distances for each power of ten', () => {
  const [engine, ends] = [...svg.matchAll(/points="([^"]+)"/g)].map(([, points = '']) =>
    points.split(' ').map((point) => point.split(',').map(Number)),
  )
  expect(engine?.map(([x]) => x)).toEqual([72, 336, 600])
  expect(engine?.map(([, y]) => y)).toEqual([236, 172, 44])
  expect(new Set(ends?.map(([, y]) => y)).size).toBe(1)
})

test('Its axes are labelled, and no label is read as markup', () => {
  expect(svg).toContain('Cost by &lt;size&gt;')
  for (const label of ['>1</text>', '>100</text>', '>40</text>', '>functions</text>', '>µs</text>']) {
    expect(svg).toContain(label)
  }
})
