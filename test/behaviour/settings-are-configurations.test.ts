import { expect, test } from 'vitest'
import type { EngineSettings } from '../../src/engine/config/config.js'
import { engineRig, guardedRig } from '../kit/engine-rig.js'
import { gauge, metricFrame } from '../kit/telemetry-frames.js'
import type { Frame, RawWorker } from '../kit/raw-worker.js'
import { until } from '../kit/waiting.js'

const NAMES = ['cron', 'http', 'observability', 'pubsub', 'queue', 'state', 'stream'].map((name) => `iii-${name}`)
const address = { host: '127.0.0.1', port: 0 }

/** An engine with all built-ins whose settings are configurations, and a worker that changes them. */
async function engineWith(changes: Readonly<Record<string, object>> = {}, local: Record<string, object> = {}) {
  const workers: EngineSettings['workers'] = NAMES.map((name) => ({
    name,
    config: { ...(name === 'iii-http' || name === 'iii-stream' ? address : {}), ...changes[name] },
    local: local[name],
  }))
  const rig = await engineRig({ workers })
  const worker = await rig.worker({ name: 'operator' })
  const call = async (functionId: string, data: object = {}, extra: Frame = {}): Promise<unknown> => {
    const { result, error } = await rig.call(worker, functionId, data, extra)
    return error ?? result
  }
  return {
    ...rig,
    worker,
    call,
    get: async (id: string) => ((await call('configuration::get', { id })) as { value: unknown }).value,
    set: (id: string, value: unknown) => call('configuration::set', { id, value }),
    refused: async (id: string, value: unknown, message: RegExp) => {
      const before = await call('configuration::get', { id })
      expect(await call('configuration::set', { id, value })).toMatchObject({
        code: 'SCHEMA_INVALID',
        message: expect.stringMatching(message) as string,
      })
      expect(await call('configuration::get', { id })).toEqual(before)
    },
  }
}

/** Binds a function to a trigger of its name. */
function bind(worker: RawWorker, functionId: string, triggerType: string, config: object): void {
  worker.register(functionId)
  const trigger = { id: functionId, trigger_type: triggerType, function_id: functionId, config }
  worker.send({ type: 'registertrigger', ...trigger })
}

/** Calls that the worker has not answered. */
function callsIn(worker: RawWorker): Frame[] {
  return worker.frames.filter(({ type }) => type === 'invokefunction')
}

test('the settings of every built-in are listed with their schema, and read with their defaults', async () => {
  const { call, get } = await engineWith({ 'iii-queue': { queue_configs: { mail: { max_retries: 5 } } } })
  const { configurations } = (await call('configuration::list')) as { configurations: Frame[] }
  expect(configurations.map(({ id }) => id).sort()).toEqual(NAMES)
  for (const { schema, description } of configurations) {
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false })
    expect(description).not.toBe('')
  }
  expect(await get('iii-http')).toEqual({ default_timeout: 30_000, concurrency_request_limit: 1024 })
  expect(await get('iii-queue')).toEqual({ queue_configs: { mail: { max_retries: 5 } } })
  expect(await get('iii-state')).toEqual({ triggers_enabled: true })
})

test('hosts, ports, access rules, storage and local settings are neither shown nor accepted', async () => {
  const storage = { store_method: 'in_memory', file_path: '/secret/place' }
  const { call, get, refused } = await engineWith(
    {
      'iii-http': { middleware: [{ function_id: 'guard' }] },
      'iii-stream': { auth_function: 'stream::auth', adapter: { config: storage } },
      'iii-state': { adapter: { name: 'kv', config: storage } },
      'iii-queue': { adapter: { config: storage } },
      'iii-observability': {
        alerts: [{ name: 'a', metric: 'm', threshold: 1, action: { type: 'function', path: 'f' } }],
      },
    },
    { 'iii-http': { body_limit: 1000 } },
  )
  const shown = JSON.stringify(await Promise.all(NAMES.map(get)))
  expect(shown).not.toMatch(/127\.0\.0\.1|"port"|"host"|guard|stream::auth|secret|alerts|body_limit/)
  const schemas = JSON.stringify(await call('configuration::list'))
  expect(schemas).not.toMatch(/"port"|"host"|middleware|auth_function|file_path|alerts|body_limit/)
  for (const [id, value] of [
    ['iii-http', { port: 1 }],
    ['iii-http', { host: '0.0.0.0' }],
    ['iii-http', { middleware: [] }],
    ['iii-http', { local: { body_limit: 1 } }],
    ['iii-stream', { auth_function: '' }],
    ['iii-stream', { allowed_origins: ['https://evil.example'] }],
    ['iii-state', { adapter: { config: { file_path: '/elsewhere' } } }],
    ['iii-state', { adapter: { name: 'kv' } }],
    ['iii-queue', { adapter: { config: { store_method: 'file_based' } } }],
    ['iii-observability', { alerts: [] }],
    ['iii-pubsub', { adapter: { name: 'local' } }],
  ] as const)
    await refused(id, value, /is not a known key/)
  expect(await call('configuration::get', { id: 'iii-worker-manager' })).toMatchObject({ code: 'NOT_FOUND' })
})

