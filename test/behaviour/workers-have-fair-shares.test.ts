import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine } from '../../src/engine/engine.js'
import { rawSocket, rawWorker, type RawSocket } from '../kit/raw-socket.js'

/** Frames of one worker that the engine handles in one event-loop tick. */
const SHARE = 64
/** Enough that the engine could read on for long, and few enough for the buffers of the sockets. */
const FLOOD = 3_000

async function stage() {
  const listener = { name: 'iii-worker-manager', config: { host: '127.0.0.1', port: 0 } }
  const engine = await startEngine(engineConfigOf({ workers: [listener] }))
  onTestFinished(() => engine.close())
  return { engine, flooder: await rawWorker(engine.url), steady: await rawWorker(engine.url, ['echo']) }
}

/** Calls an unregistered function, many times and all in one write. */
function flood(worker: RawSocket): string[] {
  const ids = Array.from({ length: FLOOD }, () => randomUUID())
  const tcp = (worker.socket as unknown as { readonly _socket: { cork(): void; uncork(): void } })._socket
  tcp.cork()
  for (const invocation_id of ids)
    worker.send({ type: 'invokefunction', invocation_id, function_id: 'missing::function', data: 1 })
  tcp.uncork()
  return ids
}

/** Ids of the calls that were answered, in this order. */
function answered({ frames }: RawSocket): unknown[] {
  return frames.filter(({ type }) => type === 'invocationresult').map(({ invocation_id }) => invocation_id)
}

test('a call is answered after a few frames of a worker that sends without end', async () => {
  const { engine, flooder, steady } = await stage()
  const received: number[] = []
  const before = engine.stats().framesIn
  steady.socket.on('message', () => received.push(engine.stats().framesIn - before))
  flood(flooder)
  steady.send({ type: 'invokefunction', invocation_id: randomUUID(), function_id: 'echo', data: 1 })
  const { invocation_id, function_id } = await steady.next(({ type }) => type === 'invokefunction')
  steady.send({ type: 'invocationresult', invocation_id, function_id, result: 1 })
  await steady.next(({ type }) => type === 'invocationresult')

  const [calledAfter = 0, answeredAfter = 0] = received
  expect(calledAfter).toBeLessThanOrEqual(5 * SHARE)
  expect(answeredAfter).toBeLessThanOrEqual(10 * SHARE)
})

test('frames above the share of a worker are handled later and in order, up to its close frame', async () => {
  const { engine, flooder, steady } = await stage()
  const asked = flood(flooder)
  flooder.send({ type: 'registerfunction', id: 'last' })
  flooder.send({ type: 'ping' })
  await flooder.next(({ type }) => type === 'pong')
  expect(answered(flooder)).toEqual(asked)

  const leaver = await rawSocket(engine.url)
  const before = engine.stats().framesIn
  const askedLast = flood(leaver)
  leaver.socket.close()
  await leaver.closed
  await expect.poll(() => engine.stats().framesIn - before).toBe(FLOOD)
  expect(answered(leaver)).toEqual(askedLast)
  steady.send({ type: 'ping' })
  await steady.next(({ type }) => type === 'pong')
})
