import { afterEach, describe, expect, test } from 'vitest'
import type { Builtin } from '../../../../../src/engine/builtins/builtin.js'
import { createStateBuiltin } from '../../../../../src/engine/builtins/state/state-builtin.js'
import { parseStateConfig } from '../../../../../src/engine/builtins/state/state-config.js'
import { callBuiltin } from '../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../kit/fake-host.js'
import { temporaryFolder } from '../../../../kit/temporary-folder.js'

const started: Builtin[] = []
afterEach(async () => {
  for (const builtin of started.splice(0)) await builtin.stop()
})

async function start(config?: unknown) {
  const host = new FakeHost()
  const builtin = createStateBuiltin(host, parseStateConfig(config))
  await builtin.start()
  started.push(builtin)
  const call = (name: string, input: unknown): Promise<unknown> => callBuiltin(builtin, `state::${name}`, input)
  return { host, builtin, call }
}

const k = { scope: 's', key: 'k' }

test('set answers with the old and the new value, delete with the removed one', async () => {
  const { call } = await start()
  expect(await call('get', k)).toBeUndefined()
  expect(await call('set', { ...k, value: { a: 1 } })).toEqual({ old_value: null, new_value: { a: 1 } })
  expect(await call('set', { ...k, data: [1] })).toEqual({ old_value: { a: 1 }, new_value: [1] })
  expect(await call('get', k)).toEqual([1])
  expect(await call('delete', k)).toEqual([1])
  expect(await call('delete', k)).toBeUndefined()
})

test('a stored null is a value, not an absence', async () => {
  const { call } = await start()
  await call('set', { ...k, value: null })
  expect(await call('get', k)).toBeNull()
  expect(await call('list', { scope: 's' })).toEqual([null])
})

test('list gives values in the order of their first set, and none for an unknown scope', async () => {
  const { call } = await start()
  for (const key of ['2', 'b', '1']) await call('set', { scope: 's', key, value: key })
  await call('set', { scope: 's', key: 'b', value: 'again' })
  expect(await call('list', { scope: 's' })).toEqual(['2', 'again', '1'])
  expect(await call('list', { scope: 'unknown' })).toEqual([])
})

test('list_groups is sorted and keeps a scope whose last key is gone', async () => {
  const { call } = await start()
  for (const scope of ['b', 'a', 'c']) await call('set', { scope, key: 'k', value: 1 })
  await call('delete', { scope: 'c', key: 'k' })
  expect(await call('list_groups', {})).toEqual({ groups: ['a', 'b', 'c'] })
})

test('update answers with both values, and with errors only when there are some', async () => {
  const { call } = await start()
  const increment = (path: string) => ({ ...k, ops: [{ type: 'increment', path, by: 1 }] })
  expect(await call('update', increment('n'))).toEqual({ old_value: null, new_value: { n: 1 } })
  await call('set', { ...k, value: { n: 1, t: 'x' } })
  const failed = await call('update', increment('t'))
  expect(failed).toMatchObject({ old_value: { n: 1, t: 'x' }, new_value: { n: 1, t: 'x' } })
  expect(failed).toMatchObject({ errors: [{ op_index: 0, code: 'increment.not_number' }] })
})

test('parallel updates of one key all count', async () => {
  const { call } = await start({
    adapter: { config: { store_method: 'file_based', file_path: await temporaryFolder() } },
  })
  const increment = { ...k, ops: [{ type: 'increment', path: 'n', by: 1 }] }
  await Promise.all(Array.from({ length: 200 }, () => call('update', increment)))
  expect(await call('get', k)).toEqual({ n: 200 })
})

test.each([
  ['set', { scope: 's', key: 'k' }],
  ['set', { scope: 's', value: 1 }],
  ['set', { ...k, value: 1, data: 1 }],
  ['get', { key: 'k' }],
  ['get', { scope: 7, key: 'k' }],
  ['get', null],
  ['delete', { scope: 's' }],
  ['update', k],
  ['update', { ...k, ops: {} }],
  ['update', { ...k, ops: [{ type: 'explode' }] }],
  ['list', {}],
])('state::%s refuses %j as deserialization_error', async (name, input) => {
  const { call } = await start()
  await expect(call(name, input)).rejects.toMatchObject({ code: 'deserialization_error' })
})