test('an invalid change is refused whole, and a worker cannot register one of these', async () => {
  const { call, refused, set, engine } = await engineWith()
  await refused('iii-http', { default_timeout: 5, concurrency_request_limit: 0 }, /concurrency_request_limit must be/)
  await refused('iii-http', null, /must be an object, got null/)
  await refused('iii-http', 'fast', /must be an object/)
  await refused('iii-queue', { queue_configs: { new: {}, m: { type: 'fifo' } } }, /m\.message_group_field must be/)
  await refused('iii-queue', JSON.parse('{"__proto__":{}}'), /__proto__/)
  await refused('iii-observability', { memory_max_spans: 1, sampling: { rules: [{ rate: 2 }] } }, /rules\.0\.rate/)
  const names = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`q${String(index)}`, {}]))
  await refused('iii-queue', { queue_configs: names }, /at most 1000/)
  const own = { id: 'iii-http', name: 'x', description: '', schema: {}, initial_value: { port: 1 } }
  expect(await call('configuration::register', own)).toMatchObject({ code: 'INVALID_ID' })
  expect(await set('iii-cron', {})).toEqual({ old_value: {}, new_value: {} })
  expect(engine.stats().refused.writes).toBe(0)
})

test('a changed CORS policy applies to the next response, and admits no page that was not allowed at the start', async () => {
  const { engine, get, refused, set } = await engineWith()
  const asked = async (origin: string) => {
    const { headers } = await engine.inject({ method: 'OPTIONS', path: '/', headers: { origin } })
    return [headers.get('access-control-allow-origin'), headers.get('access-control-allow-methods')]
  }
  expect(await asked('https://a.example')).toEqual(['*', '*'])
  await set('iii-http', { cors: { allowed_origins: ['https://b.example'], allowed_methods: ['get'] } })
  expect(await asked('https://a.example')).toEqual([null, 'GET'])
  expect(await asked('https://b.example')).toEqual(['https://b.example', 'GET'])
  await set('iii-http', {})
  expect(await asked('https://a.example')).toEqual(['*', '*'])
  expect(await get('iii-http')).toEqual({})

  const narrow = await engineWith({}, { 'iii-http': { allowed_origins: ['https://app.example'] } })
  const origins = (allowed_origins: string[]) => ({ cors: { allowed_origins } })
  await narrow.refused('iii-http', origins(['*']), /allowed since the start/)
  await narrow.refused('iii-http', origins([]), /allowed since the start/)
  await narrow.refused('iii-http', origins(['https://app.example', 'https://evil.example']), /evil/)
  expect(await narrow.set('iii-http', origins(['https://app.example', 'http://localhost:5173']))).toHaveProperty(
    'new_value',
  )
  await refused('iii-http', { cors: { allowed_origins: '*' } }, /must be a list/)
})

