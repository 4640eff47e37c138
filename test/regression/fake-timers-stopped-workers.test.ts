import { expect, test, vi } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { createTestEngine } from '../../src/testing/create-test-engine.js'

test('a test with fake timers connects a worker, calls, and shuts down', async () => {
  await using engine = await createTestEngine()
  vi.useFakeTimers()
  try {
    const worker = registerWorker(engine.url, { otel: { enabled: false } })
    worker.registerFunction('f', (n: number) => n + 1)
    await worker.ready()
    expect(await worker.trigger({ function_id: 'f', payload: 1, timeoutMs: 2_000 })).toBe(2)
    await expect(worker.trigger({ function_id: 'nothing', payload: {}, timeoutMs: 2_000 })).rejects.toMatchObject({
      code: 'function_not_found',
    })
    await worker.shutdownAsync()
  } finally {
    vi.useRealTimers()
  }
})
