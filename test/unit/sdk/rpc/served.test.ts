import { expect, test } from 'vitest'
import { ServedInvocations } from '../../../../src/sdk/rpc/served.js'
import { outcomeOf } from '../../../kit/worker-rig.js'

const ids = { function_id: 'f', invocation_id: '5e3c0a1e-6b5f-4a86-9a3c-1f1d0a6f0a01' }

test('idle resolves once the last invocation has ended, and at once when nothing runs', async () => {
  const served = new ServedInvocations()
  await served.idle()
  const first = served.begin(1, ids)
  const second = served.begin(1, ids)
  const idle = served.idle()
  expect(served.finish(first)).toBe(true)
  expect(await outcomeOf(idle)).toBeUndefined()
  expect(served.finish(second)).toBe(true)
  await idle

  expect([served.running, served.total]).toEqual([0, 2])
})

test('an invocation ends once', async () => {
  const served = new ServedInvocations()
  const first = served.begin(1, ids)
  served.begin(1, ids)
  served.finish(first)

  expect(served.finish(first)).toBe(false)
  expect(served.running).toBe(1)
})

test('a signal requested after the abort is already aborted, with the first reason', () => {
  const served = new ServedInvocations()
  const early = served.begin(1, ids)
  const late = served.begin(1, ids)
  const { signal } = early
  served.abortAll('first')
  served.abortAll('second')

  expect([signal.aborted, signal.reason]).toEqual([true, 'first'])
  expect([late.signal.aborted, late.signal.reason]).toEqual([true, 'first'])
})

test('an invocation that has ended is not aborted any more', () => {
  const served = new ServedInvocations()
  const done = served.begin(1, ids)
  const { signal } = done
  served.finish(done)
  served.abortAll('over')

  expect(signal.aborted).toBe(false)
})

test('an abort listener that begins and ends others does not disturb the rest', () => {
  const served = new ServedInvocations()
  const first = served.begin(1, ids)
  const second = served.begin(1, ids)
  first.signal.addEventListener('abort', () => {
    served.finish(second)
    served.finish(served.begin(1, ids))
  })
  served.abortAll('over')

  expect(served.running).toBe(1)
})
