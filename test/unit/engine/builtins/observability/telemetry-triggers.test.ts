import { expect, test } from 'vitest'
import { createObservabilityBuiltin } from '../../../../../src/engine/builtins/observability/observability-builtin.js'
import { parseObservabilityConfig } from '../../../../../src/engine/builtins/observability/observability-config.js'
import type { HostCall } from '../../../../../src/engine/builtins/builtin.js'
import { bindingOf, bindTo, callBuiltin, unbindFrom } from '../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../kit/fake-host.js'
import { logFrame, spanFrame, spanId, TRACE } from '../../../../kit/telemetry-frames.js'

const OTHER = 'b'.repeat(32)

function telemetry(settings: object = {}) {
  const host = new FakeHost()
  const builtin = createObservabilityBuiltin(host, parseObservabilityConfig(settings))
  host.serve('on-event', () => null)
  const bind = (triggerType: 'log' | 'trace', config: unknown, id = 't-1') =>
    bindTo(
      builtin,
      bindingOf({ id, triggerType, functionId: 'on-event', config, namespace: 'blue', metadata: { m: 1 } }),
    )
  return {
    host,
    builtin,
    bind,
    log: (...levels: readonly string[]) =>
      builtin.takeTelemetry?.(
        logFrame(levels.map((severityText) => ({ severityText, body: { stringValue: 'x' } }))),
        'w',
      ),
    span: (members: object, service?: string) => builtin.takeTelemetry?.(spanFrame([{ ...members }], service), 'w'),
    payloads: () => host.payloads('on-event') as Record<string, unknown>[],
  }
}

test('a log trigger fires for its level exactly, with all members of the record and the metadata', async () => {
  const { host, bind, log, payloads } = telemetry()
  await bind('log', { level: 'WARN', condition_function_id: 'never-asked' })
  log('INFO', 'WARN', 'ERROR')
  await host.clock.advance(0)
  expect(payloads()).toEqual([
    {
      timestamp_unix_nano: 0,
      observed_timestamp_unix_nano: 0,
      severity_number: 0,
      severity_text: 'WARN',
      body: 'x',
      attributes: {},
      trace_id: null,
      span_id: null,
      resource: { 'service.name': 'orders' },
      service_name: 'orders',
      instrumentation_scope_name: 'test',
      instrumentation_scope_version: '1',
    },
  ])
  expect(host.calls[0]).toMatchObject({ namespace: 'default', metadata: { m: 1 } })
})

test('without a level every record fires, until the trigger is gone', async () => {
  const { host, builtin, bind, log, payloads } = telemetry()
  await bind('log', null)
  log('INFO', 'whatever')
  await host.clock.advance(0)
  expect(payloads()).toHaveLength(2)
  unbindFrom(builtin, bindingOf({ triggerType: 'log', functionId: 'on-event', config: null }))
  log('INFO')
  await host.clock.advance(0)
  expect(payloads()).toHaveLength(2)
})

test.each([{ level: 'fatal' }, { level: 7 }])('a log trigger with %j is refused', async (config) => {
  const { bind } = telemetry()
  await expect(bind('log', config)).rejects.toThrow('`level` must be one of all, trace, debug, info, warn, error')
})

test('a record written on behalf of a log trigger fires none', async () => {
  const { host, builtin, bind, log, payloads } = telemetry()
  await bind('log', {})
  host.serve('on-event', (_data, { traceparent, baggage }: HostCall) =>
    callBuiltin(builtin, 'engine::log::info', { message: 'seen' }, { traceparent, baggage }),
  )
  log('INFO')
  await host.clock.advance(1_000)
  expect(payloads()).toHaveLength(1)
  expect(await callBuiltin(builtin, 'engine::logs::list', {})).toMatchObject({ total: 2 })
})

test('a trace trigger fires in batches of 300 ms, with each trace once', async () => {
  const { host, bind, span, payloads } = telemetry()
  await bind('trace', {})
  span({ spanId: spanId(1) })
  await host.clock.advance(200)
  span({ spanId: spanId(2) })
  span({ traceId: OTHER })
  await host.clock.advance(99)
  expect(payloads()).toEqual([])
  await host.clock.advance(1)
  expect(payloads()).toEqual([{ trace_ids: [TRACE, OTHER] }])
  await host.clock.advance(1_000)
  expect(payloads()).toHaveLength(1)
  span({ traceId: OTHER })
  await host.clock.advance(300)
  expect(payloads()).toHaveLength(2)
})

test('a trace trigger looks at the service and the status, in any case', async () => {
  const { host, bind, span, payloads } = telemetry()
  await bind('trace', { service_name: 'ORDERS', status: 'Error' })
  span({}, 'orders')
  span({ status: { code: 2 } }, 'billing')
  await host.clock.advance(300)
  expect(payloads()).toEqual([])
  span({ status: { code: 2 } }, 'Orders')
  await host.clock.advance(300)
  expect(payloads()).toEqual([{ trace_ids: [TRACE] }])
  await expect(bind('trace', { status: 2 })).rejects.toThrow('`status` must be a string, got 2')
})

test('a batch that is full goes out at once', async () => {
  const { host, bind, span, payloads } = telemetry()
  await bind('trace', {})
  for (let n = 1; n <= 1_001; n++) span({ traceId: n.toString(16).padStart(32, '0') })
  await host.clock.advance(0)
  expect(payloads().map(({ trace_ids }) => (trace_ids as string[]).length)).toEqual([1_000])
  await host.clock.advance(300)
  expect(payloads()).toHaveLength(2)
})

test('calls of a trace trigger are not sampled, and their spans are not reported', async () => {
  const { host, builtin, bind, span, payloads } = telemetry({ sampling: { parent_based: false } })
  await builtin.start()
  await bind('trace', {})
  span({})
  await host.clock.advance(300)
  const { traceparent } = host.calls[0]!
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  span({ traceId: traceparent!.slice(3, 35) })
  await host.clock.advance(300)
  expect(payloads()).toHaveLength(1)
  expect(host.instruments.openSpan?.({ name: 'x', trace: { traceparent }, attributes: {} })).toBeUndefined()
})

test('after stopping nothing fires', async () => {
  const { host, builtin, bind, span, payloads } = telemetry()
  await bind('trace', {})
  span({})
  await builtin.stop()
  await host.clock.advance(1_000)
  expect(payloads()).toEqual([])
  expect(host.clock.pendingTimers).toBe(0)
})

test('without telemetry there are no such triggers, and nothing is watched', async () => {
  const { host, builtin } = telemetry({ enabled: false })
  await builtin.start()
  expect(builtin.triggerTypes).toEqual([])
  expect(host.instruments).toEqual({})
})
