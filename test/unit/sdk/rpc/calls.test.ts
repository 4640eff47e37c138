import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Calls, type Call } from '../../../../src/sdk/rpc/calls.js'
import { Deadlines } from '../../../../src/std/time/deadlines.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import { seededRandom } from '../../../kit/seeded-random.js'
import { outcomeOf } from '../../../kit/worker-rig.js'

function set() {
  const clock = new VirtualClock()
  const withdrawn: Call[] = []
  const timeLimits = (expire: (call: Call) => void): Deadlines<Call> => new Deadlines(clock, expire)
  const calls = new Calls({ random: seededRandom(1), timeLimits }, { withdraw: (call) => withdrawn.push(call) })
  const open = (
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): { call: Call; promise: Promise<unknown> } => {
    const opened: Call[] = []
    const promise = calls.open({ functionId: 'f', timeoutMs: 1_000, signal: undefined, ...options }, (call) =>
      opened.push(call),
    )
    promise.catch(() => undefined)
    return { call: opened[0]!, promise }
  }
  return { clock, calls, withdrawn, open }
}

test('an answer settles its call, and a second one is late', async () => {
  const { calls, clock, open } = set()
  const { call, promise } = open()
  expect(calls.settle(call.id, (opened) => opened.resolve('one'))).toBe(true)
  expect(calls.settle(call.id, (opened) => opened.resolve('two'))).toBe(false)

  expect(await promise).toBe('one')
  expect(calls.counts).toEqual({ pending: 0, settled: 1, timedOut: 0, lateResults: 1, expired: 0 })
  expect(clock.foregroundTimers).toBe(0)
})

test('a call that is not answered in time rejects with its facts, and its frame is withdrawn only if unsent', async () => {
  const { calls, clock, withdrawn, open } = set()
  const unsent = open()
  const sent = open()
  sent.call.written()
  await clock.advance(1_000)

  expect(await outcomeOf(unsent.promise)).toMatchObject({
    error: { code: 'TIMEOUT', kind: 'Timeout', function_id: 'f', invocationId: unsent.call.id },
  })
  expect(withdrawn).toEqual([unsent.call])
  expect(calls.counts).toMatchObject({ pending: 0, timedOut: 2 })
  await expect(unsent.promise).rejects.toThrow('could not be sent within 1000 ms; it did not run')
  await expect(sent.promise).rejects.toThrow("No answer from 'f' within 1000 ms; it may still be running")
})

test('an abort rejects with its reason as it is, and leaves no listener', async () => {
  for (const reason of [new Error('mine'), 'text', null, 0]) {
    const { calls, clock, open } = set()
    const controller = new AbortController()
    const { promise } = open({ signal: controller.signal })
    controller.abort(reason)
    expect(await outcomeOf(promise)).toEqual({ error: reason })
    expect([calls.counts.pending, clock.foregroundTimers]).toEqual([0, 0])
  }
})

test('a settled call listens to its signal no more', async () => {
  const { calls, open } = set()
  const controller = new AbortController()
  let listeners = 0
  const { signal } = controller
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1
    remove(...args)
  }
  for (let index = 0; index < 100; index += 1) {
    const { call } = open({ signal })
    calls.settle(call.id, (opened) => opened.resolve(undefined))
  }

  expect(listeners).toBe(0)
})

test('losing the link ends the written calls only', async () => {
  const { calls, open } = set()
  const waiting = open()
  const written = open()
  written.call.written()
  calls.failWritten(() => 'lost')

  expect(await outcomeOf(waiting.promise)).toBeUndefined()
  expect(await outcomeOf(written.promise)).toEqual({ error: 'lost' })
})

test('a call whose start throws rejects with that', async () => {
  const { calls, clock } = set()
  const promise = calls.open({ functionId: 'f', timeoutMs: 1_000, signal: undefined }, () => {
    throw new Error('not sent')
  })

  await expect(promise).rejects.toThrow('not sent')
  expect([calls.counts.pending, clock.pendingTimers]).toEqual([0, 0])
})

test('a call that expired while offline is marked safe to retry', async () => {
  const { open } = set()
  const { call, promise } = open()
  call.expired()

  expect(await outcomeOf(promise)).toMatchObject({ error: { code: 'PENDING_QUEUE_FULL', outcome: 'not_sent' } })
})

test('calls settle exactly once under any mix of endings', async () => {
  const ending = fc.constantFrom('settle', 'fail', 'abort', 'lost', 'time', 'expire', 'write')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(ending, fc.nat(4)), { maxLength: 30 }), async (endings) => {
      const { calls, clock, open } = set()
      const all = Array.from({ length: 5 }, () => {
        const controller = new AbortController()
        return { controller, settled: 0, ...open({ signal: controller.signal }) }
      })
      for (const each of all) {
        const count = (): number => (each.settled += 1)
        each.promise.then(count, count)
      }
      for (const [how, which] of endings) {
        const { call, controller } = all[which]!
        if (how === 'settle') calls.settle(call.id, (opened) => opened.resolve(1))
        if (how === 'fail') calls.fail(call, 'failed')
        if (how === 'abort') controller.abort()
        if (how === 'lost') calls.failWritten(() => 'lost')
        if (how === 'time') await clock.advance(300)
        if (how === 'expire') call.expired()
        if (how === 'write') call.written()
      }
      calls.failAll(() => 'over')
      await clock.advance(0)
      expect(all.map(({ settled }) => settled)).toEqual([1, 1, 1, 1, 1])
      expect([calls.counts.pending, calls.counts.settled, clock.pendingTimers]).toEqual([0, 5, 0])
    }),
    { numRuns: 200 },
  )
})
