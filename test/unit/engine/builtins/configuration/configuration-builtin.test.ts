import { expect, test } from 'vitest'
import { createConfigurationBuiltin } from '../../../../../src/engine/builtins/configuration/configuration-builtin.js'
import { parseConfigurationConfig } from '../../../../../src/engine/builtins/configuration/configuration-config.js'
import { bindingOf, bindTo, callBuiltin, unbindFrom } from '../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../kit/fake-host.js'

const schema = {
  type: 'object',
  properties: { url: { type: 'string' }, retries: { type: 'integer', minimum: 0 } },
  required: ['url'],
}
const entry = { id: 'mail', name: 'Mail', description: 'How mail is sent', schema }

function configurations(settings?: object) {
  const host = new FakeHost()
  const env = { HOST: 'example.test', TOKEN: 's3cr3t' }
  const local = { expose_env: ['HOST', 'UNSET'] }
  const builtin = createConfigurationBuiltin(host, parseConfigurationConfig(settings, local), env)
  host.serve('on-change', () => null)
  return {
    host,
    builtin,
    call: (name: string, input: object = {}, context = {}) =>
      callBuiltin(builtin, `configuration::${name}`, input, context),
    bind: (config: unknown) =>
      bindTo(builtin, bindingOf({ triggerType: 'configuration', functionId: 'on-change', config, metadata: { m: 1 } })),
    events: () => host.payloads('on-change') as Record<string, unknown>[],
  }
}

test('a configuration is registered with its first value, read, changed and described', async () => {
  const { call } = configurations()
  const initial_value = { url: 'a' }
  expect(await call('register', { ...entry, initial_value, metadata: { team: 't' } })).toEqual({
    ...entry,
    metadata: { team: 't' },
    value: { url: 'a' },
  })
  expect(await call('get', { id: 'mail' })).toEqual({ id: 'mail', value: { url: 'a' } })
  expect(await call('set', { id: 'mail', value: { url: 'b' } })).toEqual({
    old_value: { url: 'a' },
    new_value: { url: 'b' },
  })
  expect(await call('get', { id: 'mail' })).toEqual({ id: 'mail', value: { url: 'b' } })
  const described = { ...entry, metadata: { team: 't' } }
  expect(await call('list')).toEqual({ configurations: [described] })
  expect(await call('schema', { id: 'mail' })).toEqual(described)
})

test('a configuration without a value is null, unless its schema requires members', async () => {
  const { call } = configurations()
  await call('register', entry)
  await expect(call('get', { id: 'mail' })).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
  await call('register', { ...entry, schema: { type: 'object' } })
  expect(await call('get', { id: 'mail' })).toEqual({ id: 'mail', value: null })
})

test('registering again replaces the value; without an initial value it is kept while it is valid', async () => {
  const { call } = configurations()
  await call('register', { ...entry, initial_value: { url: 'first' } })
  await call('register', { ...entry, initial_value: { url: 'second' } })
  expect(await call('get', { id: 'mail' })).toMatchObject({ value: { url: 'second' } })
  await call('register', entry)
  expect(await call('get', { id: 'mail' })).toMatchObject({ value: { url: 'second' } })
  await call('register', { ...entry, schema: { type: 'number' } })
  expect(await call('get', { id: 'mail' })).toMatchObject({ value: null })
})

test.each([
  ['${UNSET:42}', 42],
  ['${UNSET:-1.5}', -1.5],
  ['${UNSET:true}', true],
  ['${UNSET:false}', false],
  ['a${UNSET:1}', 'a1'],
  ['${UNSET:1}${UNSET:2}', '12'],
  ['${UNSET:007}', '007'],
  ['${UNSET:12345678901234567890}', '12345678901234567890'],
  ['${UNSET:}', ''],
  ['${HOST}', 'example.test'],
])('the value %j is read as %j', async (initial_value, expected) => {
  const { call } = configurations()
  await call('register', { ...entry, schema: {}, initial_value })
  expect(await call('get', { id: 'mail' })).toEqual({ id: 'mail', value: expected })
})

