import { expect, test } from 'vitest'
import { createObservabilityBuiltin } from '../../../../../../src/engine/builtins/observability/observability-builtin.js'
import { parseObservabilityConfig } from '../../../../../../src/engine/builtins/observability/observability-config.js'
import { callBuiltin } from '../../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../../kit/fake-host.js'
import { attribute, spanFrame, spanId, TRACE } from '../../../../../kit/telemetry-frames.js'

const OTHER = 'a'.repeat(32)
const MS = 1e6

interface Listed {
  readonly spans: readonly { readonly name: string }[]
  readonly total: number
}

function traces(settings: object = {}) {
  const builtin = createObservabilityBuiltin(new FakeHost(), parseObservabilityConfig(settings))
  return {
    take: (spans: readonly Record<string, unknown>[], service?: string) =>
      builtin.takeTelemetry?.(spanFrame(spans, service), 'w'),
    call: (name: string, input: object = {}) => callBuiltin(builtin, `engine::traces::${name}`, input),
    names: async (query: object): Promise<string[]> => {
      const { spans } = (await callBuiltin(builtin, 'engine::traces::list', query)) as Listed
      return spans.map(({ name }) => name)
    },
  }
}

const STORAGE = {
  archive: 'disabled',
  completeness: 'complete',
  known_dropped_spans: 0,
  last_error: null,
  max_disk_bytes: 0,
  physical_bytes: 0,
}

const span = (id: number, members: object = {}) => ({
  spanId: spanId(id),
  name: `s${id}`,
  startTimeUnixNano: id * MS,
  endTimeUnixNano: 2 * id * MS,
  ...members,
})

test('root spans are listed in the order they started, with the total before paging', async () => {
  const { take, call, names } = traces()
  take([span(3), span(1), span(2, { parentSpanId: spanId(1) }), span(4, { parentSpanId: spanId(99) })])
  expect(await names({})).toEqual(['s1', 's3', 's4'])
  expect(await names({ search_all_spans: true, sort_order: 'desc' })).toEqual(['s4', 's3', 's2', 's1'])
  expect(await call('list', { offset: 1, limit: 1 })).toMatchObject({
    spans: [{ name: 's3' }],
    total: 3,
    offset: 1,
    limit: 1,
    storage: STORAGE,
  })
})

test('every filter narrows the list', async () => {
  const { take, names } = traces()
  take([span(1, { status: { code: 2 }, attributes: [attribute('k', 'v')] }), span(2)], 'Orders')
  take([span(10, { traceId: OTHER, attributes: [attribute('iii.function.kind', 'internal')] })], 'billing')
  expect(await names({ trace_id: TRACE.toUpperCase() })).toEqual(['s1', 's2'])
  expect(await names({ trace_ids: [TRACE, OTHER], include_internal: true })).toEqual(['s1', 's2', 's10'])
  expect(await names({ trace_id: OTHER, trace_ids: [TRACE] })).toEqual([])
  expect(await names({ service_name: 'orders' })).toEqual(['s1', 's2'])
  expect(await names({ name: 'S2' })).toEqual(['s2'])
  expect(await names({ status: 'ERROR' })).toEqual(['s1'])
  expect(await names({ min_duration_ms: 2 })).toEqual(['s2'])
  expect(await names({ max_duration_ms: 1 })).toEqual(['s1'])
  expect(await names({ start_time: 2.5 })).toEqual(['s2'])
  expect(await names({ start_time: 2, end_time: 3 })).toEqual(['s1', 's2'])
  expect(await names({ end_time: 1 })).toEqual(['s1'])
  expect(await names({ status: 'err' })).toEqual(['s1'])
  expect(await names({ attributes: [['k', 'v']] })).toEqual(['s1'])
  expect(await names({ exclude_attributes: [['k', 'v']] })).toEqual(['s2'])
  expect(await names({})).toEqual(['s1', 's2'])
  expect(await names({ sort_by: 'duration', sort_order: 'desc' })).toEqual(['s2', 's1'])
  expect(await names({ sort_by: 'name', sort_order: 'desc' })).toEqual(['s2', 's1'])
  expect(await names({ sort_by: 'shoe size' })).toEqual(['s1', 's2'])
})

