import { expect, test } from 'vitest'
import { createObservabilityBuiltin } from '../../../../../../src/engine/builtins/observability/observability-builtin.js'
import { parseObservabilityConfig } from '../../../../../../src/engine/builtins/observability/observability-config.js'
import { packageVersion } from '../../../../../../src/version.js'
import { callBuiltin } from '../../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../../kit/fake-host.js'
import { logFrame, spanId, TRACE } from '../../../../../kit/telemetry-frames.js'

interface Listed {
  readonly logs: readonly { readonly body: string }[]
  readonly total: number
}

function logs(settings: object = {}) {
  const host = new FakeHost()
  const builtin = createObservabilityBuiltin(host, parseObservabilityConfig(settings))
  const list = (query: object = {}): Promise<Listed> =>
    callBuiltin(builtin, 'engine::logs::list', query) as Promise<Listed>
  return {
    host,
    builtin,
    list,
    take: (...records: object[]) => builtin.takeTelemetry?.(logFrame(records as never), 'w'),
    write: (level: string, input: object, context = {}) =>
      callBuiltin(builtin, `engine::log::${level}`, input, context),
    bodies: async (query: object = {}) => (await list(query)).logs.map(({ body }) => body),
  }
}

const record = (text: string, members: object = {}) => ({ body: { stringValue: text }, ...members })

test('a record written by a function has its severity, its data and the time', async () => {
  const { host, list, write } = logs({ service_name: 'engine' })
  const input = { message: 'hey', data: { z: 1 }, trace_id: TRACE, span_id: spanId(1), service_name: 'orders' }
  expect(await write('warn', input)).toBeUndefined()
  const nanos = host.clock.epochMs() * 1e6
  expect((await list()).logs).toEqual([
    {
      timestamp_unix_nano: nanos,
      observed_timestamp_unix_nano: nanos,
      severity_number: 13,
      severity_text: 'WARN',
      body: 'hey',
      attributes: { z: 1 },
      trace_id: TRACE,
      span_id: spanId(1),
      resource: { 'service.name': 'engine' },
      service_name: 'orders',
      instrumentation_scope_name: 'iii',
      instrumentation_scope_version: packageVersion,
    },
  ])
})

test('a record without a trace belongs to that of the call, if there is one', async () => {
  const { list, write } = logs()
  await write('info', { message: 'a', data: [1] }, { traceparent: `00-${TRACE}-${spanId(2)}-01` })
  await write('trace', { message: 'b' })
  const [second, first] = (await list()).logs
  expect(first).toMatchObject({ trace_id: TRACE, span_id: spanId(2), attributes: { data: [1] } })
  expect(second).toMatchObject({ severity_number: 1, attributes: {}, service_name: 'iii' })
  expect(second).not.toHaveProperty('trace_id')
})

test('a record without a message is refused', async () => {
  await expect(logs().write('info', { data: 1 })).rejects.toMatchObject({ code: 'deserialization_error' })
})

test('records are listed newest first, filtered and a page at a time', async () => {
  const { host, list, take, bodies } = logs()
  take(
    record('a', { severityNumber: 5, severityText: 'DEBUG', timeUnixNano: 1e6, traceId: TRACE }),
    record('b', { severityNumber: 9, severityText: 'INFO', observedTimeUnixNano: 2e6, spanId: spanId(7) }),
    record('c', { severityNumber: 17, severityText: 'ERROR', timeUnixNano: 3e6 }),
  )
  expect(await bodies()).toEqual(['c', 'b', 'a'])
  expect(await bodies({ severity_min: 9 })).toEqual(['c', 'b'])
  expect(await bodies({ severity_text: 'info' })).toEqual(['b'])
  expect(await bodies({ trace_id: TRACE.toUpperCase() })).toEqual(['a'])
  expect(await bodies({ span_id: spanId(7) })).toEqual(['b'])
  expect(await bodies({ start_time: 2, end_time: 2 })).toEqual(['b'])
  expect(await list({ offset: 1, limit: 1, other: 1 })).toMatchObject({
    logs: [{ body: 'b' }],
    total: 3,
    query: { offset: 1, limit: 1 },
    timestamp: host.clock.epochMs(),
  })
})

test('records are kept up to their number and their age, and can be cleared', async () => {
  const { host, builtin, take, bodies } = logs({ logs_max_count: 2, logs_retention_seconds: 10 })
  take(record('a'), record('b'), record('c'))
  expect(await bodies()).toEqual(['c', 'b'])
  await host.clock.advance(9_000)
  take(record('d'))
  await host.clock.advance(2_000)
  expect(await bodies()).toEqual(['d'])
  expect(await callBuiltin(builtin, 'engine::logs::clear', {})).toEqual({ success: true })
  expect(await bodies()).toEqual([])
})

test('records go to the log of the engine by their severity, unless that is switched off', async () => {
  const { host, take } = logs()
  const severityNumbers = [1, 9, 13, 17]
  take(...severityNumbers.map((severityNumber) => record('x', { severityNumber })))
  expect(host.lines.map(({ level }) => level)).toEqual(['debug', 'info', 'warn', 'error'])
  const quiet = logs({ logs_console_output: false })
  quiet.take(record('x'))
  expect(quiet.host.lines).toEqual([])
  expect(await quiet.bodies()).toEqual(['x'])
})

test('a sample keeps its share of records, and none are kept where logs are off', async () => {
  const sampled = logs({ logs_sampling_ratio: 0.5 })
  sampled.take(...Array.from({ length: 200 }, () => record('x')))
  const { total } = await sampled.list()
  expect(total).toBeGreaterThan(60)
  expect(total).toBeLessThan(140)
  for (const settings of [{ logs_enabled: false }, { enabled: false }]) {
    const off = logs(settings)
    off.take(record('x'))
    await off.write('info', { message: 'y' })
    expect(await off.bodies()).toEqual([])
  }
})
