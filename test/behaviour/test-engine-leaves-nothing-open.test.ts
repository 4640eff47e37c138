import { expect, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { createTestEngine } from '../../src/entry/testing.js'

/** All handles that could keep this process alive, except those of the test runner. */
const HANDLES = ['TCPServerWrap', 'TCPSocketWrap', 'TCPWRAP', 'Timeout', 'Immediate', 'FSReqCallback']
const open = (): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo())
    if (HANDLES.includes(name)) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

test.each([
  ['on ports', {}],
  ['in memory', { ports: false }],
  ['on virtual time', { clock: 'virtual' }],
  ['in memory on virtual time', { ports: false, clock: 'virtual' }],
] as const)('close leaves nothing open: %s', async (_, options) => {
  const before = open()
  for (let round = 0; round < 3; round += 1) {
    const engine = await createTestEngine(options)
    const worker = engine.connect({ diagnostics: 'silent' })
    worker.registerFunction('hangs', () => new Promise(() => undefined))
    worker.registerTrigger({ type: 'cron', function_id: 'hangs', config: { expression: '* * * * * *' } })
    const remote =
      'ports' in options ? undefined : registerWorker(engine.url, { otel: { enabled: false }, diagnostics: 'silent' })
    await Promise.all([worker.ready(), remote?.ready()])
    const call = engine.call('hangs')
    const outcome = expect(call).rejects.toMatchObject({ code: 'invocation_stopped' })
    if (round === 1) engine.pause()
    if (round === 2) engine.stallReads(worker)
    await remote?.shutdown()
    await engine.close()
    await outcome
    await engine.close()
  }
  await expect.poll(open, { timeout: 2_000 }).toEqual(before)
})

test('`await using` closes', async () => {
  const engine = await createTestEngine({ ports: false })
  const worker = engine.connect()
  {
    await using _engine = engine
    await worker.ready()
  }
  expect(worker.getConnectionState()).toBe('disconnected')
  expect(() => engine.connect()).toThrow(expect.objectContaining({ code: 'SHUTDOWN' }))
})
