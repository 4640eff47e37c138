import { Validator } from '@cfworker/json-schema'
import { parse } from 'yaml'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configSchema } from '../../../../src/engine/config/config-schema.js'
import { engineConfigOf } from '../../../../src/engine/config/config.js'
import { parseEngineConfig } from '../../../../src/engine/config/config-file.js'
import { authority } from '../../../kit/certificates.js'
import { codeBlocks, pages } from '../../../kit/documents.js'
import { temporaryFolder } from '../../../kit/temporary-folder.js'

const schema = configSchema()
const validator = new Validator(schema, '7')

function schemaAccepts(settings: unknown): boolean {
  return validator.validate(settings).valid
}

function engineAccepts(settings: unknown): boolean {
  try {
    engineConfigOf(settings as object)
    return true
  } catch {
    return false
  }
}

const documented = pages()
  .flatMap((page) => codeBlocks(page))
  .filter(({ language, code }) => language === 'yaml' && code.startsWith('workers:'))
  .map(({ page, line, code }) => [`${page}:${String(line)}`, code] as const)

test.each([...documented, ['22-access-rules.yaml', readFileSync('examples/22-access-rules.yaml', 'utf8')] as const])(
  'the schema and the engine accept %s',
  async (fileName, text) => {
    // Variables without a default are those that the page tells its reader to set.
    const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)
    const env = Object.fromEntries(names.map((name) => [name, 'set']))
    // The engine reads the files of certificates at once.
    const authorityFile = join(await temporaryFolder(), 'authority.pem')
    writeFileSync(authorityFile, (await authority()).ca)
    const onThisMachine = text.replace('/etc/ssl/private-authority.pem', authorityFile)
    expect(() => parseEngineConfig(onThisMachine, { fileName, env })).not.toThrow()
    expect(validator.validate(parse(text)).errors).toEqual([])
  },
)

/** A valid configuration that uses each nested setting, so that each has a place. */
const COMPLETE = {
  registration_namespace_grace_ms: 100,
  workers: [
    {
      name: 'iii-worker-manager',
      config: {
        ...{ host: '127.0.0.1', port: 0, handshake_timeout_ms: 5, middleware_function_id: 'm' },
        rbac: {
          auth_function_id: 'auth',
          expose_functions: ['match("api::*")', { match: 'a', namespace: 'n' }, { metadata: { public: true } }],
          on_function_registration_function_id: 'f',
          on_trigger_registration_function_id: 'f',
          on_trigger_type_registration_function_id: 'f',
        },
      },
      local: { allowed_origins: ['https://a.example'], allowed_hosts: ['a.example'], default_deny: true },
    },
    {
      name: 'iii-http',
      config: {
        ...{ port: 0, host: 'h', default_timeout: 1, concurrency_request_limit: 1 },
        cors: { allowed_origins: ['*'], allowed_methods: ['GET'] },
        middleware: [{ function_id: 'm', phase: 'preHandler', priority: 1.5 }],
      },
      local: { allowed_origins: ['http://localhost:1'], body_limit: 1 },
    },
    {
      name: 'iii-stream',
      config: { host: 'h', port: 0, auth_function: 'a', adapter: kv({ channel_size: 5 }) },
      local: { allowed_origins: [], allowed_hosts: [], auth_required: true },
    },
    { name: 'state', config: { adapter: kv(), triggers_enabled: true, max_value_bytes: 1, save_interval_ms: 100 } },
    { name: 'cron', config: { adapter: kv({ lock_ttl_ms: 1, lock_index: 'i' }) } },
    { name: 'iii-http-functions', config: { security: { url_allowlist: ['*'], block_private_ips: true } } },
    {
      name: 'queue',
      config: {
        adapter: { name: 'builtin', config: { store_method: 'in_memory' } },
        queue_configs: {
          mail: { type: 'standard', max_retries: 1, concurrency: 1, backoff_ms: 0, poll_interval_ms: 1 },
          sms: null,
          paid: { type: 'fifo', message_group_field: 'g', max_priority: 0, priority_field: 'p' },
        },
      },
    },
    { name: 'pubsub', config: { adapter: { name: 'local', config: {} } } },
    { name: 'configuration', config: { ttl_seconds: 1 }, local: { expose_env: ['A'] } },
    {
      name: 'iii-observability',
      config: {
        ...{ enabled: true, service_name: 's', exporter: 'memory', sampling_ratio: 0.5, live_spans: false },
        sampling: { default: 1, parent_based: true, rules: [{ operation: 'o', service: 's', rate: 0 }] },
        alerts: [
          { name: 'a', metric: 'm', operator: '>', threshold: 1, action: { type: 'function', path: 'f' } },
          { name: 'b', metric: 'm', threshold: 1, window_seconds: 1, action: { type: 'log' }, enabled: true },
        ],
        ...{ metrics_enabled: true, metrics_exporter: 'memory', level: 'info', logs_sampling_ratio: 1, format: 'f' },
      },
    },
    { name: 'iii-engine-functions', config: {}, local: {} },
    {
      name: 'iii-bridge',
      config: {
        url: 'wss://engine.example',
        forward: [{ local_function: 'a', remote_function: 'b', timeout_ms: 1 }],
        expose: [{ local_function: 'a', remote_function: 'b' }],
      },
      local: { forward_unknown: true, namespace: 'n' },
    },
    { name: 'iii-exec', config: { exec: ['node worker.js'], watch: ['src/*.ts'] } },
    { name: 'iii-telemetry', config: { any: 'thing' } },
  ],
}

