/**
 * An engine with Nagle's algorithm held all but the first answer of a burst back until the client's system acknowledged
 * it, some 40 ms later.
 */
import { expect, test, vi } from 'vitest'
import { TriggerAction, type III, type InitOptions } from '../../src/index.js'
import { deferred } from '../../src/std/async/deferred.js'
import { IGNORE_EVENTS } from '../../src/wire/transport/transport.js'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { WsTransport } from '../../src/wire/transport/ws-transport.js'
import { quietWorker } from '../kit/quiet-worker.js'
import { webSocketPeer } from '../kit/socket-peer.js'
import { testEngine } from '../kit/local-rig.js'

/** Three quarters of what Linux waits before it acknowledges by itself. */
const HELD_BACK_MS = 30

async function connected(url: string, options: InitOptions = {}): Promise<III> {
  const worker = quietWorker(url, options)
  await worker.ready()
  return worker
}

const GET = { scope: 's', key: 'k' }

// eslint-disable-next-line local/real-time -- timers of the system's TCP are measured
const idle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Milliseconds of bursts on a connection that was idle for less than the system's time-outs, several in a row. */
async function burstMs(worker: III, size: number): Promise<{ shortest: number; median: number }> {
  const times: number[] = []
  // The system acknowledges the first packets of a connection at once, whatever anybody sends.
  for (let n = 0; n < 60; n++) await worker.trigger({ function_id: 'state::get', payload: GET })
  for (let round = 0; round < 5; round++) {
    await idle(30)
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: size }, () => worker.trigger({ function_id: 'state::get', payload: GET })))
    times.push(performance.now() - startedAt)
  }
  times.sort((one, other) => one - other)
  return { shortest: times[0]!, median: times[2]! }
}

test.each([2, 16, 64])('a burst of %i calls is not held back', async (size) => {
  const { url } = await testEngine({ quirks: { delayedWrites: true } })
  expect((await burstMs(await connected(url), size)).shortest).toBeLessThan(HELD_BACK_MS)
})

test('without the workaround a burst of calls is held back', async () => {
  const { url } = await testEngine({ quirks: { delayedWrites: true } })
  const worker = await connected(url, { workarounds: { releaseBursts: false } })
  expect((await burstMs(worker, 2)).median).toBeGreaterThan(HELD_BACK_MS)
})

/** Milliseconds of what `round` does, as a median of several rounds on an idle connection. */
async function medianMs(round: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < 7; n++) {
    await idle(60)
    const startedAt = performance.now()
    await round()
    times.push(performance.now() - startedAt)
  }
  return times.sort((one, other) => one - other)[3]!
}

/** A worker with a function that counts its runs, and a caller, once the system delays acknowledgements. */
async function calledWorker() {
  const { url } = await testEngine({ quirks: { delayedWrites: true } })
  const [callee, caller] = [await connected(url), await connected(url)]
  let runs = 0
  let waiting: { readonly runs: number; readonly reached: () => void } | undefined
  callee.registerFunction('f', () => {
    runs += 1
    if (runs === waiting?.runs) waiting.reached()
  })
  await callee.ready()
  const call = (): Promise<unknown> => caller.trigger({ function_id: 'f', payload: {} })
  for (let n = 0; n < 60; n++) await Promise.all([call(), callee.trigger({ function_id: 'state::get', payload: GET })])
  const send = async (count: number): Promise<void> => {
    const reached = deferred<void>()
    waiting = { runs: runs + count, reached: () => reached.resolve() }
    for (let n = 0; n < count; n++) {
      void caller.trigger({ function_id: 'f', payload: {}, action: TriggerAction.Void() })
    }
    await reached.promise
  }
  return { callee, call, send }
}

test('fire-and-forget calls to a worker are not held back', async () => {
  const { send } = await calledWorker()
  expect(await medianMs(() => send(3))).toBeLessThan(HELD_BACK_MS)
})

test('a call to a worker that has received its last answer is not held back', async () => {
  const { callee, call } = await calledWorker()
  const ms = await medianMs(async () => {
    await callee.trigger({ function_id: 'state::get', payload: GET })
    await call()
  })
  expect(ms).toBeLessThan(HELD_BACK_MS)
})

test('small items of a channel are not held back', async () => {
  const { url } = await testEngine({ quirks: { delayedWrites: true } })
  const worker = await connected(url)
  const { writer, reader } = await worker.channels.create()
  const roundMs = async (): Promise<number> => {
    const startedAt = performance.now()
    await writer.write('item')
    await reader.nextBinary()
    return performance.now() - startedAt
  }
  // The system acknowledges the first packets of a connection at once, whatever anybody sends.
  for (let n = 0; n < 60; n++) await roundMs()
  const times: number[] = []
  for (let n = 0; n < 11; n++) times.push(await roundMs())
  expect(times.sort((one, other) => one - other)[5]).toBeLessThan(HELD_BACK_MS)
})

/** Pongs that a client sends for frames of one turn, when it answers them as told. */
async function pongs(answers: boolean, isMoreExpected: boolean): Promise<number> {
  let count = 0
  const heard: string[] = []
  const over = deferred<void>()
  const peer = await webSocketPeer((socket) => {
    socket.on('pong', () => {
      count += 1
    })
    socket.on('message', (data: Buffer) => {
      if (data.toString() === 'over') over.resolve()
    })
    for (let n = 0; n < 3; n++) socket.send(`frame ${n}`)
  })
  const transport = dialWebSocket(
    peer.url,
    { headers: () => ({}) },
    {
      ...IGNORE_EVENTS,
      open: () => transport.acknowledgeWhile?.(() => isMoreExpected),
      text: (frame) => {
        heard.push(frame)
        if (answers) transport.send('answer')
        // Behind whatever the end of the turn brings.
        // eslint-disable-next-line local/real-time -- timers of the system's TCP are measured
        if (heard.length === 3) setTimeout(() => transport.send('over'), 20)
      },
    },
  )
  await over.promise
  transport.terminate()
  return count
}

test.each([
  ['frames that are answered in their turn', true, true],
  ['frames after which nothing is expected', false, false],
])('%s need no pong', async (_case, answers, isMoreExpected) => {
  expect(await pongs(answers, isMoreExpected)).toBe(0)
})

test('frames that nothing answers, while more are expected, are acknowledged', async () => {
  const count = await pongs(false, true)
  expect(count).toBeGreaterThanOrEqual(1)
  expect(count).toBeLessThanOrEqual(3)
})

test('an engine that does not delay writes receives no pong', async () => {
  const acknowledge = vi.spyOn(WsTransport.prototype, 'acknowledgeWhile')
  const { url } = await testEngine()
  await burstMs(await connected(url), 16)
  expect(acknowledge).not.toHaveBeenCalled()
})
