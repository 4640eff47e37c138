import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { registerWorker } from 'iii-node'
import { RuntimeError } from '../../src/errors.js'
import { createReport, type DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import { testEngine } from '../kit/local-rig.js'

/** Begins a line of its own, colours it, goes back to the start of a line, and turns the direction of text. */
const FORGED = 'no\n[iii] The engine refused the session: FAKE: \u001b[31mred\r\u009b2K\u2028\u202Ereversed'

const printed: string[] = []
beforeEach(() => {
  printed.length = 0
  for (const method of ['warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => void printed.push(parts.join(' ')))
  }
})
afterEach(() => {
  vi.restoreAllMocks()
})

function expectOneLine(): void {
  expect(printed).toHaveLength(1)
  expect(printed[0]).toMatch(/^\[iii\] .*no\\n\[iii\].*\\u001b.*\\r\\u009b2K\\u2028\\u202e/)
  expect(printed[0]).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u)
}

test('text of another worker about a trigger stays within its line of the console', async () => {
  const engine = await testEngine()
  const provider = registerWorker(engine.url, {
    workerName: 'provider',
    otel: { enabled: false },
    diagnostics: 'silent',
  })
  provider.registerTriggerType(
    { id: 'odd', description: '' },
    {
      registerTrigger: () => Promise.reject(new Error(FORGED)),
      unregisterTrigger: () => Promise.resolve(),
    },
  )
  await provider.ready()
  const worker = registerWorker(engine.url, { workerName: 'worker', otel: { enabled: false } })
  worker.registerFunction('f', () => 1)
  worker.registerTrigger({ type: 'odd', function_id: 'f', config: {} })

  await vi.waitFor(() => expect(printed).not.toEqual([]))
  await Promise.all([worker.shutdown(), provider.shutdown()])

  expectOneLine()
})

const error = new RuntimeError('INVALID_ARGUMENT', FORGED)
const trigger = { triggerId: 't', triggerType: 't', functionId: 'f', code: 'c', message: 'm' }
const events: readonly DiagnosticEvent[] = [
  { kind: 'connection_ended', error, retryInMs: 5 },
  { kind: 'session_refused', code: 'c', message: FORGED },
  { kind: 'session_refused', code: FORGED, message: 'm' },
  { kind: 'registration_rejected', error },
  { kind: 'conflict_waiting', error },
  ...(['triggerId', 'triggerType', 'functionId', 'code', 'message'] as const).map(
    (member) => ({ kind: 'trigger_registration_failed', ...trigger, [member]: FORGED }) as const,
  ),
  { kind: 'frame_dropped', reason: FORGED },
  { kind: 'unreadable_frame', code: 'c', detail: FORGED },
  { kind: 'channel_failed', error: new Error(FORGED) },
  { kind: 'stream_out_of_reach', streamName: FORGED, namespace: 'n' },
]

test.each(events)('$kind is one line of the console, whatever the texts in it are', (event) => {
  createReport('console')(event)

  expectOneLine()
})