function kv(extra: object = {}): object {
  const config = { store_method: 'file_based', file_path: 'f', save_interval_ms: 100, ...extra }
  return { name: 'kv', config }
}

type Path = readonly (string | number)[]

/** The places of all values in a tree. */
function placesIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value)
  return [
    path,
    ...[...keys].flatMap((key) => placesIn((value as Record<string | number, unknown>)[key], [...path, key])),
  ]
}

function changed(tree: unknown, [step, ...rest]: Path, change: (value: unknown) => unknown): unknown {
  if (step === undefined) return change(tree)
  const copy = (Array.isArray(tree) ? [...(tree as unknown[])] : { ...(tree as object) }) as Record<string, unknown>
  const value = changed(copy[step], rest, change)
  if (value === undefined) Reflect.deleteProperty(copy, step)
  else copy[step] = value
  return copy
}

/** The changed entry without the others, which are valid. */
function alone(settings: unknown, [list, index]: Path): unknown {
  const entries = (settings as Partial<typeof COMPLETE>).workers
  return list === 'workers' && entries !== undefined && typeof index === 'number'
    ? { workers: [entries[index]] }
    : settings
}

/** What is put in the place of each value; the last takes it out. */
const SUBSTITUTES = [
  ...[null, true, false, 0, 1, -1, 1.5, 70_000, 1e15, '', ' ', 'text', '8080', '99999', 'fifo', 'function', '*'],
  ...[
    'match(api)',
    'https://a.example',
    'HTTPS://A',
    'a:1',
    [],
    [1],
    [' '],
    ['*'],
    [{}],
    {},
    { unknown: 1 },
    { '': {} },
  ],
  undefined,
]

/** Rules between settings, which a schema cannot express. */
const ENGINE_ALONE = /twice|default_deny needs|iii-bridge.url must be/

test('the schema refuses what the engine refuses, at the place of each setting', () => {
  expect(engineAccepts(COMPLETE)).toBe(true)
  expect(validator.validate(COMPLETE).errors).toEqual([])
  const places = placesIn(COMPLETE).filter((path) => path.length > 0 && typeof path.at(-1) === 'string')
  expect(places.length).toBeGreaterThan(120)
  const wrong = places.flatMap((path) =>
    SUBSTITUTES.flatMap((value) => {
      const settings = alone(
        changed(COMPLETE, path, () => value),
        path,
      )
      return verdictsDiffer(settings) ? [`${path.join('.')} = ${JSON.stringify(value)}`] : []
    }),
  )
  expect(wrong).toEqual([])
})

test('the schema and the engine refuse a key that neither knows, in each object of settings', () => {
  const objects = placesIn(COMPLETE).filter((path) => {
    const value = path.reduce<unknown>((tree, step) => (tree as Record<string | number, unknown>)[step], COMPLETE)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  })
  for (const path of objects) {
    const settings = changed(COMPLETE, path, (value) => ({ ...(value as object), colour: 'red' }))
    expect([path, schemaAccepts(settings)]).toEqual([path, engineAccepts(settings)])
  }
})

function verdictsDiffer(settings: unknown): boolean {
  try {
    engineConfigOf(settings as object)
    return !schemaAccepts(settings)
  } catch (error) {
    return schemaAccepts(settings) && !ENGINE_ALONE.test(String(error))
  }
}

test('a placeholder stands for any scalar', () => {
  const text =
    'workers: [{ name: iii-http, config: { port: "${PORT:1}", default_timeout: "${LIMIT}" }, local: { body_limit: "${N:5}" } }]'
  expect(validator.validate(parse(text)).errors).toEqual([])
  expect(schemaAccepts(parse(text.replace('${LIMIT}', '${1}')))).toBe(false)
})
