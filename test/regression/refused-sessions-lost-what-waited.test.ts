/** Queued messages were written to sockets whose session the engine then refused: calls had an unknown outcome, voids were lost. */
import { expect, onTestFinished, test } from 'vitest'
import { registerWorker, TriggerAction, type DiagnosticEvent } from '../../src/index.js'
import { HANDSHAKE_TIMEOUT_MS } from '../../src/wire/protocol/limits.js'
import { workerRig, type WorkerRig } from '../kit/worker-rig.js'
import { testEngine } from '../kit/local-rig.js'

const COUNT = 50

/** A worker whose first session ends before the engine has accepted it, with calls and voids that wait. */
async function refusedOnce(): Promise<{ rig: WorkerRig; calls: Promise<unknown>[]; states: string[] }> {
  const rig = workerRig({}, (engine) => {
    engine.acceptsSessions = false
  })
  const states: string[] = []
  rig.worker.onConnectionStateChange((state) => states.push(state))
  rig.worker.registerFunction('f', () => 1)
  const calls = Array.from({ length: COUNT }, (_, n) => {
    void rig.worker.trigger({ function_id: 'void', payload: n, action: TriggerAction.Void() })
    return rig.worker.trigger({ function_id: 'call', payload: n })
  })
  await rig.settle()
  expect(rig.worker.getConnectionState()).toBe('connecting')
  rig.link.close()
  rig.engine.acceptsSessions = true
  rig.engine.onFrame = (link, message) => {
    if (message.type === 'invokefunction' && message.function_id === 'call') link.answer(message, { result: 'ran' })
  }
  return { rig, calls, states }
}

test('a session that ends before it is accepted receives nothing, and the next one receives everything', async () => {
  const { rig, calls, states } = await refusedOnce()
  const refused = rig.link
  await rig.reconnect()
  await rig.settle()

  expect(await Promise.all(calls)).toEqual(calls.map(() => 'ran'))
  expect(refused.received).toEqual([])
  const [announcement, registration, ...kept] = rig.link.summary
  expect([announcement, registration]).toEqual(['invokefunction engine::workers::register', 'registerfunction f'])
  expect(kept).toEqual(calls.flatMap(() => ['invokefunction void', 'invokefunction call']))
  expect(states).toEqual(['reconnecting', 'connected'])
  expect(rig.worker.stats().unconfirmedVoids).toBe(0)
})

test('an engine that never accepts the session is dialled again after the limit of the handshake', async () => {
  const rig = workerRig({}, (engine) => {
    engine.acceptsSessions = false
  })
  await rig.clock.advance(HANDSHAKE_TIMEOUT_MS - 1)
  expect(rig.worker.getConnectionState()).toBe('connecting')
  await rig.clock.advance(1)
  expect(rig.worker.getConnectionState()).toBe('reconnecting')
})

test('an engine that denies the token and then grants it gets each void once', async () => {
  const engine = await testEngine({
    quirks: 'distributed',
    rbac: { auth_function_id: 'auth', expose_functions: ['match("*")'] },
  })
  let denials = 2
  const runs: number[] = []
  const admin = engine.connect()
  admin.registerFunction('auth', () => {
    if (denials-- > 0) throw new Error('the token is unknown')
    return {}
  })
  admin.registerFunction('void', (n: number) => void runs.push(n))
  await admin.ready()
  const events: DiagnosticEvent[] = []
  const guest = registerWorker(engine.guardedUrl, {
    otel: { enabled: false },
    reconnectionConfig: { initialDelayMs: 1 },
    diagnostics: (event) => void events.push(event),
  })
  onTestFinished(() => guest.shutdown())
  const sent = Array.from({ length: COUNT }, (_, n) => n)
  for (const n of sent) void guest.trigger({ function_id: 'void', payload: n, action: TriggerAction.Void() })
  await expect(guest.trigger({ function_id: 'void', payload: -1 })).rejects.toMatchObject({
    code: 'AUTH_ERROR',
    outcome: 'not_sent',
  })
  await expect.poll(() => runs.length).toBe(COUNT)

  expect(runs.toSorted((one, other) => one - other)).toEqual(sent)
  expect(guest.stats()).toMatchObject({ droppedVoids: 0, unconfirmedVoids: 0 })
  const states = events.flatMap((event) => (event.kind === 'state' ? [event.state] : []))
  expect(states).toEqual(['connecting', 'reconnecting', 'connected'])
})
