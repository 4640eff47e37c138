import { expect, test } from 'vitest'
import { deferred } from '../../src/std/async/deferred.js'
import { connectedRig } from '../kit/worker-rig.js'

test('a result that comes after shutdown is dropped and counted', async () => {
  const rig = await connectedRig()
  const work = deferred<string>()
  rig.worker.registerFunction('slow', () => work.promise)
  rig.link.invoke('slow')
  await rig.settle()
  await rig.worker.shutdown()
  work.resolve('too late')
  await rig.settle()

  expect(rig.worker.stats().droppedResults).toBe(1)
  expect(rig.eventsOf('frame_dropped')).toHaveLength(1)
})

test('results that waited for a link are counted when the worker is shut down first', async () => {
  const rig = await connectedRig()
  const work = deferred<string>()
  rig.worker.registerFunction('slow', () => work.promise)
  rig.link.invoke('slow')
  await rig.settle()
  rig.link.cut()
  await rig.settle()
  work.resolve('too late')
  await rig.settle()
  await rig.worker.shutdown()

  expect(rig.worker.stats().droppedResults).toBe(1)
})
