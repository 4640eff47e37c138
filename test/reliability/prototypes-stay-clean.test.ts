import { afterEach, expect, test, vi } from 'vitest'
import { parseEngineConfig } from '../../src/engine/config/config-file.js'
import { atLeastTests } from '../kit/at-least.js'
import { rawCall } from '../kit/http-client.js'
import { startHttp } from '../kit/builtin-rig.js'
import { engineRig, type EngineRig, guardedRig } from '../kit/engine-rig.js'
import { RawWorker } from '../kit/raw-worker.js'

/** Own keys of the prototypes of objects and arrays, before any other code has run. */
const watched = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype]
const snapshot = (): unknown[] =>
  watched.flatMap((each: object): unknown[] =>
    Reflect.ownKeys(each).flatMap((key) => [key, Object.getOwnPropertyDescriptor(each, key)?.value as unknown]),
  )
const clean = snapshot()
/** Compared by identity, member by member. */
const isClean = (): boolean => {
  const now = snapshot()
  return now.length === clean.length && now.every((each, n) => Object.is(each, clean[n]))
}

afterEach(() => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect(isClean()).toBe(true)
})

/** JSON texts that a careless merge, copy or path would carry into a prototype. */
const POISONS = [
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"prototype":{"polluted":1}}',
  '{"a":{"__proto__":{"polluted":1}}}',
  '[{"__proto__":{"polluted":1}}]',
  '{"__proto__":[],"polluted":1}',
  '{"\\u005f_proto__":{"polluted":1}}',
  '{"__proto__":{"toString":1,"then":1,"polluted":1}}',
]
const PLACES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__']

async function rigWithStores(): Promise<{ rig: EngineRig; worker: RawWorker }> {
  const names = ['iii-state', 'iii-stream', 'iii-queue', 'iii-pubsub', 'configuration']
  const rig = await engineRig({
    workers: names.map((name) => ({ name, ...(name === 'iii-stream' && { config: { port: 0 } }) })),
  })
  return { rig, worker: await rig.worker({ name: 'w' }) }
}

const UUID = '00000000-0000-4000-8000-000000000001'

/** Every member of every frame that takes any JSON. */
const frames: Record<string, (poison: string) => string> = {
  data: (p) => `{"type":"invokefunction","invocation_id":"${UUID}","function_id":"f","data":${p}}`,
  metadata: (p) => `{"type":"invokefunction","invocation_id":"${UUID}","function_id":"f","data":{},"metadata":${p}}`,
  action: (p) => `{"type":"invokefunction","invocation_id":"${UUID}","function_id":"f","data":{},"action":${p}}`,
  result: (p) => `{"type":"invocationresult","invocation_id":"${UUID}","function_id":"f","result":${p}}`,
  error: (p) => `{"type":"invocationresult","invocation_id":"${UUID}","function_id":"f","error":${p}}`,
  announcement: (p) => `{"type":"invokefunction","function_id":"engine::workers::register","data":${p}}`,
  telemetry: (p) =>
    `{"type":"invokefunction","function_id":"engine::workers::register","data":{"telemetry":${p},"pid":1}}`,
  'request format': (p) => `{"type":"registerfunction","id":"g","request_format":${p}}`,
  'function metadata': (p) => `{"type":"registerfunction","id":"g","metadata":${p}}`,
  invocation: (p) => `{"type":"registerfunction","id":"g","invocation":${p}}`,
  'trigger config': (p) => `{"type":"registertrigger","id":"t","trigger_type":"state","function_id":"f","config":${p}}`,
  'trigger metadata': (p) =>
    `{"type":"registertrigger","id":"t","trigger_type":"x","function_id":"f","config":{},"metadata":${p}}`,
  'call format': (p) => `{"type":"registertriggertype","id":"y","description":"","call_request_format":${p}}`,
  'a frame with more members': (p) => `{"type":"ping","extra":${p}}`,
  'the frame itself': (p) => p,
  'a frame that inherits': (p) => `{"__proto__":{"type":"ping"},"x":${p}}`,
}