test.each(['', 'Mail', 'a b', 'x'.repeat(65), '../x'])('the id %j is refused at registration', async (id) => {
  const { call } = configurations()
  await expect(call('register', { ...entry, id })).rejects.toMatchObject({ code: 'INVALID_ID' })
  await expect(call('get', { id })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    detail: `configuration '${id}' not found`,
  })
})

test('an invalid value is rejected with the reason, and the old one stays', async () => {
  const { call } = configurations()
  await call('register', { ...entry, initial_value: { url: 'a' } })
  await expect(call('set', { id: 'mail', value: { url: 'a', retries: -1 } })).rejects.toMatchObject({
    code: 'SCHEMA_INVALID',
    detail: expect.stringContaining('retries') as unknown,
  })
  await expect(call('set', { id: 'none', value: 1 })).rejects.toMatchObject({ code: 'NOT_REGISTERED' })
  expect(await call('get', { id: 'mail' })).toMatchObject({ value: { url: 'a' } })
  await expect(call('register', { ...entry, id: 'x', initial_value: {} })).rejects.toMatchObject({
    code: 'SCHEMA_INVALID',
  })
  await expect(call('schema', { id: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test.each([
  [7],
  ['text'],
  [[]],
  [{ $ref: '#/nowhere' }],
  [{ pattern: '(' }],
  [{ pattern: '(?=a)' }],
  [{ pattern: '(a)\\1' }],
])('the schema %j is refused', async (bad: unknown) => {
  const { call } = configurations()
  await expect(call('register', { ...entry, schema: bad })).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
})

test('a schema that refers to itself without end is refused', async () => {
  const { call } = configurations()
  await expect(call('register', { ...entry, schema: { $ref: '#' } })).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
})

test('placeholders are replaced when read, unless the raw value is requested', async () => {
  const { call } = configurations()
  const value = { url: 'http://${HOST}/${PATH_PART:x}', list: ['${HOST}', 1], '${HOST}': true }
  await call('register', { ...entry, initial_value: value })
  expect(await call('get', { id: 'mail' })).toEqual({
    id: 'mail',
    value: { url: 'http://example.test/x', list: ['example.test', 1], '${HOST}': true },
  })
  expect(await call('get', { id: 'mail', raw: true })).toEqual({ id: 'mail', value })
  await call('set', { id: 'mail', value: { url: '${NOT_SET}' } })
  await expect(call('get', { id: 'mail' })).rejects.toMatchObject({
    code: 'EXPAND_FAILED',
    detail: expect.stringContaining('NOT_SET is not set') as unknown,
  })
})

test('a variable that is not exposed counts as unset, whether it is set or not', async () => {
  const { call } = configurations()
  const refusals: unknown[] = []
  for (const name of ['TOKEN', 'UNSET', 'NOT_THERE']) {
    await call('register', { ...entry, initial_value: { url: `\${${name}:none}` } })
    await call('set', { id: 'mail', value: { url: `\${${name}:none}` } })
    expect(await call('get', { id: 'mail' })).toEqual({ id: 'mail', value: { url: 'none' } })
    await call('set', { id: 'mail', value: { url: `\${${name}}` } })
    refusals.push(
      await call('get', { id: 'mail' }).then(String, (error: unknown) =>
        (error as Error).message.replaceAll(name, 'X'),
      ),
    )
  }
  expect(new Set(refusals).size).toBe(1)
  expect(refusals[0]).toContain('EXPAND_FAILED')
})

test('members named like parts of prototypes are data', async () => {
  const { call } = configurations()
  const value = JSON.parse('{"url":"a","__proto__":{"polluted":"${HOST}"}}') as object
  await call('register', { ...entry, initial_value: value })
  const { value: read } = (await call('get', { id: 'mail' })) as { value: object }
  expect(JSON.stringify(read)).toBe('{"url":"a","__proto__":{"polluted":"example.test"}}')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})

test('changes fire triggers, with the metadata of the trigger and the trace of the change', async () => {
  const { host, call, bind, events } = configurations()
  await bind({ configuration_id: 'mail' })
  await call('register', { ...entry, initial_value: { url: 'a' }, metadata: { team: 't' } })
  await call('register', { ...entry, id: 'other' })
  await call('set', { id: 'mail', value: { url: 'b' } }, { traceparent: 'tp' })
  await host.clock.advance(0)
  const about = { type: 'configuration', ...entry, metadata: { team: 't' } }
  expect(events()).toEqual([
    { ...about, event_type: 'configuration:registered', old_value: null, new_value: { url: 'a' } },
    { ...about, event_type: 'configuration:updated', old_value: { url: 'a' }, new_value: { url: 'b' } },
  ])
  expect(host.calls.at(-1)).toMatchObject({ metadata: { m: 1 }, traceparent: 'tp' })
})

test('a trigger can select kinds of event, and have a condition', async () => {
  const { host, builtin, call, bind, events } = configurations()
  host.serve('only-b', (data) => (data as { new_value: { url: string } }).new_value.url === 'b')
  const config = { event_types: ['configuration:updated'], condition_function_id: 'only-b' }
  await bind(config)
  await call('register', entry)
  await call('set', { id: 'mail', value: { url: 'a' } })
  await call('set', { id: 'mail', value: { url: 'b' } })
  await host.clock.advance(0)
  expect(events()).toMatchObject([{ new_value: { url: 'b' } }])
  unbindFrom(builtin, bindingOf({ triggerType: 'configuration', functionId: 'on-change', config }))
  await call('set', { id: 'mail', value: { url: 'b' } })
  await host.clock.advance(0)
  expect(events()).toHaveLength(1)
})

test.each([{ configuration_id: 7 }, { event_types: 'x' }, { event_types: ['configuration:gone'] }])(
  'a trigger with %j is refused',
  async (config) => {
    const { bind } = configurations()
    await expect(bind(config)).rejects.toThrow('must be a')
  },
)

test('a configuration that is not used for its time to live is deleted', async () => {
  const { host, builtin, call, bind, events } = configurations({ ttl_seconds: 10 })
  await bind({ event_types: ['configuration:deleted'] })
  await call('register', { ...entry, initial_value: { url: 'a' } })
  await host.clock.advance(9_000)
  await call('set', { id: 'mail', value: { url: 'b' } })
  await host.clock.advance(9_000)
  expect(events()).toEqual([])
  await host.clock.advance(1_000)
  expect(events()).toMatchObject([{ event_type: 'configuration:deleted', old_value: { url: 'b' }, new_value: null }])
  await expect(call('get', { id: 'mail' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await call('register', entry)
  await builtin.stop()
  expect(host.clock.pendingTimers).toBe(0)
})

test('configurations are limited in number and in size', async () => {
  const { call, host } = configurations()
  const large = { url: 'x'.repeat(40_000_000) }
  await call('register', { ...entry, initial_value: large })
  await expect(call('register', { ...entry, id: 'second', initial_value: large })).rejects.toMatchObject({
    code: 'ADAPTER_ERROR',
  })
  await call('set', { id: 'mail', value: { url: 'x'.repeat(50_000_000) } })
  for (let n = 1; n < 1_000; n++) await call('register', { ...entry, id: `c${n}` })
  await expect(call('register', { ...entry, id: 'one-more' })).rejects.toMatchObject({ code: 'ADAPTER_ERROR' })
  expect(host.counters.refused.writes).toBe(2)
})

test('settings: a time to live, and variables that are exposed', () => {
  expect(parseConfigurationConfig(undefined)).toEqual({ ttlMs: undefined, exposeEnv: [] })
  expect(parseConfigurationConfig({ ttl_seconds: 0 })).toEqual({ ttlMs: undefined, exposeEnv: [] })
  expect(() => parseConfigurationConfig(undefined, { expose_env: 'HOST' })).toThrow(
    'configuration.local.expose_env must be',
  )
  expect(() => parseConfigurationConfig({ adapter: { name: 'fs' } })).toThrow('configuration.adapter')
  expect(() => parseConfigurationConfig({ ttl_seconds: -1 })).toThrow('configuration.ttl_seconds must be')
})
