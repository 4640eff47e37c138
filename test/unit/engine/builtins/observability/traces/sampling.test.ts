import { expect, test } from 'vitest'
import { isSampled } from '../../../../../../src/engine/builtins/observability/traces/sampling.js'
import { parseObservabilityConfig } from '../../../../../../src/engine/builtins/observability/observability-config.js'
import { seededRandom } from '../../../../../kit/seeded-random.js'

const random = seededRandom(3)
const newTrace = (): string => random.uuid().replaceAll('-', '')
const span = (name: string, traceId = newTrace()) => ({ traceId, name, service: 'orders' })

function keptOf(settings: unknown, name: string): number {
  const { sampling: config } = parseObservabilityConfig({ sampling: settings })
  return Array.from({ length: 1_000 }, () => isSampled(config, span(name))).filter(Boolean).length
}

test('a ratio keeps about its share of traces, and one or zero all or none', () => {
  expect(keptOf({ default: 1 }, 'x')).toBe(1_000)
  expect(keptOf({ default: 0 }, 'x')).toBe(0)
  expect(keptOf({ default: 0.3 }, 'x')).toBeGreaterThan(200)
  expect(keptOf({ default: 0.3 }, 'x')).toBeLessThan(400)
})

test('the first rule that fits decides', () => {
  const settings = {
    default: 1,
    rules: [
      { operation: 'call state::*', service: 'ord*', rate: 0 },
      { operation: 'call *', rate: 1 },
      { service: 'orders', rate: 0 },
    ],
  }
  expect(keptOf(settings, 'call state::get')).toBe(0)
  expect(keptOf(settings, 'call other')).toBe(1_000)
  expect(keptOf(settings, 'trigger f')).toBe(0)
})

test('all spans of a trace have the same decision', () => {
  const { sampling: config } = parseObservabilityConfig({ sampling_ratio: 0.5 })
  const traceId = newTrace()
  const answers = Array.from({ length: 20 }, () => isSampled(config, span('x', traceId)))
  expect(new Set(answers).size).toBe(1)
})
