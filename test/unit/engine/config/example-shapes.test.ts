/** Configuration files in the shapes of the examples of the distributed engine. */
import { expect, onTestFinished, test } from 'vitest'
import { startEngine } from '../../../../src/engine/engine.js'
import { parseEngineConfig } from '../../../../src/engine/config/config-file.js'
import type { EngineConfig } from '../../../../src/engine/config/engine-config.js'
import { temporaryFolder } from '../../../kit/temporary-folder.js'

const parse = (text: string, env: Record<string, string> = {}): EngineConfig =>
  parseEngineConfig(text, { fileName: 'config.yaml', env })

/** Entries with all settings that the documentation of the engine names and this engine supports. */
const entries = (folder: string): string => `
  - name: iii-worker-manager
    config:
      host: 127.0.0.1
      port: \${WORKER_PORT:0}
  - name: iii-http
    image: iii/http:latest
    config:
      host: 127.0.0.1
      port: "\${API_PORT:0}"
      default_timeout: 30000
      concurrency_request_limit: 1024
      cors:
        allowed_origins: ['*']
        allowed_methods: [GET, POST, OPTIONS]
  - name: iii-state
    config:
      triggers_enabled: true
      save_interval_ms: 5000
      adapter:
        name: kv
        config: { store_method: file_based, file_path: ${folder}/state.db, save_interval_ms: 5000 }
  - name: iii-stream
    config:
      host: 127.0.0.1
      port: \${STREAM_PORT:0}
      auth_function: auth
      adapter:
        name: kv
        config: { store_method: in_memory, channel_size: 256 }
  - name: iii-cron
    config:
      adapter:
        name: kv
        config: { lock_ttl_ms: 30000, lock_index: cron_locks }
  - name: iii-pubsub
    config:
      adapter:
        name: local
  - name: iii-queue
    config:
      adapter:
        name: builtin
        config: { store_method: file_based, file_path: ${folder}/queue }
      queue_configs:
        default: { max_retries: 5, concurrency: 5, type: standard }
        payment: { max_retries: 10, type: fifo, message_group_field: transaction_id, backoff_ms: 1000, poll_interval_ms: 100 }
  - name: iii-http-functions
    config:
      security: { url_allowlist: ['*'], block_private_ips: true, require_https: true }
  - name: iii-observability
    config:
      enabled: true
      service_name: iii
      service_version: 1.0.0
      service_namespace: production
      exporter: memory
      sampling_ratio: 1.0
      memory_max_spans: 1000
      metrics_enabled: true
      metrics_exporter: memory
      metrics_retention_seconds: 3600
      metrics_max_count: 10000
      logs_enabled: true
      logs_exporter: memory
      logs_max_count: 1000
      logs_retention_seconds: 3600
      logs_batch_size: 100
      logs_flush_interval_ms: 5000
      logs_sampling_ratio: 1.0
      logs_console_output: true
      level: info
      format: default
  - name: iii-telemetry
    config: { enabled: false }
  - name: configuration
    config: { ttl_seconds: 0 }
`

test.each(['workers', 'modules'])('an engine starts with every documented setting, listed under %s', async (list) => {
  const engine = await startEngine(
    parse(`registration_namespace_grace_ms: 100\n${list}:${entries(await temporaryFolder())}`),
  )
  onTestFinished(() => engine.close())
  expect((await fetch(`${engine.httpUrl ?? ''}/none`)).status).toBe(404)
})

test('both lists of parts in a file are served', () => {
  const { builtins } = parse('workers:\n  - name: iii-cron\nmodules:\n  - name: http\n    config: { port: 1 }\n')
  expect(builtins.map(({ name }) => name)).toEqual(expect.arrayContaining(['iii-cron', 'iii-http']))
})

test.each(['', 'workers:\n', 'workers: []\n', 'modules: []\n'])('the file %j without workers is accepted', (text) => {
  expect(parse(text).listeners).toHaveLength(1)
})

test.each([
  [
    'iii-queue',
    '{ adapter: { name: redis, config: { redis_url: "redis://x" } } }',
    /iii-queue\.adapter\.name must be `builtin`/,
  ],
  [
    'iii-queue',
    '{ adapter: { name: rabbitmq, config: { amqp_url: "amqp://x" } } }',
    /iii-queue\.adapter\.name must be `builtin`/,
  ],
  ['iii-cron', '{ adapter: { name: redis } }', /iii-cron\.adapter\.name must be `kv`/],
  ['iii-pubsub', '{ adapter: { name: redis } }', /iii-pubsub\.adapter\.name must be `local`/],
  ['iii-stream', '{ adapter: { name: redis } }', /iii-stream\.adapter\.name must be `kv` or `bridge`/],
  ['configuration', '{ adapter: { name: fs } }', /configuration\.adapter must be left out/],
  ['iii-exec', '{ exec: npm start }', /iii-exec\.exec must be a list/],
  ['iii-bridge', '{}', /iii-bridge\.url must be the URL of an engine/],
  ['image-resize', '{ height: 200 }', /no worker of that name, the string "image-resize"; it serves/],
])('what %s lacks with %s is named, with the line', (name, config, message) => {
  const text = `workers:\n  - name: ${name}\n    config: ${config}\n`
  expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }) as Error)
  expect(() => parse(text)).toThrow(message)
  expect(() => parse(text)).toThrow(/config\.yaml:[23]: /)
})