test.each(Object.entries(frames).flatMap(([member, write]) => POISONS.map((poison) => ({ member, poison, write }))))(
  'frames: $member with $poison',
  async ({ poison, write }) => {
    const { rig, worker } = await rigWithStores()
    worker.register('f')
    worker.send(write(poison))
    await rig.settle()
    for (const id of ['engine::functions::list', 'engine::workers::list', 'engine::registered-triggers::list']) {
      expect(await rig.call(worker, id)).toHaveProperty('result')
    }
    expect(rig.lines.filter(({ level }) => level === 'error')).toEqual([])
  },
)

const OPERATIONS = ['set', 'merge', 'append', 'increment', 'decrement', 'remove']
const updates = PLACES.slice(0, 3).flatMap((place) =>
  OPERATIONS.flatMap((type) => [place, [place], ['a', place], [place, 'polluted']].map((path) => ({ type, path }))),
)

test.each(updates)('stores: $type at $path', async ({ type, path }) => {
  const { rig, worker } = await rigWithStores()
  const ops = [
    { type, path, value: { polluted: 1 }, by: 1 },
    { type: 'set', path: 'kept', value: 1 },
  ]
  const state = { scope: 's', key: 'k' }
  const item = { stream_name: 's', group_id: 'g', item_id: 'i' }
  await rig.call(worker, 'state::set', { ...state, value: { a: {} } })
  await rig.call(worker, 'stream::set', { ...item, data: { a: {} } })
  await rig.call(worker, 'state::update', { ...state, ops })
  await rig.call(worker, 'stream::update', { ...item, ops })
  for (const [id, input] of [
    ['state::get', state],
    ['stream::get', item],
  ] as const) {
    const { result } = await rig.call(worker, id, input)
    expect(result).toHaveProperty('a')
    expect((result as { polluted?: unknown }).polluted).toBeUndefined()
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype)
  }
})

test.each(PLACES.flatMap((place) => POISONS.map((poison) => ({ place, poison }))))(
  'stores: $poison kept under the name $place',
  async ({ place, poison }) => {
    const { rig, worker } = await rigWithStores()
    const value: unknown = JSON.parse(poison)
    const merge = {
      ops: [
        { type: 'merge', path: [], value },
        { type: 'merge', path: 'x', value },
      ],
    }
    const state = { scope: place, key: place }
    const item = { stream_name: place, group_id: place, item_id: place }
    const asked: [string, object][] = [
      ['state::get', state],
      ['state::list', { scope: place }],
      ['state::set', { ...state, value }],
      ['state::update', { ...state, ...merge }],
      ['state::list_groups', {}],
      ['state::delete', state],
      ['stream::get', item],
      ['stream::set', { ...item, data: value }],
      ['stream::update', { ...item, ...merge }],
      ['stream::list_all', {}],
      ['stream::delete', item],
      [
        'configuration::register',
        { id: place, name: place, description: '', schema: { type: 'object' }, initial_value: value },
      ],
      ['configuration::set', { id: place, value }],
      ['configuration::get', { id: place }],
      ['configuration::list', {}],
      ['engine::functions::info', { ids: [place] }],
      ['engine::baggage::set', { key: place, value: 'x' }],
    ]
    for (const [id, input] of asked) {
      const invocation_id = worker.invoke(id, input)
      // A schema's checker is loaded when the first schema is there, which takes more than a turn.
      const { result } = await vi.waitFor(async () => {
        await rig.settle()
        return worker.take('invocationresult', { invocation_id })
      })
      // Only stored values are found.
      if (id === 'state::get' || id === 'stream::get') expect(result ?? null).toBeNull()
    }
    await rig.call(worker, 'state::set', { ...state, value })
    expect((await rig.call(worker, 'state::get', state))['result']).toEqual(value)
  },
)

