/**
 * A waiting worker retried one function per owner, as if an owner released all of them or none. A single function that
 * an owner unregistered was not registered until the owner left.
 */
import { expect, test } from 'vitest'
import { localRig } from '../kit/local-rig.js'

/** Longest interval between two attempts, with its jitter. */
const LONGEST_RETRY_MS = 1_000

async function waitingFor(ids: readonly string[]) {
  const rig = await localRig([])
  const old = rig.addWorker({ workerName: 'old' })
  const held = new Map(ids.map((id) => [id, old.registerFunction(id, () => `old ${id}`)]))
  await rig.settle()
  const next = rig.addWorker({ workerName: 'new', onConflict: 'wait' })
  for (const id of ids) next.registerFunction(id, () => `new ${id}`)
  await rig.clock.advance(20_000)
  return { rig, held, next }
}

test.each(['a', 'b', 'c'])('%s is taken over when its owner releases no other function', async (id) => {
  const { rig, held, next } = await waitingFor(['a', 'b', 'c'])
  held.get(id)?.unregister()
  await rig.clock.advance(3 * LONGEST_RETRY_MS + 10)

  expect(await rig.engine.invoke({ functionId: id, data: {} })).toBe(`new ${id}`)
  expect(next.stats().waitingNames).toBe(2)
})

test('each of many functions is retried, repeatedly', async () => {
  const ids = Array.from({ length: 20 }, (_, index) => `f${index}`)
  const { rig, held, next } = await waitingFor(ids)
  for (const id of ['f19', 'f0', 'f10']) {
    held.get(id)?.unregister()
    await rig.clock.advance(20 * LONGEST_RETRY_MS + 10)
    expect(await rig.engine.invoke({ functionId: id, data: {} })).toBe(`new ${id}`)
  }
  expect(next.stats().waitingNames).toBe(17)
})
