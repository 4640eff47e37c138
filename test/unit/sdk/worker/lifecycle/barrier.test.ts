import { expect, test } from 'vitest'
import { deferred, type Deferred } from '../../../../../src/std/async/deferred.js'
import { Barrier } from '../../../../../src/sdk/worker/lifecycle/barrier.js'
import { outcomeOf } from '../../../../kit/worker-rig.js'

/** A link that answers pings in order when the test says so. */
function pingedLink() {
  const pings: Deferred<void>[] = []
  return {
    pings,
    ping: () => {
      const ping = deferred<void>()
      pings.push(ping)
      return ping.promise
    },
    pong: () => pings.shift()?.resolve(),
    lost: () => {
      for (const ping of pings.splice(0)) ping.reject(new Error('lost'))
    },
  }
}

test('every pass waits for the answer to its own ping', async () => {
  const link = pingedLink()
  const barrier = new Barrier(link, { confirm: () => Promise.resolve() })
  const [first, second] = [barrier.pass(), barrier.pass()]
  await outcomeOf(first)
  expect(link.pings).toHaveLength(2)
  link.pong()

  expect(await outcomeOf(first)).toEqual({ value: undefined })
  expect(await outcomeOf(second)).toBeUndefined()
  link.pong()
  expect(await outcomeOf(second)).toEqual({ value: undefined })
})

test('one worker registration serves every pass on a link, and the next link registers the worker again', async () => {
  let introductions = 0
  const link = pingedLink()
  const barrier = new Barrier(link, { confirm: () => Promise.resolve((introductions += 1)) })
  const passes = [barrier.pass(), barrier.pass(), barrier.pass()]
  await outcomeOf(passes[0]!)
  expect(introductions).toBe(1)
  barrier.lost()
  link.lost()
  for (const pass of passes) expect(await outcomeOf(pass)).toMatchObject({ error: { message: 'lost' } })
  void barrier.pass().catch(() => undefined)
  expect(introductions).toBe(2)
})

test('a failed worker registration is not kept, not even by passes that joined it', async () => {
  const attempts = [deferred<void>(), deferred<void>()]
  let introductions = 0
  const link = pingedLink()
  const barrier = new Barrier(link, { confirm: () => attempts[introductions++]!.promise })
  const passes = [barrier.pass(), barrier.pass()]
  attempts[0]!.reject(new Error('refused'))
  for (const pass of passes) expect(await outcomeOf(pass)).toMatchObject({ error: { message: 'refused' } })
  const later = barrier.pass()
  attempts[1]!.resolve()
  await outcomeOf(later)
  link.pong()

  await later
  expect(introductions).toBe(2)
})

test('the end of one link does not affect the worker registration on the next', async () => {
  const attempts = [deferred<void>(), deferred<void>()]
  let introductions = 0
  const link = pingedLink()
  const barrier = new Barrier(link, { confirm: () => attempts[introductions++]!.promise })
  const old = barrier.pass()
  old.catch(() => undefined)
  barrier.lost()
  const present = barrier.pass()
  attempts[0]!.reject(new Error('of the old link'))
  await outcomeOf(old)
  attempts[1]!.resolve()
  const joined = barrier.pass()
  await outcomeOf(present)
  link.pong()
  link.pong()

  await Promise.all([present, joined])
  expect(introductions).toBe(2)
})
