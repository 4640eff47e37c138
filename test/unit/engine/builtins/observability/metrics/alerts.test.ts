import { expect, test } from 'vitest'
import { createObservabilityBuiltin } from '../../../../../../src/engine/builtins/observability/observability-builtin.js'
import { parseObservabilityConfig } from '../../../../../../src/engine/builtins/observability/observability-config.js'
import { callBuiltin } from '../../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../../kit/fake-host.js'
import { gauge, metricFrame } from '../../../../../kit/telemetry-frames.js'

async function alerts(...rules: readonly object[]) {
  const host = new FakeHost()
  const builtin = createObservabilityBuiltin(host, parseObservabilityConfig({ alerts: rules }))
  await builtin.start()
  return {
    host,
    builtin,
    tell: (name: string, value: number) =>
      builtin.takeTelemetry?.(metricFrame([gauge(name, value, { timeUnixNano: host.clock.epochMs() * 1e6 })]), 'w'),
    /** Evaluates, and returns the alerts after it. */
    evaluate: async () => {
      await callBuiltin(builtin, 'engine::alerts::evaluate', {})
      return callBuiltin(builtin, 'engine::alerts::list', {})
    },
    list: () => callBuiltin(builtin, 'engine::alerts::list', {}),
  }
}

const rule = { name: 'hot', metric: 'heat', threshold: 10 }

test('without rules there are no alerts', async () => {
  const { host, list } = await alerts()
  expect(await list()).toEqual({ alerts: [], firing_count: 0, rules: [], timestamp: host.clock.epochMs() })
  expect(host.clock.pendingTimers).toBe(0)
})

test('an alert fires while its metric exceeds the threshold, and is logged once per cooldown', async () => {
  const { host, builtin, tell, evaluate, list } = await alerts(rule)
  expect(await evaluate()).toMatchObject({ alerts: [{ current_value: null, firing: false }], firing_count: 0 })
  tell('heat', 11)
  expect(await list()).toMatchObject({ firing_count: 0 })
  const now = host.clock.epochMs()
  const alert = {
    name: 'hot',
    operator: 'GreaterThan',
    threshold: 10,
    current_value: 11,
    firing: true,
    last_triggered: now,
    last_evaluated: now,
  }
  expect(await callBuiltin(builtin, 'engine::alerts::evaluate', {})).toEqual({
    evaluated: true,
    triggered_alerts: [alert],
    timestamp: now,
  })
  expect(await evaluate()).toMatchObject({
    alerts: [alert],
    firing_count: 1,
    rules: [
      {
        name: 'hot',
        operator: 'greaterthan',
        window_seconds: 60,
        cooldown_seconds: 60,
        enabled: true,
        action: { type: 'log' },
      },
    ],
  })
  await evaluate()
  expect(host.lines.filter(({ message }) => message === 'An alert fires')).toHaveLength(1)
  tell('heat', 10)
  expect(await evaluate()).toMatchObject({ firing_count: 0 })
})

test('alerts are evaluated each interval, and stale values are ignored', async () => {
  const { host, builtin, tell, list } = await alerts({ ...rule, window_seconds: 30 })
  tell('heat', 11)
  await host.clock.advance(10_000)
  expect(await list()).toMatchObject({ firing_count: 1 })
  await host.clock.advance(30_000)
  expect(await list()).toMatchObject({ firing_count: 0, alerts: [{ current_value: null, firing: false }] })
  await builtin.stop()
  expect(host.clock.pendingTimers).toBe(0)
})

test('an alert can call a function, whose failure is logged', async () => {
  const { host, tell, evaluate } = await alerts({ ...rule, action: { type: 'function', path: 'page::me' } })
  tell('heat', 11)
  await evaluate()
  expect(host.payloads('page::me')).toMatchObject([{ name: 'hot', current_value: 11 }])
  await host.clock.advance(0)
  expect(host.lines.map(({ message }) => message)).toContain('The function of an alert failed')
})

test.each([
  ['>', 10.1],
  ['>=', 10],
  ['<', 9],
  ['<=', 10],
  ['==', 10],
  ['!=', 9],
  ['greaterthan', 10.1],
  ['lessthanorequal', 10],
])('with %s, %d is beyond 10', async (operator, value) => {
  const { tell, evaluate } = await alerts({ ...rule, operator }, { ...rule, operator, enabled: false })
  tell('heat', value)
  expect(await evaluate()).toMatchObject({ firing_count: 1 })
})

test('alerts also work on the engine’s own counters', async () => {
  const { host, evaluate } = await alerts({ ...rule, metric: 'iii.workers.active', threshold: 0 })
  expect(await evaluate()).toMatchObject({ alerts: [{ current_value: 0, firing: false }] })
  host.instruments.watchWorkers?.({ event: 'worker_connected', worker_id: 'w' })
  expect(await evaluate()).toMatchObject({ alerts: [{ current_value: 1, firing: true }] })
})