test('a changed limit of requests lets waiting ones run, and a changed time limit applies to the next request', async () => {
  const { engine, worker, set, clock } = await engineWith({ 'iii-http': { concurrency_request_limit: 1 } })
  bind(worker, 'slow', 'http', { api_path: 'slow', http_method: 'GET' })
  await clock.advance(0)
  const request = () => engine.inject({ path: '/slow' })
  const both = [request(), request()]
  await until(() => engine.stats().waiting.requests === 1)
  await set('iii-http', { concurrency_request_limit: 2, default_timeout: 50 })
  expect(engine.stats().waiting.requests).toBe(0)
  const third = request()
  await until(() => engine.stats().waiting.requests === 1)
  await clock.advance(60)
  expect((await third).status).toBe(504)
  await clock.advance(30_000)
  expect((await Promise.all(both)).map(({ status }) => status)).toEqual([504, 504])
})

test('queues are added, changed and removed while jobs run; one with jobs is kept', async () => {
  const { call, worker, set, clock, refused } = await engineWith({
    'iii-queue': { queue_configs: { slow: { concurrency: 1 } } },
  })
  worker.register('work')
  await clock.advance(0)
  const enqueue = (queue: string) => call('work', { n: 1 }, { action: { type: 'enqueue', queue } })
  await enqueue('slow')
  await enqueue('slow')
  await clock.advance(0)
  const first = worker.take('invokefunction')
  expect(callsIn(worker)).toEqual([])
  await refused(
    'iii-queue',
    { queue_configs: { other: {} } },
    /must keep the string "slow", which has 2 unfinished jobs/,
  )
  expect(await enqueue('other')).toMatchObject({ message: expect.stringMatching(/not found/) as string })
  await set('iii-queue', { queue_configs: { slow: { concurrency: 2, max_retries: 1 }, other: {} } })
  await clock.advance(0)
  worker.answer(first)
  worker.answer(worker.take('invokefunction'))
  await clock.advance(0)
  expect(await enqueue('other')).toHaveProperty('messageReceiptId')
  await clock.advance(0)
  worker.answer(worker.take('invokefunction'))
  await clock.advance(10)
  await set('iii-queue', {})
  expect(await enqueue('slow')).toMatchObject({ message: expect.stringMatching(/not found/) as string })
})

test('retention and sampling of telemetry change while it is kept', async () => {
  const { call, set, clock } = await engineWith()
  const logs = async () => ((await call('engine::logs::list')) as { logs: Frame[] }).logs.map(({ body }) => body)
  const spans = async () =>
    ((await call('engine::traces::list', { include_internal: true, search_all_spans: true })) as { total: number })
      .total
  for (const message of ['a', 'b', 'c']) await call('engine::log::info', { message })
  expect(await logs()).toEqual(expect.arrayContaining(['a', 'b', 'c']))
  await set('iii-observability', { logs_max_count: 1 })
  expect(await logs()).toEqual(['c'])
  await set('iii-observability', { logs_enabled: false, memory_max_spans: 1, sampling_ratio: 0, service_name: 'shop' })
  await call('engine::log::info', { message: 'd' })
  expect(await logs()).not.toContain('d')
  expect(await call('engine::sampling::rules')).toMatchObject({ traces: { default_ratio: 0 } })
  await clock.advance(0)
  expect(await spans()).toBeLessThanOrEqual(1)
})

test('times and counts of retention apply to what is kept already', async () => {
  const { call, worker, set, clock } = await engineWith()
  const logs = async () => ((await call('engine::logs::list')) as { logs: Frame[] }).logs.length
  const metrics = async () =>
    ((await call('engine::metrics::list')) as { sdk_metrics: Frame[] }).sdk_metrics.map(({ name }) => name)
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  for (const value of [1, 2, 3]) await call('state::set', { scope: 's', key: 'k', value }, { traceparent: trace })
  const all = { search_all_spans: true, include_internal: true }
  const spans = async () => ((await call('engine::traces::list', all)) as { total: number }).total
  await call('engine::log::info', { message: 'old' })
  const at = { timeUnixNano: clock.epochMs() * 1e6 }
  worker.send(metricFrame([gauge('heat', 1, at), gauge('cold', 1, at)]))
  await clock.advance(5_000)
  expect([await logs(), await metrics(), await spans()]).toEqual([1, ['heat', 'cold'], 3])
  await set('iii-observability', { metrics_max_count: 1, memory_max_spans: 2 })
  expect([await logs(), await metrics(), await spans()]).toEqual([1, ['cold'], 2])
  await set('iii-observability', { metrics_retention_seconds: 2, logs_retention_seconds: 2, logs_sampling_ratio: 0 })
  await call('engine::log::info', { message: 'sampled out' })
  expect([await logs(), await metrics()]).toEqual([0, []])
})

