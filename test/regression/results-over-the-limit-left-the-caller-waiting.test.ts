import { expect, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { createTestEngine } from '../../src/entry/testing.js'

test('every caller is answered, also when results do not fit on a congested connection', async () => {
  await using engine = await createTestEngine()
  await using worker = registerWorker(engine.url, { diagnostics: 'silent', otel: { enabled: false } })
  worker.registerFunction('echo', (data: unknown) => data)
  await worker.ready()
  const readOn = engine.stallReads(worker)
  const payload = { text: 'x'.repeat(60 * 1024) }
  const calls = Array.from({ length: 340 }, () =>
    worker.trigger({ function_id: 'echo', payload, timeoutMs: 8_000 }).then(
      () => 'answered',
      (error: unknown) => (error as { code: string }).code,
    ),
  )
  await engine.waitFor((frame) => frame.type === 'invokefunction')
  // eslint-disable-next-line local/real-time -- results have to fill the buffers first
  setTimeout(readOn, 200)

  const outcomes = new Set(await Promise.all(calls))
  expect(
    [...outcomes].filter((outcome) => !['answered', 'RESULT_DROPPED', 'PENDING_QUEUE_FULL'].includes(outcome)),
  ).toEqual([])
  expect(outcomes).toContain('RESULT_DROPPED')
})