const yamlKeys = [
  '__proto__',
  '"__proto__"',
  "'__proto__'",
  '"\\u005f_proto__"',
  'constructor',
  'prototype',
  '? __proto__\n',
]
const yamlPlaces: Record<string, (key: string) => string> = {
  root: (key) => `${key}: {polluted: 1}\nworkers: []\n`,
  worker: (key) => `workers:\n  - name: iii-state\n    ${key}: {polluted: 1}\n`,
  config: (key) => `workers:\n  - name: iii-state\n    config: {${key}: {polluted: 1}}\n`,
  'nested config': (key) => `workers:\n  - name: iii-http\n    config: {cors: {${key}: {polluted: 1}}}\n`,
  'merge key': (key) => `base: &b {${key}: {polluted: 1}}\nworkers:\n  - <<: *b\n    name: iii-state\n`,
}

test.each(Object.entries(yamlPlaces).flatMap(([place, write]) => yamlKeys.map((key) => ({ place, key, write }))))(
  'configuration: $key in $place',
  ({ key, write }) => {
    const attempt = (): unknown => parseEngineConfig(write(key), { fileName: 'c.yaml', env: {} })
    let refusal: unknown
    try {
      attempt()
    } catch (error) {
      refusal = error
    }
    if (key.includes('proto__')) expect(refusal).toMatchObject({ code: 'INVALID_CONFIG' })
  },
)

test.each(PLACES)('configuration: a variable named %s is not found on a prototype', (name) => {
  // A place that takes any text, so that only the variable can be refused.
  const text = `workers: [{name: iii-state, config: {adapter: {config: {file_path: "\${${name}}"}}}}]`
  const attempt = (): unknown => parseEngineConfig(text, { fileName: 'c.yaml', env: {} })
  expect(attempt).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }) as Error)
})

test.each(PLACES)('HTTP: query, header, path parameter and body named %s are data', async (place) => {
  const rig = await startHttp()
  const seen: Record<string, unknown>[] = []
  rig.host.serve('f', (payload) => {
    seen.push(payload as Record<string, unknown>)
    return { status_code: 200, headers: JSON.parse(`{"${place}":"x"}`) as object, body: {} }
  })
  await rig.route('f', { api_path: `/p/:${place.replaceAll('_', '')}`, http_method: 'POST' })
  const body = `{"${place}":{"polluted":1}}`
  const answer = await rawCall(
    rig.port,
    `POST /p/${place}?${place}=1&${place}[polluted]=1&a[${place}]=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
      `${place}: polluted\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
  )
  expect(answer).toMatch(/^HTTP\/1\.1 200/)
  const [payload] = seen
  for (const part of ['query_params', 'headers'] as const) {
    const record = payload![part] as object
    const name = part === 'headers' ? place.toLowerCase() : place
    expect(Object.hasOwn(record, name)).toBe(true)
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype)
  }
  expect(payload!['body']).toEqual(JSON.parse(body))
})

test.each(PLACES)(
  'handshake: query and header named %s reach the auth function as data, and its answer is read as data',
  async (place) => {
    const rig = await guardedRig()
    new RawWorker(
      rig.engine.dial(1),
      `memory://engine/?${place}=x`,
      JSON.parse(`{"${place}":"x"}`) as Record<string, string>,
    )
    await rig.settle()
    const grants = JSON.parse(
      `{"${place}":{"allowed_functions":["auth"]},"context":{"${place}":{"polluted":1}}}`,
    ) as object
    const { data } = await rig.answer('auth', { result: grants })
    const { query_params: query, headers } = data as { query_params: object; headers: object }
    expect(Object.getOwnPropertyDescriptor(query, place)?.value).toEqual(['x'])
    expect(Object.getOwnPropertyDescriptor(headers, place.toLowerCase())?.value).toBe('x')
    rig.admin.send({ type: 'ping' })
    await rig.settle()
    expect(rig.admin.peek('pong')).toBeDefined()
  },
)

test('the check detects a changed prototype', () => {
  Object.defineProperty(Object.prototype, 'planted', { value: 1, configurable: true })
  expect(isClean()).toBe(false)
  delete (Object.prototype as { planted?: unknown }).planted
})

atLeastTests(310)
