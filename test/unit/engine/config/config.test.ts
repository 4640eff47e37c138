import { expect, test } from 'vitest'
import { defaultEngineConfig, engineConfigOf } from '../../../../src/engine/config/config.js'
import { parseEngineConfig } from '../../../../src/engine/config/config-file.js'
import { RuntimeError } from '../../../../src/errors.js'

const parse = (text: string, env: Record<string, string> = {}) =>
  parseEngineConfig(text, { fileName: 'engine.yaml', env })

/** The message a text is refused with. */
function refusal(text: string, env: Record<string, string> = {}): string {
  try {
    parse(text, env)
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeError)
    expect(error).toMatchObject({ code: 'INVALID_CONFIG' })
    return (error as Error).message
  }
  throw new Error('the text was accepted')
}

test('a whole file is read, with variables put in first', () => {
  const config = parse(
    [
      'registration_namespace_grace_ms: 250',
      'workers:',
      '  - name: iii-worker-manager',
      '    config: { host: 127.0.0.1, port: "${PORT:5000}", handshake_timeout_ms: 900 }',
      '  - name: iii-worker-manager',
      '    config:',
      '      port: ${OTHER}',
      '      middleware_function_id: mw',
      'modules:',
      '  - name: iii-pubsub',
    ].join('\n'),
    { OTHER: '5001' },
  )
  expect(config).toMatchObject({
    namespaceGraceMs: 250,
    listeners: [
      { host: '127.0.0.1', port: 5000, handshakeTimeoutMs: 900, middlewareFunctionId: undefined, rbac: undefined },
      { host: '0.0.0.0', port: 5001, handshakeTimeoutMs: 10_000, middlewareFunctionId: 'mw' },
    ],
  })
  expect(config.builtins.map(({ name }) => name)).toContain('iii-pubsub')
})

test('a file without a listener, or an empty file, has the default listener', () => {
  expect(parse('workers: []').listeners).toMatchObject([{ host: '0.0.0.0', port: 49_134 }])
  expect(parse('').listeners).toMatchObject([{ port: 49_134 }])
  expect(engineConfigOf({}).listeners).toEqual([])
})

test('parts may be listed by their newer names, and so may those that always run', () => {
  const names = ['http', 'state', 'cron', 'queue', 'pubsub', 'iii-engine-functions', 'configuration']
  const { builtins } = parse(`workers: [${names.map((name) => `{name: ${name}}`).join()}]`)
  expect(builtins.map(({ name }) => name)).toEqual([
    'iii-http',
    'iii-state',
    'iii-cron',
    'iii-queue',
    'iii-pubsub',
    'configuration',
    'iii-observability',
  ])
})

test('commands start last, and an image of a built-in has no effect', () => {
  const { builtins } = parse('workers: [{ name: iii-exec, config: { exec: [ls] } }, { name: iii-cron, image: "x:1" }]')
  expect(builtins.map(({ name }) => name)).toEqual(['iii-cron', 'iii-observability', 'configuration', 'iii-exec'])
})

test('`iii-telemetry` is accepted with any settings and has no effect', () => {
  const names = (text: string): string[] => parse(text).builtins.map(({ name }) => name)
  const file = 'workers:\n  - name: iii-cron\n'
  expect(names(`${file}  - name: iii-telemetry\n    config: { enabled: true }`)).toEqual(names(file))
})

test('the environment sets the grace before the file does', () => {
  expect(parse('registration_namespace_grace_ms: 1', { III_NAMESPACE_GRACE_MS: '77' }).namespaceGraceMs).toBe(77)
  expect(parse('registration_namespace_grace_ms: 1', { III_NAMESPACE_GRACE_MS: '' }).namespaceGraceMs).toBe(1)
  expect(parse('').namespaceGraceMs).toBe(5000)
  expect(refusal('', { III_NAMESPACE_GRACE_MS: 'soon' })).toMatch(/III_NAMESPACE_GRACE_MS .*"soon"/)
})

