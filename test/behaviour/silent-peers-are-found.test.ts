import { expect, test } from 'vitest'
import { IDLE_LIMIT_MS, PING_INTERVAL_MS } from '../../src/sdk/connection/options.js'
import { HANDSHAKE_TIMEOUT_MS } from '../../src/wire/protocol/limits.js'
import { connectedRig, outcomeOf, workerRig, type WorkerRig } from '../kit/worker-rig.js'

/** From now on the peer neither reads nor answers, as if its host had gone without a word. */
function silence(rig: WorkerRig): void {
  rig.link.pair.right.pause()
  rig.link.pair.right.fence.hold()
}

/** Moves on until the worker has given its link up; returns how long that took. */
async function foundAfterMs(rig: WorkerRig): Promise<number> {
  const startedAt = rig.clock.now()
  while (rig.worker.getConnectionState() === 'connected' && rig.clock.now() - startedAt < 10 * IDLE_LIMIT_MS)
    await rig.clock.advance(10)
  return rig.clock.now() - startedAt
}

async function expectRecovery(rig: WorkerRig): Promise<void> {
  await rig.reconnect()
  await rig.settle()
  expect(rig.worker.getConnectionState()).toBe('connected')
  await rig.worker.ready()
}

const TICK_MS = 10

test.each([0, 1, 5_000, 19_999, 20_000, 59_000])(
  'a peer that falls silent %i ms into an idle link is found at the limit, and replaced',
  async (sinceMs) => {
    const rig = await connectedRig()
    await rig.clock.advance(sinceMs)
    silence(rig)
    const sinceLastFrameMs = sinceMs % PING_INTERVAL_MS
    const foundMs = await foundAfterMs(rig)
    if (process.env['SHOW_FIGURES'] !== undefined)
      process.stdout.write(`silent ${String(sinceLastFrameMs)} ms after a frame: found after ${String(foundMs)} ms\n`)

    expect(foundMs).toBeLessThanOrEqual(IDLE_LIMIT_MS - sinceLastFrameMs + TICK_MS)
    await expectRecovery(rig)
  },
)

test('a peer that falls silent in the handshake is found at the limit of the handshake', async () => {
  const rig = workerRig({}, (engine) => {
    engine.answer = (attempt) => (attempt === 1 ? 'stall' : 'accept')
  })
  await rig.clock.advance(HANDSHAKE_TIMEOUT_MS)
  expect(rig.worker.getConnectionState()).toBe('reconnecting')
  await expectRecovery(rig)
})

test('a peer that falls silent during the replay is found at the limit', async () => {
  const rig = workerRig({}, (engine) => {
    engine.polite = false
  })
  rig.worker.registerFunction('f', () => 1)
  await rig.settle()
  silence(rig)
  rig.engine.polite = true

  expect(await foundAfterMs(rig)).toBeLessThanOrEqual(IDLE_LIMIT_MS + TICK_MS)
  await expectRecovery(rig)
})

test('calls written to a peer that has fallen silent end when it is found, those without limit too', async () => {
  const rig = await connectedRig()
  silence(rig)
  const call = rig.worker.trigger({ function_id: 'f', payload: 1, timeoutMs: Infinity })
  call.catch(() => undefined)
  await foundAfterMs(rig)

  expect(await outcomeOf(call)).toMatchObject({ error: { code: 'CONNECTION_LOST', outcome: 'unknown' } })
  await expectRecovery(rig)
})

test('results written to a half-open connection are sent first on the next connection', async () => {
  const rig = await connectedRig()
  let finish: (value: string) => void = () => undefined
  rig.worker.registerFunction('slow', () => new Promise((resolve) => (finish = resolve)))
  const id = rig.link.invoke('slow')
  await rig.settle()
  silence(rig)
  await foundAfterMs(rig)
  finish('done')
  await rig.settle()
  const link = await rig.reconnect()
  await rig.settle()

  expect(link.received[0]).toMatchObject({ type: 'invocationresult', invocation_id: id })
})

test('a half-open connection does not extend a drain over its limits', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('endless', () => new Promise(() => undefined))
  rig.link.invoke('endless')
  await rig.settle()
  silence(rig)
  const done = rig.worker.shutdownAsync({ drainTimeoutMs: 2_000 })
  await rig.clock.advance(2_000 + 1_000 + TICK_MS)

  expect(await outcomeOf(done)).toMatchObject({ value: { abandoned: 1 } })
})

test('a peer that answers pings only is kept for a day', async () => {
  const rig = await connectedRig()
  await rig.clock.advance(24 * 3_600_000)

  expect(rig.engine.links).toHaveLength(1)
})

test('one frame every 59 seconds from a peer that ignores pings is enough', async () => {
  const rig = await connectedRig()
  rig.link.pair.left.ping = () => undefined
  for (let round = 0; round < 20; round += 1) {
    await rig.clock.advance(59_000)
    rig.link.send({ type: 'ping' })
  }
  await rig.settle()

  expect(rig.engine.links).toHaveLength(1)
})
