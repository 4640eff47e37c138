import { expect, test } from 'vitest'
import { engineRig, type EngineRig } from '../../../kit/engine-rig.js'
import type { Frame, RawWorker } from '../../../kit/raw-worker.js'

const LIMIT_MS = 1_000
const MAX_CALLS = 10_000

/** A worker that was refused `ids` and registered a trigger of `engine::workers-available`. */
async function nextInLine(rig: EngineRig, ids: readonly string[], listens = true): Promise<RawWorker> {
  const next = await rig.worker({})
  next.register(...ids)
  if (listens) next.listenForWorkers()
  await rig.settle()
  for (const id of ids) next.take('registrationrejected', { function_id: id })
  return next
}

async function twoReleases(ids: readonly string[] = ['f'], listens = true) {
  const rig = await engineRig()
  const old = await rig.worker({ name: 'old' })
  const caller = await rig.worker({ name: 'caller' })
  old.register(...ids)
  await rig.settle()
  return { rig, old, caller, next: await nextInLine(rig, ids, listens) }
}

const giveUp = (worker: RawWorker, ...ids: readonly string[]): void => {
  for (const id of ids) worker.send({ type: 'unregisterfunction', id })
}

const payloads = (worker: RawWorker): unknown[] =>
  worker.frames.filter(({ type }) => type === 'invokefunction').map(({ data }) => (data as { n: number }).n)

const codeOf = (answer: Frame | undefined): unknown => (answer?.['error'] as { code: string } | undefined)?.code

test('calls between two owners are held and go to the next one in the order they came, before any later call', async () => {
  const { rig, old, next, caller } = await twoReleases()
  giveUp(old, 'f')
  await rig.settle()
  caller.invoke('f', { n: 1 })
  caller.invoke('f', { n: 2 }, { action: { type: 'void' } })
  const hosted = rig.engine.invoke({ functionId: 'f', data: { n: 3 } })
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ pendingCalls: 0, waiting: { callsInHandOver: 3 } })
  expect(caller.frames).toEqual([])

  next.register('f')
  caller.invoke('f', { n: 4 })
  await rig.settle()
  // The call of the engine itself does not travel, so it came first.
  expect(payloads(next)).toEqual([3, 1, 2, 4])
  expect(payloads(old)).toEqual([])
  next.answer(next.take('invokefunction'), { result: 'new' })
  await rig.settle()
  expect(await hosted).toBe('new')
  expect(rig.engine.stats()).toMatchObject({ waiting: { callsInHandOver: 0 }, refused: { callsInHandOver: 0 } })
})

test('calls in flight stay with the old owner, which answers them after the function has moved on', async () => {
  const { rig, old, next, caller } = await twoReleases()
  const before = caller.invoke('f', { n: 1 })
  await rig.settle()
  giveUp(old, 'f')
  await rig.settle()
  caller.invoke('f', { n: 2 })
  next.register('f')
  await rig.settle()

  old.answer(old.take('invokefunction'), { result: 'old' })
  await rig.settle()
  expect(caller.take('invocationresult', { invocation_id: before })['result']).toBe('old')
  expect(payloads(next)).toEqual([2])
})

test('calls are also held when the owner is lost; its calls in flight receive an error', async () => {
  const { rig, old, next, caller } = await twoReleases()
  const inFlight = caller.invoke('f', { n: 1 })
  await rig.settle()
  old.transport.terminate()
  await rig.settle()
  caller.invoke('f', { n: 2 })
  await rig.settle()
  next.register('f')
  await rig.settle()

  expect(codeOf(caller.take('invocationresult', { invocation_id: inFlight }))).toBe('invocation_stopped')
  expect(payloads(next)).toEqual([2])
})

test('a held call fails at the limit, counted from the release of the function, and later ones at once', async () => {
  const { rig, old, caller } = await twoReleases()
  giveUp(old, 'f')
  await rig.settle()
  const early = caller.invoke('f')
  await rig.clock.advance(LIMIT_MS - 10)
  const late = caller.invoke('f')
  await rig.clock.advance(9)
  expect(caller.frames).toEqual([])
  await rig.clock.advance(1)
  for (const invocation_id of [early, late]) {
    expect(caller.take('invocationresult', { invocation_id })['error']).toEqual({
      code: 'function_not_found',
      message: 'Function f not found in namespace default.',
    })
  }
  expect(codeOf(await rig.call(caller, 'f'))).toBe('function_not_found')
  expect(rig.engine.stats()).toMatchObject({ waiting: { callsInHandOver: 0 }, refused: { callsInHandOver: 2 } })
})

