import { expect, test } from 'vitest'
import { engineRig, type EngineRig } from '../../../kit/engine-rig.js'
import type { Frame, RawWorker } from '../../../kit/raw-worker.js'

const LIMIT_MS = 1_000
const ON_NEWS = { trigger_type: 'subscribe', function_id: 'f', config: { topic: 'news' } }

/** `old` has a function and a trigger for it; `next` is in line for the function if it listens for other workers. */
async function twoReleases({ listens = true } = {}) {
  const rig = await engineRig({ workers: [{ name: 'iii-pubsub' }] })
  const [old, next] = [await rig.worker({ name: 'old' }), await rig.worker({ name: 'next' })]
  const publisher = await rig.worker({ name: 'publisher' })
  old.register('f')
  bind(old, 'of-old')
  await rig.settle()
  next.register('f')
  if (listens) next.listenForWorkers()
  await rig.settle()
  let published = 0
  return {
    rig,
    old,
    next,
    /** Publishes an event and lets it get where it goes. */
    publish: async (): Promise<number> => {
      published += 1
      await rig.call(publisher, 'publish', { topic: 'news', data: { n: published } })
      return published
    },
  }
}

function bind(worker: RawWorker, id: string, more: Frame = {}): void {
  worker.send({ type: 'registertrigger', id, ...ON_NEWS, ...more })
}

/** As a worker does that drains: functions first, their triggers after. */
async function giveUp(rig: EngineRig, worker: RawWorker, triggerId = 'of-old'): Promise<void> {
  worker.send({ type: 'unregisterfunction', id: 'f' })
  await rig.settle()
  worker.send({ type: 'unregistertrigger', id: triggerId, trigger_type: 'subscribe' })
  await rig.settle()
}

const received = (worker: RawWorker): unknown[] =>
  worker.frames
    .filter(({ type, function_id }) => type === 'invokefunction' && function_id === 'f')
    .map(({ data }) => (data as { n: number }).n)

test('an event between two owners of a trigger reaches the next one, once', async () => {
  const { rig, old, next, publish } = await twoReleases()
  await giveUp(rig, old)
  const early = await publish()
  next.register('f')
  await rig.settle()
  const late = await publish()
  bind(next, 'of-next')
  await rig.settle()
  const last = await publish()

  expect(received(next)).toEqual([early, late, last])
  expect(received(old)).toEqual([])
})

test('the trigger of an owner that died is kept in the same way', async () => {
  const { rig, old, next, publish } = await twoReleases()
  old.transport.terminate()
  await rig.settle()
  const event = await publish()
  next.register('f')
  await rig.settle()

  expect(received(next)).toEqual([event])
})

test('a kept trigger ends at its limit when no worker registers an equal one', async () => {
  const { rig, old, next, publish } = await twoReleases()
  await giveUp(rig, old)
  next.register('f')
  await rig.clock.advance(LIMIT_MS - 10)
  const event = await publish()
  await rig.clock.advance(20)
  await publish()

  expect(received(next)).toEqual([event])
})

test('a trigger ends at once when the next owner has bound its own already', async () => {
  const { rig, old, next, publish } = await twoReleases()
  old.send({ type: 'unregisterfunction', id: 'f' })
  next.register('f')
  bind(next, 'of-next')
  await rig.settle()
  old.send({ type: 'unregistertrigger', id: 'of-old', trigger_type: 'subscribe' })
  await rig.settle()
  const event = await publish()

  expect(received(next)).toEqual([event])
})

test('a trigger registered again with its id and another config does not end with the kept one', async () => {
  const { rig, old, next, publish } = await twoReleases()
  await giveUp(rig, old)
  next.register('f')
  bind(next, 'of-old', { metadata: { release: 2 }, config: { topic: 'news', more: true } })
  await rig.clock.advance(2 * LIMIT_MS)
  const event = await publish()

  expect(received(next)).toEqual([event])
})

test('a trigger ends at once when no other worker waits', async () => {
  const { rig, old, next, publish } = await twoReleases({ listens: false })
  await giveUp(rig, old)
  next.register('f')
  await rig.settle()
  await publish()

  expect(received(next)).toEqual([])
})

test('a function that moves on twice within the limit has its triggers kept each time', async () => {
  const { rig, old, next, publish } = await twoReleases()
  await giveUp(rig, old)
  next.register('f')
  bind(next, 'of-next')
  const third = await rig.worker({ name: 'third' })
  third.register('f')
  third.listenForWorkers()
  await rig.settle()
  await giveUp(rig, next, 'of-next')
  const event = await publish()
  third.register('f')
  await rig.settle()

  expect(received(third)).toEqual([event])
})