test('a value over max_value_bytes is refused by set and update, and nothing changes', async () => {
  const { host, call } = await start({ max_value_bytes: 10 })
  await call('set', { ...k, value: '12345678' })
  const tooLarge = { code: 'VALUE_TOO_LARGE', detail: expect.stringContaining('10') as string }
  await expect(call('set', { ...k, value: '123456789' })).rejects.toMatchObject(tooLarge)
  const append = { ...k, ops: [{ type: 'append', value: '9' }] }
  await expect(call('update', append)).rejects.toMatchObject(tooLarge)
  expect(await call('get', k)).toBe('12345678')
  expect(host.calls).toEqual([])
})

test('hostile scopes and keys are treated as plain names', async () => {
  const { call } = await start()
  const names = ['__proto__', 'constructor', 'prototype', 'toString']
  for (const scope of names) {
    for (const key of names) {
      const value: unknown = JSON.parse('{"__proto__":{"polluted":1},"polluted":2}')
      expect(await call('get', { scope, key })).toBeUndefined()
      await call('set', { scope, key, value })
      await call('update', { scope, key, ops: [{ type: 'merge', value: { polluted: 3 } }] })
      expect(JSON.stringify(await call('get', { scope, key }))).toBe('{"__proto__":{"polluted":1},"polluted":3}')
    }
  }
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  expect(await call('list_groups', {})).toEqual({ groups: [...names].sort() })
})

test('functions answer with their own code while the store is not open', async () => {
  const { builtin, call } = await start()
  await builtin.stop()
  await expect(call('get', k)).rejects.toMatchObject({ code: 'GET_ERROR' })
  await expect(call('set', { ...k, value: 1 })).rejects.toMatchObject({ code: 'SET_ERROR' })
  await expect(call('delete', k)).rejects.toMatchObject({ code: 'DELETE_ERROR' })
  await expect(call('update', { ...k, ops: [] })).rejects.toMatchObject({ code: 'UPDATE_ERROR' })
  await expect(call('list', { scope: 's' })).rejects.toMatchObject({ code: 'LIST_ERROR' })
  await expect(call('list_groups', {})).rejects.toMatchObject({ code: 'LIST_GROUPS_ERROR' })
})

test('file-based state is there again after a restart, and in memory it is not', async () => {
  const adapter = { name: 'kv', config: { store_method: 'file_based', file_path: await temporaryFolder() } }
  for (const [config, expected] of [
    [{ adapter }, 1],
    [undefined, undefined],
  ]) {
    const first = await start(config)
    await first.call('set', { ...k, value: 1 })
    await first.builtin.stop()
    const second = await start(config)
    expect(await second.call('get', k)).toBe(expected)
  }
})

describe('parseStateConfig', () => {
  test('uses the defaults if no configuration is given', () => {
    const defaults = { storage: { kind: 'memory' }, triggersEnabled: true, maxValueBytes: undefined }
    expect(parseStateConfig(undefined)).toEqual(defaults)
    expect(parseStateConfig({ adapter: { name: 'kv', config: { store_method: 'in_memory' } } })).toEqual(defaults)
  })

  test('reads every key', () => {
    const config = { store_method: 'file_based', file_path: './data/state.db', save_interval_ms: 5000 }
    expect(
      parseStateConfig({
        adapter: { name: 'kv', config },
        triggers_enabled: false,
        max_value_bytes: 100,
        save_interval_ms: 100,
      }),
    ).toEqual({
      storage: { kind: 'durable', directory: './data/state.db' },
      triggersEnabled: false,
      maxValueBytes: 100,
    })
  })

  test.each([
    [{ adaptor: {} }, /iii-state\.adaptor .* not a known key; accepted: adapter, triggers_enabled/],
    [{ max_value_bytes: 0 }, /iii-state\.max_value_bytes must be a whole number of 1 or more, got 0/],
    [{ triggers_enabled: 'yes' }, /iii-state\.triggers_enabled must be true or false/],
    [{ save_interval_ms: 99 }, /iii-state\.save_interval_ms must be a whole number from 100 to 3600000/],
    [{ adapter: { name: 'redis' } }, /iii-state\.adapter\.name must be `kv` or `bridge`, got the string "redis"/],
    [{ adapter: { config: { file_path: '' } } }, /iii-state\.adapter\.config\.file_path must be a path/],
    [{ adapter: { config: { store_method: 'disk' } } }, /store_method must be `in_memory` or `file_based`/],
    [{ adapter: { config: { channel_size: 1 } } }, /iii-state\.adapter\.config\.channel_size .* not a known key/],
    ['kv', /iii-state must be an object/],
  ])('refuses %j by name', (config, message) => {
    const refusal = { code: 'INVALID_CONFIG', message: expect.stringMatching(message) as string }
    expect(() => parseStateConfig(config)).toThrow(expect.objectContaining(refusal) as Error)
  })
})
