import { expect, test } from 'vitest'
import type { IIIConnectionState } from '../../src/sdk/connection/state.js'
import { workerRig, type WorkerRig } from '../kit/worker-rig.js'

function states(rig: WorkerRig): IIIConnectionState[] {
  const seen: IIIConnectionState[] = [rig.worker.getConnectionState()]
  rig.worker.onConnectionStateChange((state) => {
    expect(rig.worker.getConnectionState()).toBe(state)
    seen.push(state)
  })
  return seen
}

test('a worker without autoConnect stays disconnected until connect() is called', async () => {
  const rig = workerRig({ autoConnect: false })
  const seen = states(rig)
  await rig.clock.advance(60_000)
  expect(rig.engine.dials).toEqual([])
  rig.worker.connect()
  rig.worker.connect()
  await rig.settle()

  expect(seen).toEqual(['disconnected', 'connecting', 'connected'])
  expect(rig.engine.dials).toHaveLength(1)
})

test('listeners receive each connection state once, from the first attempt over losses to shutdown', async () => {
  const rig = workerRig({}, (engine) => {
    engine.answer = (attempt) => (attempt === 1 || attempt === 3 ? 'unreachable' : 'accept')
  })
  const seen = states(rig)
  await rig.reconnect()
  await rig.settle()
  rig.link.cut()
  await rig.reconnect()
  await rig.settle()
  await rig.worker.shutdown()

  expect(seen).toEqual(['connecting', 'reconnecting', 'connected', 'reconnecting', 'connected', 'disconnected'])
  expect(rig.eventsOf('state').map(({ state }) => state)).toEqual(['connecting', ...seen.slice(1)])
})

test('after the last retry the worker fails for good and reports the reason', async () => {
  const rig = workerRig({ reconnectionConfig: { maxRetries: 2 } }, (engine) => {
    engine.answer = { status: 401 }
  })
  const seen = states(rig)
  const pending = rig.worker.trigger({ function_id: 'f', payload: {}, timeoutMs: Infinity })
  pending.catch(() => undefined)
  await rig.clock.advance(600_000)

  expect(seen).toEqual(['connecting', 'reconnecting', 'failed'])
  expect(rig.engine.dials).toHaveLength(3)
  const ended = {
    code: 'RETRIES_EXHAUSTED',
    kind: 'NotConnected',
    outcome: 'not_sent',
    cause: { kind: 'WebSocket', status: 401 },
  }
  await expect(pending).rejects.toMatchObject(ended)
  await expect(rig.worker.trigger({ function_id: 'f', payload: {} })).rejects.toMatchObject(ended)
  await expect(rig.worker.ready()).rejects.toMatchObject(ended)
  expect(rig.eventsOf('connection_ended').at(-1)).toMatchObject({ error: { status: 401 }, retryInMs: undefined })
  expect(rig.clock.pendingTimers).toBe(0)
})

test('a worker that has failed or ended does not connect again', async () => {
  const rig = workerRig({ reconnectionConfig: { maxRetries: 0 } }, (engine) => {
    engine.answer = 'unreachable'
  })
  await rig.settle()
  rig.worker.connect()
  await rig.worker.shutdown()
  rig.worker.connect()
  await rig.clock.advance(60_000)

  expect(rig.engine.dials).toHaveLength(1)
})

test('a removed listener is not called', async () => {
  const rig = workerRig()
  const seen: string[] = []
  const off = rig.worker.onConnectionStateChange((state) => seen.push(state))
  off()
  await rig.settle()

  expect(seen).toEqual([])
})

test('registering a listener that is not a function is refused', () => {
  const rig = workerRig({ autoConnect: false })

  expect(() => rig.worker.onConnectionStateChange('log' as never)).toThrow(/must be a function/)
})
