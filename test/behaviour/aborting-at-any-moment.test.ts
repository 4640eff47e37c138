import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { localRig } from '../kit/local-rig.js'
import { seededRandom } from '../kit/seeded-random.js'

const CALLS = 10_000
/** Calls that are under way between two rests. */
const WAVE = 500
/** A few seconds on a quiet machine. */
const LIMIT = { timeout: 60_000 }

test(
  '10,000 calls aborted at any moment settle in the same event-loop tick, and leave no listener',
  LIMIT,
  async () => {
    const rig = await localRig()
    const random = seededRandom(29)
    const [caller, server] = [rig.addWorker(), rig.addWorker()]
    server.registerFunction('f', (delayMs: number) => new Promise((done) => rig.clock.after(delayMs, () => done(1))))
    await rig.settle()

    const late: number[] = []
    const leaking: number[] = []
    const strange: unknown[] = []
    let [givenUp, answered] = [0, 0]
    for (let index = 0; index < CALLS; index += 1) {
      const controller = new AbortController()
      const request = { function_id: 'f', payload: random.below(20), signal: controller.signal }
      let settled = 0
      caller.trigger(request).then(
        () => {
          settled += 1
          answered += 1
        },
        (reason: unknown) => {
          settled += 1
          if (reason === index) givenUp += 1
          else strange.push(reason)
        },
      )
      const giveUp = (): void => {
        // A settled call has no abort listener, aborted or not.
        if (settled > 0 && getEventListeners(controller.signal, 'abort').length > 0) leaking.push(index)
        controller.abort(index)
        setImmediate(() => {
          if (settled !== 1) late.push(index)
          if (getEventListeners(controller.signal, 'abort').length > 0) leaking.push(index)
        })
      }
      const when = random.below(25)
      if (when === 0) giveUp()
      else rig.clock.after(when, giveUp)
      if (index % WAVE === WAVE - 1) await rig.clock.advance(random.below(30))
    }
    await rig.clock.advance(1_000)
    await new Promise(setImmediate)

    expect({ late, leaking, strange }).toEqual({ late: [], leaking: [], strange: [] })
    // Both endings are well represented, or the moments were not any.
    expect(givenUp + answered).toBe(CALLS)
    expect(Math.min(givenUp, answered)).toBeGreaterThan(1_000)
    expect(caller.stats()).toMatchObject({ pendingCalls: 0, queuedMessages: 0 })
    expect(server.stats()).toMatchObject({ runningInvocations: 0, queuedMessages: 0 })
  },
)

test(
  '10,000 handlers are aborted when their worker ends at any moment, and each caller gets one answer',
  LIMIT,
  async () => {
    const rig = await localRig()
    const random = seededRandom(30)
    const caller = rig.addWorker()
    await rig.settle()
    let [started, aborted, finished, answered] = [0, 0, 0, 0]
    for (let round = 0; round < CALLS / WAVE; round += 1) {
      const server = rig.addWorker({ workerName: `server-${String(round)}` })
      server.registerFunction('f', (delayMs: number, _metadata, { signal }) => {
        started += 1
        return new Promise((done) => {
          const timer = rig.clock.after(delayMs, () => {
            finished += 1
            done(1)
          })
          const stop = (): void => {
            timer.cancel()
            aborted += 1
            done(0)
          }
          signal.addEventListener('abort', stop, { once: true })
          rig.clock.after(delayMs, () => signal.removeEventListener('abort', stop))
        })
      })
      await rig.settle()
      for (let index = 0; index < WAVE; index += 1) {
        const count = (): number => (answered += 1)
        caller.trigger({ function_id: 'f', payload: 1 + random.below(40) }).then(count, count)
      }
      await rig.clock.advance(random.below(40))
      void server.shutdown()
      await rig.clock.advance(100)
      expect(server.stats()).toMatchObject({ runningInvocations: 0, pendingCalls: 0 })
    }

    expect(answered).toBe(CALLS)
    expect(aborted + finished).toBe(started)
    expect(Math.min(aborted, finished)).toBeGreaterThan(1_000)
    expect(caller.stats()).toMatchObject({ pendingCalls: 0, queuedMessages: 0 })
  },
)
