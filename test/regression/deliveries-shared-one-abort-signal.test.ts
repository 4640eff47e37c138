import { expect, test } from 'vitest'
import { createQueueBuiltin } from '../../src/engine/builtins/queue/queue-builtin.js'
import { parseQueueConfig } from '../../src/engine/builtins/queue/queue-config.js'
import { callBuiltin } from '../kit/builtin-rig.js'
import { FakeHost } from '../kit/fake-host.js'

test('deliveries under way at once share no abort signal, so Node sees no listener leak', async () => {
  const host = new FakeHost()
  const builtin = createQueueBuiltin(host, parseQueueConfig({ queue_configs: { default: { concurrency: 50 } } }))
  await builtin.start()
  host.serve('job', () => new Promise(() => {}))
  for (let n = 0; n < 50; n++) {
    await callBuiltin(builtin, 'engine::queue::enqueue', { queue: 'default', function_id: 'job', data: n })
  }
  const signals = host.calls.map((call) => call.signal)
  expect(new Set(signals).size).toBe(50)
  await builtin.stop()
  expect(signals.every((signal) => signal?.aborted)).toBe(true)
})