test('a changed backoff applies to the next attempt, and a queue becomes fifo', async () => {
  const queue = (settings: object) => ({ queue_configs: { mail: settings } })
  const { call, worker, set, clock } = await engineWith({ 'iii-queue': queue({ backoff_ms: 10_000 }) })
  worker.register('work')
  await clock.advance(0)
  const enqueue = (data: object) => call('work', data, { action: { type: 'enqueue', queue: 'mail' } })
  const fail = () => {
    worker.answer(worker.take('invokefunction'), { error: { code: 'E', message: 'no' } })
  }
  await enqueue({ n: 1 })
  await clock.advance(0)
  fail()
  await set('iii-queue', queue({ backoff_ms: 10 }))
  await clock.advance(10_200)
  fail()
  await clock.advance(1_000)
  worker.answer(worker.take('invokefunction'))
  await set('iii-queue', queue({ type: 'fifo', message_group_field: 'to' }))
  expect(await enqueue({ n: 1 })).toMatchObject({ message: expect.stringMatching(/^message_group_missing/) as string })
  expect(await enqueue({ to: 'a' })).toHaveProperty('messageReceiptId')
})

test('state triggers are switched off, and the size of values is limited', async () => {
  const { call, worker, set, clock } = await engineWith()
  bind(worker, 'seen', 'state', {})
  await clock.advance(0)
  const write = (value: unknown) => call('state::set', { scope: 's', key: 'k', value })
  await write(1)
  await clock.advance(0)
  worker.answer(worker.take('invokefunction', { function_id: 'seen' }))
  await set('iii-state', { triggers_enabled: false, max_value_bytes: 10 })
  await write(2)
  await clock.advance(0)
  expect(callsIn(worker)).toEqual([])
  expect(await write('x'.repeat(20))).toMatchObject({ code: 'VALUE_TOO_LARGE' })
})

test('a change fires configuration triggers, and `on-config-change` applies the stored settings again', async () => {
  const { call, worker, set, clock } = await engineWith()
  bind(worker, 'changed', 'configuration', { configuration_id: 'iii-state' })
  await clock.advance(0)
  await set('iii-state', { triggers_enabled: false })
  await set('iii-http', { default_timeout: 1 })
  await clock.advance(0)
  expect(callsIn(worker).map(({ data }) => data)).toMatchObject([
    {
      event_type: 'configuration:updated',
      id: 'iii-state',
      old_value: { triggers_enabled: true },
      new_value: { triggers_enabled: false },
    },
  ])
  for (const name of NAMES) expect(await call(`${name}::on-config-change`, { new_value: { port: 1 } })).toBeUndefined()
})

test('`iii-observability::ui-content` is answered with NOT_FOUND', async () => {
  const { call } = await engineWith()
  expect(await call('iii-observability::ui-content')).toMatchObject({ code: 'NOT_FOUND' })
})

test('a session on a guarded listener reads settings that it may read, and changes none', async () => {
  const rig = await guardedRig({}, { served: [{ name: 'iii-cron' }] })
  const guest = await rig.guest({ allowed_functions: ['configuration::*'] })
  const call = (functionId: string, data: object) => rig.call(guest, functionId, data)
  expect(await call('configuration::get', { id: 'iii-cron' })).toHaveProperty('result')
  const change = { id: 'iii-cron', value: {} }
  expect(await call('configuration::set', change)).toMatchObject({ error: { code: 'FORBIDDEN' } })
})

test('the settings stay when configurations expire', async () => {
  const { engine, clock } = await engineRig({
    workers: [{ name: 'configuration', config: { ttl_seconds: 1 } }, { name: 'iii-cron' }],
  })
  await engine.invoke({ functionId: 'configuration::set', data: { id: 'iii-cron', value: {} } })
  await clock.advance(5_000)
  expect(await engine.invoke({ functionId: 'configuration::get', data: { id: 'iii-cron' } })).toMatchObject({
    value: {},
  })
})
