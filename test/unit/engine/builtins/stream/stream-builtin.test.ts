import { describe, expect, test } from 'vitest'
import { createStreamBuiltin } from '../../../../../src/engine/builtins/stream/stream-builtin.js'
import { parseStreamConfig } from '../../../../../src/engine/builtins/stream/stream-config.js'
import { FakeHost } from '../../../../kit/fake-host.js'
import { startStream } from '../../../../kit/builtin-rig.js'
import { temporaryFolder } from '../../../../kit/temporary-folder.js'

const group = { stream_name: 'chat', group_id: 'g' }
const item = { ...group, item_id: 'i' }

test('set, get and delete answer with the members of the wire protocol', async () => {
  const { call } = await startStream()
  expect(await call('get', item)).toBeUndefined()
  expect(await call('set', { ...item, data: { a: 1 } })).toEqual({ old_value: null, new_value: { a: 1 } })
  expect(await call('set', { ...item, data: null })).toEqual({ old_value: { a: 1 }, new_value: null })
  expect(await call('get', item)).toBeNull()
  expect(await call('delete', item)).toEqual({ old_value: null })
  expect(await call('get', item)).toBeUndefined()
  expect(await call('delete', item)).toEqual({ old_value: null })
})

test('list gives a group in the order of its first sets; streams and groups whose names run together stay apart', async () => {
  const { call } = await startStream()
  for (const item_id of ['2', '1']) await call('set', { ...group, item_id, data: item_id })
  await call('set', { stream_name: 'chat","g', group_id: '', item_id: 'x', data: 'other' })
  expect(await call('list', group)).toEqual(['2', '1'])
  expect(await call('list', { stream_name: 'chat', group_id: 'none' })).toEqual([])
  expect(await call('list_groups', { stream_name: 'chat' })).toEqual(['g'])
  expect(await call('list_groups', { stream_name: 'none' })).toEqual([])
  expect(await call('list_all', {})).toEqual({
    stream: [
      { id: 'chat', groups: ['g'] },
      { id: 'chat","g', groups: [''] },
    ],
    count: 2,
  })
})

test('update answers with errors only when there are some', async () => {
  const { call } = await startStream()
  const increment = (path: string) => ({ ...item, ops: [{ type: 'increment', path, by: 1 }] })
  expect(await call('update', increment('n'))).toEqual({ old_value: null, new_value: { n: 1 } })
  expect(await call('update', increment('__proto__'))).toMatchObject({
    new_value: { n: 1 },
    errors: [{ op_index: 0, code: 'increment.path.proto_polluted' }],
  })
})

test('send answers null and stores nothing', async () => {
  const { call } = await startStream()
  expect(await call('send', { ...group, type: 'note', data: null })).toBeNull()
  expect(await call('list_all', {})).toEqual({ stream: [], count: 0 })
})

test.each([
  ['set', { ...item }],
  ['set', { ...group, data: 1 }],
  ['get', { stream_name: 'chat', item_id: 'i' }],
  ['delete', group],
  ['list', { stream_name: 'chat' }],
  ['list_groups', {}],
  ['update', item],
  ['update', { ...item, ops: [{ type: 'explode' }] }],
  ['send', { ...group, data: 1 }],
  ['send', { ...group, type: 'x' }],
  ['send', { ...group, type: 'x', data: 1, id: 7 }],
])('stream::%s refuses %j as deserialization_error', async (name, input) => {
  const { call } = await startStream()
  await expect(call(name, input)).rejects.toMatchObject({ code: 'deserialization_error' })
})

test('hostile names are treated as plain names', async () => {
  const { call } = await startStream()
  const names = ['__proto__', 'constructor', 'toString']
  for (const name of names) {
    const place = { stream_name: name, group_id: name, item_id: name }
    expect(await call('get', place)).toBeUndefined()
    expect(await call('list_groups', place)).toEqual([])
    await call('set', { ...place, data: { polluted: true } })
    expect(await call('list', place)).toEqual([{ polluted: true }])
  }
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
})

test('functions answer with their own code while the store is not open', async () => {
  const { builtin, call } = await startStream()
  await builtin.stop()
  const codes = [
    [call('set', { ...item, data: 1 }), 'STREAM_SET_ERROR'],
    [call('get', item), 'STREAM_GET_ERROR'],
    [call('delete', item), 'STREAM_DELETE_ERROR'],
    [call('list', group), 'STREAM_GET_GROUP_ERROR'],
    [call('list_groups', group), 'STREAM_LIST_GROUPS_ERROR'],
    [call('list_all', {}), 'STREAM_LIST_ALL_ERROR'],
    [call('update', { ...item, ops: [] }), 'STREAM_UPDATE_ERROR'],
    [call('send', { ...group, type: 'x', data: 1 }), 'STREAM_SEND_ERROR'],
  ] as const
  for (const [answer, code] of codes) await expect(answer).rejects.toMatchObject({ code })
})

test('file-based items are there again after a restart', async () => {
  const config = { adapter: { config: { store_method: 'file_based', file_path: await temporaryFolder() } } }
  const first = await startStream(config)
  await first.call('set', { ...item, data: 1 })
  await first.builtin.stop()
  const second = await startStream(config)
  expect(await second.call('list', group)).toEqual([1])
})

test('a port in use has its own error, and leaves the store closed', async () => {
  const { builtin } = await startStream()
  const adapter = { config: { store_method: 'file_based', file_path: await temporaryFolder() } }
  const settings = { host: '127.0.0.1', port: builtin.port, adapter }
  const second = createStreamBuiltin(new FakeHost(), parseStreamConfig(settings))
  await expect(second.start()).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  await startStream({ adapter })
})

