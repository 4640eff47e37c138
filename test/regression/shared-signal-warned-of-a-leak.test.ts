import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

test('a hundred calls on one signal settle with one abort and raise no warning', async () => {
  const warnings: unknown[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  const rig = await connectedRig()
  const controller = new AbortController()
  const calls = Array.from({ length: 100 }, () =>
    rig.worker.trigger({ function_id: 'f', payload: {}, signal: controller.signal }),
  )
  const outcomes = Promise.allSettled(calls)
  await rig.settle()
  controller.abort('all')
  const results = await outcomes
  process.off('warning', note)

  expect(results.every((result) => result.status === 'rejected' && result.reason === 'all')).toBe(true)
  expect(warnings).toEqual([])
  expect(rig.worker.stats().pendingCalls).toBe(0)
})
