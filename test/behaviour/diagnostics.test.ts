import { expect, test, vi } from 'vitest'
import { connectedRig, workerRig } from '../kit/worker-rig.js'

function consoleLines(): string[] {
  const lines: string[] = []
  for (const level of ['log', 'info', 'debug', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((...args: unknown[]) => void lines.push([level, ...args].join(' ')))
  }
  return lines
}

test('by default only warnings and errors are written to the console', async () => {
  const lines = consoleLines()
  const rig = workerRig({ diagnostics: 'console', reconnectionConfig: { jitterFactor: 0 } })
  await rig.settle()
  rig.link.send({
    type: 'triggerregistrationresult',
    id: 't1',
    trigger_type: 'cron',
    function_id: 'f',
    error: { code: 'C', message: 'm' },
  })
  rig.link.send({
    type: 'registrationrejected',
    code: 'FUNCTION_NAMESPACE_CONFLICT',
    function_id: 'f',
    owner_worker_id: 'o',
  })
  rig.link.send({ type: 'error', error: { code: 'AUTH_ERROR', message: 'no' } })
  rig.link.sendText('nonsense')
  rig.link.send({
    type: 'invocationresult',
    invocation_id: '6f0c3f0e-0000-4000-8000-000000000000',
    function_id: 'late',
  })
  await rig.settle()
  rig.link.cut()
  await rig.settle()
  await rig.worker.shutdown()

  expect(lines).toEqual([
    "error [iii] Trigger t1 of type 'cron' for 'f' was refused: C: m",
    "warn [iii] FUNCTION_NAMESPACE_CONFLICT: function 'f' is owned by worker o in namespace 'default'. Choose another, stop that worker, or set `onConflict: 'wait'` to take it over once it is free",
    'error [iii] The engine refused the session: AUTH_ERROR: no',
    'warn [iii] A frame from the engine was ignored: MALFORMED_FRAME: expected a JSON object; got text that is not JSON: the string "nonsense"',
    'warn [iii] The engine at ws://engine.test denied access: no. Check the token or the headers that this worker sends; retrying in 1000 ms',
  ])
})

test('only refusals are not printed when III_REPORTING_ENGINE names the engine', async () => {
  for (const [engine, printed] of [
    ['ws://engine.test', ['nonsense']],
    ['ws://other.test', ['of type', 'FUNCTION_NAMESPACE_CONFLICT', 'nonsense']],
  ] as const) {
    vi.stubEnv('III_REPORTING_ENGINE', engine)
    const lines = consoleLines()
    const rig = workerRig({ diagnostics: 'console' })
    await rig.settle()
    const refused = { trigger_type: 'cron', function_id: 'f', error: { code: 'C', message: 'm' } }
    rig.link.send({ type: 'triggerregistrationresult', id: 't1', ...refused })
    rig.link.send({ type: 'registrationrejected', code: 'FUNCTION_NAMESPACE_CONFLICT', function_id: 'f' })
    rig.link.sendText('nonsense')
    await rig.settle()
    await rig.worker.shutdown()
    expect(lines).toEqual(printed.map((text) => expect.stringContaining(text) as unknown))
  }
})

test('silent means silent', async () => {
  const lines = consoleLines()
  const rig = workerRig({ diagnostics: 'silent' })
  await rig.settle()
  rig.link.sendText('nonsense')
  rig.link.cut()
  await rig.settle()

  expect(lines).toEqual([])
})

test('a diagnostics function receives every event, and its own errors are logged', async () => {
  const lines = consoleLines()
  let calls = 0
  const rig = workerRig({
    diagnostics: () => {
      calls += 1
      throw new Error('mine')
    },
  })
  await rig.settle()

  expect(rig.worker.getConnectionState()).toBe('connected')
  expect(calls).toBe(2)
  expect(lines).toHaveLength(2)
})

test('a function that rejects does not end the process', async () => {
  const lines = consoleLines()
  const rig = workerRig({ diagnostics: () => Promise.reject(new Error('mine')) as unknown as undefined })
  await rig.settle()
  await rig.settle()

  expect(lines).toHaveLength(2)
})

test('a state listener that throws is reported, and the next one runs', async () => {
  const rig = workerRig()
  const seen: string[] = []
  rig.worker.onConnectionStateChange(() => {
    throw new Error('mine')
  })
  rig.worker.onConnectionStateChange((state) => seen.push(state))
  await rig.settle()

  expect(seen).toEqual(['connected'])
  expect(rig.eventsOf('callback_failed')).toMatchObject([{ error: new Error('mine') }])
})

test('anything else is refused as an option', () => {
  expect(() => workerRig({ diagnostics: 'loud' as never })).toThrow(/diagnostics must be/)
})

test('a malformed frame is reported with the expected shape, and the connection stays open', async () => {
  const rig = await connectedRig()
  rig.link.sendText('{"type":"workerregistered"}')
  await rig.settle()

  expect(rig.eventsOf('unreadable_frame')).toEqual([
    {
      kind: 'unreadable_frame',
      code: 'MALFORMED_FRAME',
      detail: 'workerregistered: member `worker_id` must be a string, got undefined',
    },
  ])
  expect(rig.worker.getConnectionState()).toBe('connected')
})
