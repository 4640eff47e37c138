import { expect, test } from 'vitest'
import { connectionOptions, DEFAULT_RECONNECTION } from '../../../../src/sdk/connection/options.js'

test('a negative number of retries means no limit', () => {
  expect(connectionOptions(['ws://x'], DEFAULT_RECONNECTION).maxRetries).toBe(Infinity)
  expect(connectionOptions(['ws://x'], { ...DEFAULT_RECONNECTION, maxRetries: 0 }).maxRetries).toBe(0)
  expect(connectionOptions(['ws://x'], { ...DEFAULT_RECONNECTION, maxRetries: 7 }).maxRetries).toBe(7)
})

test('the offline queue is limited in items, bytes and age', () => {
  const { outbox } = connectionOptions(['ws://x'], {
    ...DEFAULT_RECONNECTION,
    maxPendingMessages: 5,
    maxPendingBytes: 6,
    maxPendingAgeMs: 7,
  })

  expect(outbox).toEqual({ maxItems: 5, maxBytes: 6, maxAgeMs: 7 })
})
