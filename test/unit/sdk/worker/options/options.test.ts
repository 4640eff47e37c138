import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DEFAULT_RECONNECTION } from '../../../../../src/sdk/connection/options.js'
import { resolveOptions, type InitOptions } from '../../../../../src/sdk/worker/options/options.js'

beforeEach(() => {
  for (const name of ['III_URL', 'III_WORKER_NAME', 'III_NAMESPACE', 'III_ISOLATION', 'III_ON_CONFLICT']) {
    vi.stubEnv(name, '')
  }
})

afterEach(() => {
  vi.unstubAllEnvs()
})

test('without options and environment the defaults apply', () => {
  expect(resolveOptions(undefined)).toMatchObject({
    addresses: ['ws://127.0.0.1:49134'],
    namespace: undefined,
    invocationTimeoutMs: 30_000,
    reconnection: DEFAULT_RECONNECTION,
    headers: {},
    autoConnect: true,
    diagnostics: 'console',
    onConflict: 'fail',
  })
})

test('the behaviour on a name conflict comes from the option, then the environment', () => {
  vi.stubEnv('III_ON_CONFLICT', 'wait')
  expect(resolveOptions(undefined).onConflict).toBe('wait')
  expect(resolveOptions(undefined, { onConflict: 'fail' }).onConflict).toBe('fail')
})

test.each(['Wait', '', 1, true, {}])('%j is refused as an answer to conflicts', (onConflict) => {
  expect(() => resolveOptions(undefined, { onConflict: onConflict as never })).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('onConflict') as string,
    }) as Error,
  )
})

test('the argument wins over III_URL, which wins over the default; blank variables count as unset', () => {
  vi.stubEnv('III_URL', 'ws://from.env:1')
  expect(resolveOptions('ws://argument:2').addresses).toEqual(['ws://argument:2'])
  expect(resolveOptions(undefined).addresses).toEqual(['ws://from.env:1'])
  vi.stubEnv('III_URL', '  ')
  expect(resolveOptions(undefined).addresses).toEqual(['ws://127.0.0.1:49134'])
})

test.each([
  '',
  'localhost:49134',
  'ftp://x',
  'ws://',
  'ws://x/#part',
  'ws+unix:',
  'ws+unix://host/x',
  'ws+unix:x',
  5,
  [],
  ['ws://x', 'nowhere'],
  {},
  null,
])('the address %j is refused', (address) => {
  if (address === null) expect(resolveOptions(null as never).addresses).toEqual(['ws://127.0.0.1:49134'])
  else
    expect(() => resolveOptions(address as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
    )
})

test.each(['ws://x', 'ws+unix:/run/iii.sock', 'wss://x:1/path?query=1', 'http://x', 'https://user:pass@x'])(
  'the address %s is taken as it is',
  (address) => {
    expect(resolveOptions(address).addresses).toEqual([address])
  },
)

test('the name comes from the option, the metadata, the environment, the host, in this order', () => {
  vi.stubEnv('III_WORKER_NAME', 'from-env')
  const name = (options: InitOptions): string => resolveOptions('ws://x', options).metadata.name

  expect(name({ workerName: 'option', metadata: { name: 'metadata' } })).toBe('option')
  expect(name({ metadata: { name: 'metadata' } })).toBe('metadata')
  expect(name({})).toBe('from-env')
  vi.stubEnv('III_WORKER_NAME', '')
  expect(name({})).toMatch(new RegExp(`:${process.pid}(:\\d+)?$`))
})

test('the namespace comes from the option, the metadata, the environment, and is part of the metadata', () => {
  vi.stubEnv('III_NAMESPACE', 'from-env')
  const resolved = (options: InitOptions): unknown[] => {
    const { namespace, metadata } = resolveOptions('ws://x', options)
    return [namespace, metadata.namespace]
  }

  expect(resolved({ namespace: 'option', metadata: { namespace: 'metadata' } })).toEqual(['option', 'option'])
  expect(resolved({ metadata: { namespace: 'metadata' } })).toEqual(['metadata', 'metadata'])
  expect(resolved({})).toEqual(['from-env', 'from-env'])
  vi.stubEnv('III_NAMESPACE', ' ')
  expect(resolved({})).toEqual([undefined, undefined])
})

test.each(['', ' ', '\t'])('a blank namespace (%j) is rejected', (namespace) => {
  expect(() => resolveOptions('ws://x', { namespace })).toThrow(/namespace` is empty/)
  expect(() => resolveOptions('ws://x', { metadata: { namespace } })).toThrow(/namespace` is empty/)
})

test('detected metadata can be replaced, and labels are merged', () => {
  vi.stubEnv('III_ISOLATION', 'docker')
  const { metadata } = resolveOptions('ws://x', {
    workerDescription: 'says hello',
    telemetry: { framework: 'mine' },
    metadata: { runtime: 'bun', telemetry: { project_name: 'shop' }, description: 'not this' },
  })

  expect(metadata).toMatchObject({ runtime: 'bun', pid: process.pid, isolation: 'docker', description: 'says hello' })
  expect(metadata.telemetry).toMatchObject({ framework: 'mine', project_name: 'shop' })
})

test('the project is the one of the working directory', () => {
  expect(resolveOptions('ws://x').metadata.telemetry).toMatchObject({ project_name: 'iii-node', framework: 'iii-node' })
  vi.spyOn(process, 'cwd').mockReturnValue('/nowhere/to/be-found')
  expect(resolveOptions('ws://x').metadata.telemetry?.project_name).toBeTypeOf('string')
})

test('settings of reconnection are completed one by one', () => {
  const { reconnection } = resolveOptions('ws://x', {
    reconnectionConfig: { initialDelayMs: 0, maxRetries: 3, maxDelayMs: undefined as never },
  })

  expect(reconnection).toEqual({ ...DEFAULT_RECONNECTION, initialDelayMs: 0, maxRetries: 3 })
})

const refused: InitOptions[] = [
  { invocationTimeoutMs: 0 },
  { invocationTimeoutMs: -1 },
  { invocationTimeoutMs: NaN },
  { invocationTimeoutMs: '5' as never },
  { maxConcurrentInvocations: 0 },
  { maxConcurrentInvocations: 1.5 },
  { reconnectionConfig: 'fast' as never },
  { reconnectionConfig: { initialDelayMs: -1 } },
  { reconnectionConfig: { initialDelayMs: NaN } },
  { reconnectionConfig: { maxDelayMs: 0 } },
  { reconnectionConfig: { backoffMultiplier: 0.5 } },
  { reconnectionConfig: { jitterFactor: 1.1 } },
  { reconnectionConfig: { jitterFactor: -0.1 } },
  { reconnectionConfig: { maxRetries: -2 } },
  { reconnectionConfig: { maxPendingMessages: -1 } },
  { reconnectionConfig: { maxPendingBytes: '1' as never } },
  { headers: { a: 5 as never } },
  { headers: 'a: b' as never },
  { workerName: ' ' },
  { workerName: 5 as never },
  { metadata: 'me' as never },
  { diagnostics: 'loud' as never },
  { autoConnect: 'yes' as never },
  { namespace: 5 as never },
]

test.each(refused)('options %o are refused by name', (options) => {
  expect(() => resolveOptions('ws://x', options)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/must be|has a name/) as string,
    }) as Error,
  )
})

test.each([null, 'options', 5, []])('options that are not an object (%j) are refused', (options) => {
  expect(() => resolveOptions('ws://x', options as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error,
  )
})
