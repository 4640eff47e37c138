import { expect, test } from 'vitest'
import { deferred } from '../../../../../src/std/async/deferred.js'
import { Barrier } from '../../../../../src/sdk/worker/lifecycle/barrier.js'
import { outcomeOf } from '../../../../kit/worker-rig.js'

test('pongs answer pings in order, one each', async () => {
  let pings = 0
  const barrier = new Barrier({ send: () => (pings += 1) > 0, announce: () => Promise.resolve() })
  const [first, second] = [barrier.pass(), barrier.pass()]
  await outcomeOf(first)
  expect(pings).toBe(2)
  barrier.pong()

  expect(await outcomeOf(first)).toEqual({ value: undefined })
  expect(await outcomeOf(second)).toBeUndefined()
  barrier.pong()
  expect(await outcomeOf(second)).toEqual({ value: undefined })
  barrier.pong()
})

test('one announcement serves everybody on a link, and the next link announces anew', async () => {
  let announcements = 0
  const barrier = new Barrier({ send: () => true, announce: () => Promise.resolve((announcements += 1)) })
  const passes = [barrier.pass(), barrier.pass(), barrier.pass()]
  await outcomeOf(passes[0]!)
  expect(announcements).toBe(1)
  barrier.linkLost()
  for (const pass of passes) expect(await outcomeOf(pass)).toMatchObject({ error: { code: 'CONNECTION_LOST' } })
  void barrier.pass().catch(() => undefined)
  expect(announcements).toBe(2)
})

test('an announcement that failed is not remembered, even by those who joined it', async () => {
  const attempts = [deferred<void>(), deferred<void>()]
  let announcements = 0
  const barrier = new Barrier({ send: () => true, announce: () => attempts[announcements++]!.promise })
  const passes = [barrier.pass(), barrier.pass()]
  attempts[0]!.reject(new Error('refused'))
  for (const pass of passes) expect(await outcomeOf(pass)).toMatchObject({ error: { message: 'refused' } })
  const later = barrier.pass()
  attempts[1]!.resolve()
  await outcomeOf(later)
  barrier.pong()

  await later
  expect(announcements).toBe(2)
})

test('a link that is down when the ping is due says so', async () => {
  const barrier = new Barrier({ send: () => false, announce: () => Promise.resolve() })

  await expect(barrier.pass()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
})

test('the end of one link does not touch the announcement of the next', async () => {
  const attempts = [deferred<void>(), deferred<void>()]
  let announcements = 0
  const barrier = new Barrier({ send: () => true, announce: () => attempts[announcements++]!.promise })
  const old = barrier.pass()
  old.catch(() => undefined)
  barrier.linkLost()
  const present = barrier.pass()
  attempts[0]!.reject(new Error('of the old link'))
  await outcomeOf(old)
  attempts[1]!.resolve()
  const joined = barrier.pass()
  await outcomeOf(present)
  barrier.pong()
  barrier.pong()

  await Promise.all([present, joined])
  expect(announcements).toBe(2)
})
