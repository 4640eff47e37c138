import { expect, test } from 'vitest'
import { MAX_WAITING_INVOCATIONS } from '../../../../../src/sdk/worker/invocations/admission.js'
import { connectedRig, type WorkerRig } from '../../../../kit/worker-rig.js'

/** A handler that runs until the test ends it, with a record of the calls that began. */
function held(): {
  readonly begun: unknown[]
  readonly handler: (data: { n: number }) => Promise<number>
  end: () => void
} {
  const begun: unknown[] = []
  const ends: (() => void)[] = []
  return {
    begun,
    handler: ({ n }) => {
      begun.push(n)
      return new Promise((resolve) => ends.push(() => resolve(n)))
    },
    end: () => ends.shift()?.(),
  }
}

async function invokeMany(rig: WorkerRig, functionId: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, n) => rig.link.invoke(functionId, { n }))
  await rig.settle()
  return ids
}

test('a worker runs no more than its limit at a time, and the rest in the order they came', async () => {
  const rig = await connectedRig({ maxConcurrentInvocations: 2 })
  const { begun, handler, end } = held()
  rig.worker.registerFunction('job', handler)
  const ids = await invokeMany(rig, 'job', 4)
  expect(begun).toEqual([0, 1])
  expect(rig.worker.stats()).toMatchObject({ runningInvocations: 2, waitingInvocations: 2 })

  for (const expected of [
    [0, 1, 2],
    [0, 1, 2, 3],
  ]) {
    end()
    await rig.settle()
    expect(begun).toEqual(expected)
  }
  end()
  end()
  await rig.settle()
  expect(ids.map((id) => rig.link.resultOf(id)?.result)).toEqual([0, 1, 2, 3])
  expect(rig.worker.stats()).toMatchObject({ runningInvocations: 0, waitingInvocations: 0 })
})

test('the limit of a function does not delay other functions', async () => {
  const rig = await connectedRig({ maxConcurrentInvocations: 3 })
  const [narrow, wide] = [held(), held()]
  rig.worker.registerFunction('narrow', narrow.handler, { maxConcurrentInvocations: 1 })
  rig.worker.registerFunction('wide', wide.handler)
  await invokeMany(rig, 'narrow', 3)
  await invokeMany(rig, 'wide', 3)
  expect([narrow.begun, wide.begun]).toEqual([[0], [0, 1]])
  narrow.end()
  await rig.settle()
  // The free slot of the worker goes to the first in the queue.
  expect([narrow.begun, wide.begun]).toEqual([[0], [0, 1, 2]])
  wide.end()
  await rig.settle()
  expect(narrow.begun).toEqual([0, 1])
})

test('a handler that fails or returns at once frees its slot as well', async () => {
  const rig = await connectedRig({ maxConcurrentInvocations: 1 })
  rig.worker.registerFunction('fails', () => {
    throw new Error('no')
  })
  rig.worker.registerFunction('returns', () => 'done')
  const ids = [...(await invokeMany(rig, 'fails', 2)), ...(await invokeMany(rig, 'returns', 2))]
  const answers = ids.map((id) => rig.link.resultOf(id))
  expect(answers.map((answer) => answer?.error?.message ?? answer?.result)).toEqual(['no', 'no', 'done', 'done'])
})

test('queued invocations of a lost connection never run; running ones keep their slot until they end', async () => {
  const rig = await connectedRig({ maxConcurrentInvocations: 1 })
  const { begun, handler, end } = held()
  rig.worker.registerFunction('job', handler)
  await invokeMany(rig, 'job', 3)
  rig.link.cut()
  const link = await rig.reconnect()
  await rig.settle()
  expect(rig.worker.stats()).toMatchObject({ runningInvocations: 1, waitingInvocations: 0 })

  const again = link.invoke('job', { n: 7 })
  await rig.settle()
  expect(begun).toEqual([0])
  end()
  await rig.settle()
  expect(begun).toEqual([0, 7])
  end()
  await rig.settle()
  expect(link.resultOf(again)?.result).toBe(7)
})

test('a graceful shutdown runs queued invocations', async () => {
  const rig = await connectedRig({ maxConcurrentInvocations: 1 })
  rig.worker.registerFunction('job', () => new Promise((resolve) => rig.clock.after(100, () => resolve('done'))))
  const ids = await invokeMany(rig, 'job', 3)
  const ended = rig.worker.shutdownAsync()
  await rig.clock.advance(1_000)
  expect(await ended).toMatchObject({ drained: 3, abandoned: 0 })
  expect(ids.map((id) => rig.link.resultOf(id)?.result)).toEqual(['done', 'done', 'done'])
})

test('a function that was removed still serves those that waited for it', async () => {
  const rig = await connectedRig()
  const { begun, handler, end } = held()
  const ref = rig.worker.registerFunction('job', handler, { maxConcurrentInvocations: 1 })
  await invokeMany(rig, 'job', 2)
  ref.unregister()
  end()
  await rig.settle()
  expect(begun).toEqual([0, 1])
})

test('a call over the limit of queued invocations is rejected at once', async () => {
  const rig = await connectedRig({ maxConcurrentInvocations: 1 })
  rig.worker.registerFunction('job', () => new Promise(() => undefined))
  await invokeMany(rig, 'job', MAX_WAITING_INVOCATIONS + 1)
  const [refused] = await invokeMany(rig, 'job', 1)
  expect(rig.link.resultOf(refused!)?.error).toMatchObject({ code: 'WORKER_BUSY' })
  expect(rig.worker.stats().waitingInvocations).toBe(MAX_WAITING_INVOCATIONS)
})

test.each([0, -1, 1.5, NaN, '2', 2n])('a limit of %s is refused', async (limit) => {
  const rig = await connectedRig()
  const expected = 'maxConcurrentInvocations must be a whole number above 0, or Infinity'
  expect(() => rig.worker.registerFunction('job', () => 1, { maxConcurrentInvocations: limit as number })).toThrow(
    expected,
  )
})

test('limits never reach the wire', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('job', () => 1, { maxConcurrentInvocations: 3 })
  await rig.settle()
  expect(rig.link.all('registerfunction')).toEqual([{ type: 'registerfunction', id: 'job' }])
})