test.each([
  ['leaves', (next: RawWorker) => next.transport.terminate()],
  ['asks for it no longer', (next: RawWorker) => giveUp(next, 'f')],
])('held calls fail as soon as the only worker in line %s', async (_what, end) => {
  const { rig, old, next, caller } = await twoReleases()
  giveUp(old, 'f')
  await rig.settle()
  caller.invoke('f')
  await rig.settle()
  end(next)
  await rig.settle()

  expect(codeOf(caller.take('invocationresult'))).toBe('function_not_found')
})

test('calls stay held while another worker waits for the function, and go to the first that registers it', async () => {
  const { rig, old, next, caller } = await twoReleases()
  await nextInLine(rig, ['f'])
  giveUp(old, 'f')
  await rig.settle()
  caller.invoke('f', { n: 1 })
  await rig.settle()
  next.transport.terminate()
  await rig.settle()
  expect(caller.frames).toEqual([])

  const stranger = await rig.worker({ name: 'stranger' })
  stranger.register('f')
  await rig.settle()
  expect(payloads(stranger)).toEqual([1])

  // The one that was overtaken is still in line.
  giveUp(stranger, 'f')
  await rig.settle()
  caller.invoke('f', { n: 2 })
  await rig.settle()
  expect(caller.frames).toEqual([])
})

test.each([
  ['no worker was refused it', [], true],
  ['the refused worker has no trigger of workers', ['f'], false],
])('a call fails at once when %s', async (_what, refused, listens) => {
  const rig = await engineRig()
  const old = await rig.worker({ name: 'old' })
  const caller = await rig.worker({ name: 'caller' })
  old.register('f')
  await rig.settle()
  await nextInLine(rig, refused, listens)
  giveUp(old, 'f')
  await rig.settle()

  expect(codeOf(await rig.call(caller, 'f'))).toBe('function_not_found')
})

test('only the namespace of the function is held for', async () => {
  const { rig, old, caller } = await twoReleases()
  giveUp(old, 'f')
  await rig.settle()

  expect(codeOf(await rig.call(caller, 'f', {}, { namespace: 'blue' }))).toBe('function_not_found')
  expect(codeOf(await rig.call(caller, 'g'))).toBe('function_not_found')
})

test('a held call whose caller gives up is not made', async () => {
  const { rig, old, next } = await twoReleases()
  giveUp(old, 'f')
  await rig.settle()
  const controller = new AbortController()
  const aborted = rig.engine.invoke({ functionId: 'f', data: { n: 1 }, signal: controller.signal })
  aborted.catch(() => undefined)
  const kept = rig.engine.invoke({ functionId: 'f', data: { n: 2 } })
  controller.abort(new Error('no longer'))
  await expect(aborted).rejects.toThrow('no longer')
  next.register('f')
  await rig.settle()

  expect(payloads(next)).toEqual([2])
  next.answer(next.take('invokefunction'), { result: 1 })
  await rig.settle()
  expect(await kept).toBe(1)
})

test('held calls of engine and workers end with the engine, and none is left waiting', async () => {
  const { rig, old } = await twoReleases()
  giveUp(old, 'f')
  await rig.settle()
  const hosted = rig.engine.invoke({ functionId: 'f', data: {} })
  const closed = rig.engine.close()
  await expect(hosted).rejects.toMatchObject({ code: 'function_not_found' })
  await rig.clock.advance(LIMIT_MS)
  await closed
})

test('calls above the number that may be held fail at once and are counted', async () => {
  const { rig, old, next, caller } = await twoReleases()
  giveUp(old, 'f')
  await rig.settle()
  for (let n = 0; n < MAX_CALLS + 3; n++) caller.invoke('f', { n })
  await rig.settle()
  expect(caller.frames.map(codeOf)).toEqual(Array(3).fill('function_not_found'))
  expect(rig.engine.stats()).toMatchObject({
    waiting: { callsInHandOver: MAX_CALLS },
    refused: { callsInHandOver: 3 },
  })
  next.register('f')
  await rig.settle()
  expect(payloads(next)).toEqual(Array.from({ length: MAX_CALLS }, (_, n) => n))
})

test('a worker waits for no more functions than it may have', async () => {
  const rig = await engineRig({}, { maxRegistrations: 2 })
  const [one, other, caller] = [await rig.worker({}), await rig.worker({}), await rig.worker({})]
  one.register('a', 'b')
  other.register('c')
  await rig.settle()
  const next = await nextInLine(rig, ['a', 'b', 'c'])
  giveUp(one, 'a')
  giveUp(other, 'c')
  await rig.settle()
  caller.invoke('a')
  const beyond = caller.invoke('c')
  await rig.settle()
  expect(caller.frames.map(({ invocation_id }) => invocation_id)).toEqual([beyond])
  next.register('a')
  await rig.settle()
  expect(next.peek('invokefunction')).toBeDefined()
})