describe('a stream that a worker stores itself', () => {
  test('serves each operation that has a function, with the members of that operation only', async () => {
    const { host, call } = await startStream()
    const answers: Record<string, unknown> = {
      get: { from: 'custom' },
      set: { old_value: null, new_value: 2, extra: true },
      delete: { old_value: 3 },
      list: [4],
      list_groups: ['mine'],
      update: { old_value: 5, new_value: 6 },
    }
    for (const [name, answer] of Object.entries(answers)) host.serve(`stream::${name}(chat)`, () => answer)
    const extra = { _caller_worker_id: 'w' }
    const ops = [{ type: 'set', path: 'a', value: 1 }]
    expect(await call('get', { ...item, ...extra })).toEqual({ from: 'custom' })
    expect(await call('set', { ...item, ...extra, data: 1 })).toEqual({ old_value: null, new_value: 2 })
    expect(await call('delete', { ...item, ...extra })).toEqual({ old_value: 3 })
    expect(await call('list', { ...group, ...extra })).toEqual([4])
    expect(await call('list_groups', { stream_name: 'chat', ...extra })).toEqual(['mine'])
    expect(await call('update', { ...item, ...extra, ops })).toEqual({ old_value: 5, new_value: 6 })
    expect(host.calls.map(({ functionId, data, namespace }) => [functionId, data, namespace])).toEqual([
      ['stream::get(chat)', item, 'default'],
      ['stream::set(chat)', { ...item, data: 1 }, 'default'],
      ['stream::delete(chat)', item, 'default'],
      ['stream::list(chat)', group, 'default'],
      ['stream::list_groups(chat)', { stream_name: 'chat' }, 'default'],
      ['stream::update(chat)', { ...item, ops }, 'default'],
    ])
    expect(await call('list_all', {})).toEqual({ stream: [], count: 0 })
  })

  test('falls back to the engine for operations without a function, and for other streams', async () => {
    const { host, call } = await startStream()
    host.serve('stream::get(chat)', () => 'custom')
    await call('set', { ...item, data: 1 })
    expect(await call('get', item)).toBe('custom')
    expect(await call('list', group)).toEqual([1])
    expect(await call('get', { ...item, stream_name: 'other' })).toBeUndefined()
  })

  test('has to answer changes with the result object', async () => {
    const { host, call } = await startStream()
    const answers: Record<string, unknown> = {}
    for (const name of ['set', 'update', 'delete']) host.serve(`stream::${name}(chat)`, () => answers[name])
    const set = () => call('set', { ...item, data: 1 })
    const noResult = { detail: 'Function returned no result' }
    await expect(set()).rejects.toMatchObject({ code: 'STREAM_SET_ERROR', ...noResult })
    await expect(call('update', { ...item, ops: [] })).rejects.toMatchObject({
      code: 'STREAM_UPDATE_ERROR',
      ...noResult,
    })
    await expect(call('delete', item)).rejects.toMatchObject({ code: 'STREAM_DELETE_ERROR', ...noResult })
    for (const answer of [7, [1], {}, { old_value: 1 }]) {
      answers['set'] = answer
      await expect(set()).rejects.toMatchObject({ code: 'JSON_ERROR' })
    }
    answers['delete'] = {}
    expect(await call('delete', item)).toEqual({ old_value: null })
  })

  test('passes its errors on as they are', async () => {
    const { host, call } = await startStream()
    const error = Object.assign(new Error('m'), { code: 'E' })
    host.serve('stream::get(chat)', () => {
      throw error
    })
    await expect(call('get', item)).rejects.toBe(error)
  })
})

describe('parseStreamConfig', () => {
  test('uses the defaults if no configuration is given', () => {
    expect(parseStreamConfig(undefined)).toEqual({
      host: '0.0.0.0',
      port: 3112,
      authFunctionId: undefined,
      authRequired: false,
      channelSize: 256,
      storage: { kind: 'memory' },
      origins: { allowedOrigins: [], allowedHosts: [] },
    })
  })

  test('reads every key', () => {
    const config = { store_method: 'file_based', channel_size: 8, save_interval_ms: 1000 }
    const adapter = { name: 'kv', config }
    const local = {
      auth_required: true,
      allowed_origins: ['https://App.example:443'],
      allowed_hosts: ['Streams.example'],
    }
    expect(parseStreamConfig({ host: '::1', port: 0, auth_function: 'a::b', adapter }, local)).toEqual({
      host: '::1',
      port: 0,
      authFunctionId: 'a::b',
      authRequired: true,
      channelSize: 8,
      storage: { kind: 'durable', directory: 'kv_store_data.db' },
      origins: { allowedOrigins: ['https://app.example'], allowedHosts: ['streams.example'] },
    })
  })

  test.each([
    [{ ports: 1 }, /iii-stream\.ports .* not a known key; accepted: host, port, auth_function, adapter/],
    [{ port: '3112' }, /iii-stream\.port must be a whole number from 0 to 65535, got the string "3112"/],
    [{ auth_function: 7 }, /iii-stream\.auth_function must be a string/],
    [{ adapter: { name: 'redis' } }, /iii-stream\.adapter\.name must be `kv` or `bridge`/],
    [{ adapter: { config: { channel_size: 0 } } }, /iii-stream\.adapter\.config\.channel_size must be a whole number/],
  ])('refuses %j by name', (config, message) => {
    const refusal = { code: 'INVALID_CONFIG', message: expect.stringMatching(message) as string }
    expect(() => parseStreamConfig(config)).toThrow(expect.objectContaining(refusal) as Error)
  })
})