test.each([
  ['a key at the top', 'wokers: []', /^engine\.yaml:1: .*wokers.*accepted: .*workers/],
  ['an unknown worker', 'workers:\n  - name: iii-teleport', /^engine\.yaml:2: .*"iii-teleport".*serves .*iii-http/],
  ['an image', 'workers:\n  - name: mail\n    image: x/mail:1', /^engine\.yaml:2: .*"mail".*take it out, and start/],
  [
    'an adapter of configurations',
    'workers:\n  - name: configuration\n    config: { adapter: { name: fs } }',
    /^engine\.yaml:3: configuration\.adapter must be left out, as this engine keeps configurations in memory/,
  ],
  ['a blank command', 'workers:\n  - name: iii-exec\n    config: { exec: [" "] }', /^engine\.yaml:3: iii-exec\.exec/],
  ['settings of what has none', 'workers:\n  - name: iii-engine-functions\n    config: {a: 1}', /^engine\.yaml:3: .*a/],
  ['the name of another engine’s part', 'workers:\n  - name: constructor', /^engine\.yaml:2: .*"constructor"/],
  [
    'an unknown key of an entry',
    'workers:\n  - name: iii-cron\n    imge: x',
    /^engine\.yaml:3: .*imge.*accepted: name, image, config, local/,
  ],
  [
    'an unknown local setting',
    'workers:\n  - name: iii-http\n    config: { port: 1 }\n    local:\n      cros: {}',
    /^engine\.yaml:5: iii-http\.local\.cros .*accepted: /,
  ],
  [
    'a local setting of a part that has none',
    'workers:\n  - name: iii-cron\n    local: { body_limit: 1 }',
    /^engine\.yaml:3: iii-cron\.local\.body_limit .*accepted: none/,
  ],
  [
    'an unknown local setting of a listener',
    'workers:\n  - name: iii-worker-manager\n    local: { allow: 1 }',
    /^engine\.yaml:3: iii-worker-manager\.local\.allow /,
  ],
  [
    'local settings that are no object',
    'workers:\n  - name: iii-http\n    local: 1',
    /^engine\.yaml:3: .*local must be an object/,
  ],
  ['an entry without name', 'workers:\n  - config: {}', /^engine\.yaml:2: .*name must be a string/],
  ['an entry that is no object', 'workers:\n  - iii-cron', /^engine\.yaml:2: .*must be an object/],
  ['workers that are no list', 'workers: iii-cron', /^engine\.yaml:1: .*workers must be a list/],
  [
    'a part listed twice',
    'workers:\n  - name: iii-cron\n  - name: iii-cron',
    /^engine\.yaml:3: iii-cron is listed twice/,
  ],
  [
    'a part listed under both of its names',
    'workers:\n  - name: iii-queue\n  - name: queue',
    /^engine\.yaml:3: queue is iii-queue, which is listed twice/,
  ],
  [
    'an unknown setting',
    'workers:\n  - name: iii-worker-manager\n    config:\n      prot: 1',
    /^engine\.yaml:4: iii-worker-manager\.prot.*accepted: host, port/,
  ],
  [
    'a port out of range',
    'workers:\n  - name: iii-worker-manager\n    config:\n      port: 70000',
    /^engine\.yaml:4: iii-worker-manager\.port must be a port/,
  ],
  [
    'a setting of a part',
    'workers:\n  - name: iii-http\n    config:\n      port: 1\n      cros: {}',
    /^engine\.yaml:5: iii-http\.cros/,
  ],
  [
    'a nested rule',
    'workers:\n  - name: iii-worker-manager\n    config:\n      rbac:\n        expose_functions:\n          - match(x)',
    /^engine\.yaml:6: .*expose_functions\.0 must be `match/,
  ],
  ['a repeated key', 'workers: []\nworkers: []', /^engine\.yaml:\d: .*unique/],
  ['broken YAML', 'workers: [', /^engine\.yaml:\d: /],
  ['a variable that is not set', 'workers:\n  - name: ${NAME}', /^engine\.yaml:2: .*NAME is not set/],
  ['a placeholder without a name', 'a: ${:x}', /^engine\.yaml:1: .*must name a variable/],
  ['a grace that is no number', 'registration_namespace_grace_ms: soon', /^engine\.yaml:1: .*whole number/],
])('%s is refused with its place and what is accepted', (_, text, message) => {
  expect(refusal(text)).toMatch(message)
})

test('keys such as `__proto__` are rejected and change nothing', () => {
  expect(refusal('workers:\n  - name: iii-cron\n    config:\n      __proto__: { polluted: 1 }')).toMatch(
    /^engine\.yaml:4: .*__proto__/,
  )
  expect(refusal('"__proto__": { polluted: 1 }')).toMatch(/^engine\.yaml:1: /)
  expect(refusal('constructor: { prototype: { polluted: 1 } }')).toMatch(/constructor/)
  expect(() => engineConfigOf(JSON.parse('{"__proto__":{"polluted":1}}') as object)).toThrow(RuntimeError)
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})

test('aliases cannot expand a small file into a large one', () => {
  const layers = Array.from(
    { length: 9 },
    (_, n) => `l${String(n + 1)}: &l${String(n + 1)} [${`*l${String(n)},`.repeat(9)}]`,
  )
  expect(refusal(['l0: &l0 [x]', ...layers].join('\n'))).toMatch(/alias/)
  expect(refusal('a: *nowhere')).toMatch(/alias/i)
})

test('values of variables are not shown when a name is missing', () => {
  expect(refusal('a: ${SECRET}\nb: ${MISSING}', { SECRET: 's3cr3t' })).not.toContain('s3cr3t')
})

test('an engine without a file listens on this machine only', () => {
  const config = defaultEngineConfig()
  expect(config.listeners).toMatchObject([{ host: '127.0.0.1', port: 49_134 }])
  expect(config.builtins.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['iii-http', 'iii-cron', 'iii-pubsub', 'iii-state', 'iii-stream', 'iii-queue']) as string[],
  )
})