test('a search of all spans finds traces whose spans together match', async () => {
  const { take, names } = traces()
  take([span(1), span(2, { parentSpanId: spanId(1), attributes: [attribute('k', 'v')] })])
  take([span(3, { traceId: OTHER, name: 's1' })])
  expect(await names({ search_all_spans: true, name: 's1', attributes: [['k', 'v']] })).toEqual(['s1', 's2'])
  expect(await names({ name: 's1', attributes: [['k', 'v']] })).toEqual([])
})

test('a filter of the wrong kind is named', async () => {
  const { call } = traces()
  await expect(call('list', { attributes: [['k']] })).rejects.toThrow('`attributes` must be an array of [key, value]')
  await expect(call('list', { limit: -1 })).rejects.toMatchObject({ code: 'deserialization_error' })
})

test('an ended span replaces the pending one, which is never restored', async () => {
  const { take, call } = traces()
  take([span(1, { endTimeUnixNano: 0 })])
  expect(await call('list')).toMatchObject({ spans: [{ name: 's1', pending: true }] })
  take([span(1, { name: 'ended' })])
  take([span(1, { endTimeUnixNano: 0 })])
  const { spans } = (await call('list')) as Listed
  expect(spans).toHaveLength(1)
  expect(spans[0]).toMatchObject({ name: 'ended', end_time_unix_nano: 2 * MS })
  expect(spans[0]).not.toHaveProperty('pending')
})

test('the oldest spans are dropped, and the result reports it', async () => {
  const { take, call, names } = traces({ memory_max_spans: 2 })
  take([span(1), span(2), span(3)])
  expect(await names({})).toEqual(['s2', 's3'])
  expect(await names({ trace_id: TRACE })).toEqual(['s2', 's3'])
  expect(await call('list')).toMatchObject({ storage: { completeness: 'partial', known_dropped_spans: 1 } })
})

test('the tree of a trace nests its spans', async () => {
  const { take, call } = traces()
  take([span(1), span(2, { parentSpanId: spanId(1) })])
  expect(await call('tree', { trace_id: TRACE })).toMatchObject({
    roots: [{ name: 's1', children: [{ name: 's2', children: [] }] }],
    storage: STORAGE,
  })
  expect(await call('tree', { trace_id: OTHER })).toMatchObject({ roots: [] })
})

test('spans are grouped by an attribute, the group seen last first', async () => {
  const { take, call } = traces()
  const of = (user: string, label: string) => ({ attributes: [attribute('user', user), attribute('label', label)] })
  take([
    span(1, of('ann', 'Ann')),
    span(3, { ...of('ann', 'Ann'), traceId: OTHER, status: { code: 2 } }),
    span(5, of('bob', 'Bob')),
    span(7),
  ])
  const groups = [
    {
      value: 'bob',
      label: 'Bob',
      trace_ids: [TRACE],
      span_count: 1,
      first_seen_ms: 5,
      last_seen_ms: 10,
      duration_ms: 5,
      error_count: 0,
    },
    {
      value: 'ann',
      label: 'Ann',
      trace_ids: [TRACE, OTHER],
      span_count: 2,
      first_seen_ms: 1,
      last_seen_ms: 6,
      duration_ms: 5,
      error_count: 1,
    },
  ]
  expect(await call('group_by', { attribute: 'user', label_attribute: 'label' })).toEqual({ groups, storage: STORAGE })
  expect(await call('group_by', { attribute: 'user', since_ms: 4 })).toMatchObject({ groups: [{ label: null }] })
  expect(await call('group_by', { attribute: 'user', limit: 1 })).toMatchObject({ groups: [{ value: 'bob' }] })
})

test('cleared traces are gone', async () => {
  const { take, call, names } = traces()
  take([span(1)])
  expect(await call('clear')).toEqual({ success: true })
  expect(await names({ trace_id: TRACE })).toEqual([])
  take([span(2)])
  expect(await names({})).toEqual(['s2'])
})

test('reading traces reports that telemetry is disabled', async () => {
  const { take, call } = traces({ enabled: false })
  take([span(1)])
  for (const name of ['list', 'clear'])
    await expect(call(name)).rejects.toMatchObject({ code: 'memory_exporter_not_enabled' })
})
