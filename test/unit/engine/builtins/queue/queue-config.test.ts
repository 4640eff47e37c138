import { expect, test } from 'vitest'
import { parseQueueConfig } from '../../../../../src/engine/builtins/queue/queue-config.js'

test('the queue `default` always exists, and configured values override its defaults', () => {
  expect([...parseQueueConfig(undefined).queues.keys()]).toEqual(['default'])
  const { queues, storage } = parseQueueConfig({
    adapter: { name: 'builtin', config: { store_method: 'file_based', file_path: './data' } },
    queue_configs: {
      default: { concurrency: 5 },
      fifo: { type: 'fifo', message_group_field: 'g', max_retries: 1, backoff_ms: 50, poll_interval_ms: 20 },
      rabbit: { max_priority: 10, priority_field: 'p' },
    },
  })
  expect(storage).toEqual({ kind: 'durable', directory: './data' })
  expect(queues.get('default')).toEqual({
    policy: { mode: 'standard', maxAttempts: 3, concurrency: 5, backoffMs: 1000, pollIntervalMs: 100 },
    groupField: undefined,
  })
  expect(queues.get('fifo')).toEqual({
    policy: { mode: 'fifo', maxAttempts: 1, concurrency: 10, backoffMs: 50, pollIntervalMs: 20 },
    groupField: 'g',
  })
})

test('a queue may have any name', () => {
  const { queues } = parseQueueConfig(JSON.parse('{"queue_configs":{"__proto__":{},"constructor":{}}}'))
  expect([...queues.keys()]).toEqual(['default', '__proto__', 'constructor'])
})

test.each([
  [{ queues: {} }, 'iii-queue.queues (an object) is not a known key; accepted: adapter, queue_configs'],
  [{ adapter: { name: 'rabbitmq' } }, 'iii-queue.adapter.name must be `builtin`, got the string "rabbitmq"'],
  [{ adapter: { config: { store: 1 } } }, 'iii-queue.adapter.config.store (1) is not a known key'],
  [{ queue_configs: { m: { retries: 1 } } }, 'iii-queue.queue_configs.m.retries (1) is not a known key'],
  [{ queue_configs: { m: { type: 'lifo' } } }, 'm.type must be `standard` or `fifo`, got the string "lifo"'],
  [{ queue_configs: { m: { max_retries: 0 } } }, 'm.max_retries must be a whole number of 1 or more, got 0'],
  [{ queue_configs: { m: { concurrency: 1.5 } } }, 'm.concurrency must be a whole number of 1 or more, got 1.5'],
  [{ queue_configs: { m: { type: 'fifo' } } }, 'm.message_group_field must be the name of a payload member'],
  [{ queue_configs: { m: 'fast' } }, 'iii-queue.queue_configs.m must be an object, got the string "fast"'],
  [
    { queue_configs: [] },
    'iii-queue.queue_configs must be an object whose members are each an object, got an array of 0',
  ],
])('config %j is refused by name', (config, message) => {
  expect(() => parseQueueConfig(config)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
  expect(() => parseQueueConfig(config)).toThrow(message)
})
