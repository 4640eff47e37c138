import { expect, test } from 'vitest'
import { Emitter } from '../../src/std/async/emitter.js'
import { workerRig } from '../kit/worker-rig.js'

test('a listener that shuts the worker down does not reverse the order of states for others', async () => {
  const rig = workerRig()
  const seen: string[] = []
  rig.worker.onConnectionStateChange((state) => {
    if (state === 'connected') void rig.worker.shutdown()
  })
  rig.worker.onConnectionStateChange((state) => seen.push(state))
  await rig.settle()

  expect(seen).toEqual(['connected', 'disconnected'])
})

test('a listener removed by another one is not called', () => {
  const emitter = new Emitter<number>(() => undefined)
  const seen: number[] = []
  let off = (): void => undefined
  emitter.on(() => {
    off()
  })
  off = emitter.on((event) => seen.push(event))
  emitter.emit(1)

  expect(seen).toEqual([])
})

test('a listener that rejects is reported like one that throws', async () => {
  const errors: unknown[] = []
  const emitter = new Emitter<number>((error) => errors.push(error))
  emitter.on(() => Promise.reject(new Error('late')) as unknown as undefined)
  emitter.emit(1)
  await new Promise((resolve) => setImmediate(resolve))

  expect(errors).toEqual([new Error('late')])
})
