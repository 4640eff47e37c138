import { expect, test } from 'vitest'
import { comparisonLine, comparisons } from '../../../bench/comparison.js'
import { medianHalfWidth } from '../../../bench/statistics.js'
import { judge } from '../../../bench/verdict.js'

const rounds = (around: number, noise = 0): number[] =>
  Array.from({ length: 11 }, (_, i) => around * (1 + noise * (((i * 7) % 11) / 10 - 0.5)))

const verdicts = (unit: string, branch: number): string => {
  const series = [
    { side: 'base', values: rounds(10) },
    { side: 'twin', values: rounds(10) },
    { side: 'branch', values: rounds(branch) },
  ]
  return comparisons({ id: 'p0', title: 'A figure' }, [{ unit, series }]).map(comparisonLine).join()
}

test('A difference counts when it is larger than that between two runs of the base', () => {
  const base = rounds(10)
  expect(judge({ base, twin: rounds(10), branch: rounds(10.5) })).toMatchObject({ kind: 'more' })
  expect(judge({ base, twin: rounds(11), branch: rounds(10.5) })).toMatchObject({ kind: 'within noise' })
  expect(judge({ base, twin: rounds(10), branch: rounds(9) })).toMatchObject({ kind: 'less' })
})

test('A difference that rounds do not agree on is noise, and so is a tiny one', () => {
  const base = rounds(10)
  expect(judge({ base, twin: base, branch: rounds(10.5, 0.5) })).toMatchObject({ kind: 'within noise' })
  expect(judge({ base, twin: base, branch: rounds(10.1) })).toMatchObject({ kind: 'within noise', band: 0.02 })
})

test('The verdict states whether less or more is better', () => {
  expect(verdicts('µs', 8)).toMatch(/^p0 +faster +-20\.0 % .* 10\.0 → 8\.0 µs {2}A figure$/)
  expect(verdicts('ms', 12)).toContain('slower')
  expect(verdicts('MiB/s', 12)).toContain('faster')
  expect(verdicts('KB', 12)).toContain('larger')
  expect(verdicts('KB', 10)).toContain('within noise')
})

test('The median of few rounds is known less well than that of many', () => {
  expect(medianHalfWidth([1, 2, 3])).toBe(1)
  expect(medianHalfWidth(Array.from({ length: 101 }, (_, i) => i / 100))).toBeCloseTo(0.1)
})
