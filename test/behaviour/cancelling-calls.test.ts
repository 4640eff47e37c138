import { expect, test } from 'vitest'
import { connectedRig, outcomeOf, workerRig } from '../kit/worker-rig.js'
import { seededRandom } from '../kit/seeded-random.js'

test('a call with an aborted signal sends nothing', async () => {
  const rig = await connectedRig()
  const reason = new Error('no need')

  expect(
    await outcomeOf(rig.worker.trigger({ function_id: 'f', payload: {}, signal: AbortSignal.abort(reason) })),
  ).toEqual({ error: reason })
  expect(rig.link.calls).toEqual([])
})

test('an abort while offline removes the call from the queue', async () => {
  const rig = workerRig({ autoConnect: false, reconnectionConfig: { maxPendingMessages: 1 } })
  const controller = new AbortController()
  const given = rig.worker.trigger({ function_id: 'given up', payload: {}, signal: controller.signal })
  given.catch(() => undefined)
  controller.abort('reason')
  const kept = rig.worker.trigger({ function_id: 'kept', payload: {} })
  kept.catch(() => undefined)
  rig.worker.connect()
  await rig.settle()

  expect(await outcomeOf(given)).toEqual({ error: 'reason' })
  expect(rig.link.calls.map(({ function_id }) => function_id)).toEqual(['kept'])
})

test('an abort after sending settles the call in the same tick; a later result is ignored', async () => {
  const rig = await connectedRig()
  const controller = new AbortController()
  const call = rig.worker.trigger({ function_id: 'f', payload: {}, signal: controller.signal })
  call.catch(() => undefined)
  await rig.settle()
  controller.abort('enough')
  await expect(call).rejects.toBe('enough')
  rig.link.answer(rig.link.calls[0]!, { result: 1 })
  await rig.settle()

  expect(rig.worker.stats()).toMatchObject({ pendingCalls: 0, lateResults: 1 })
})

test.each(['a string', {}, null])('an invalid signal (%j) is refused', async (signal) => {
  const rig = await connectedRig()

  expect(await outcomeOf(rig.worker.trigger({ function_id: 'f', payload: {}, signal: signal as never }))).toMatchObject(
    { error: { code: 'INVALID_ARGUMENT' } },
  )
})

test('a nested call is aborted with its invocation', async () => {
  const rig = await connectedRig()
  const outcomes: unknown[] = []
  rig.worker.registerFunction('outer', async (_data, _metadata, context) => {
    await context
      .trigger({ function_id: 'inner', payload: {}, timeoutMs: Infinity })
      .catch((error: unknown) => outcomes.push(error))
  })
  rig.link.invoke('outer')
  await rig.settle()
  expect(rig.link.calls.map(({ function_id }) => function_id)).toEqual(['inner'])
  await rig.worker.shutdown()
  await rig.settle()

  expect(outcomes).toMatchObject([{ code: 'SHUTDOWN' }])
})

test('a nested call with its own signal is aborted by either signal', async () => {
  const rig = await connectedRig()
  const controller = new AbortController()
  const outcomes: unknown[] = []
  rig.worker.registerFunction('outer', async (_data, _metadata, context) => {
    const request = { function_id: 'inner', payload: {}, signal: controller.signal }
    await context.trigger(request).catch((error: unknown) => outcomes.push(error))
  })
  rig.link.invoke('outer')
  await rig.settle()
  controller.abort('mine')
  await rig.settle()

  expect(outcomes).toEqual(['mine'])
})

test('10,000 calls aborted at any moment settle once each and leave nothing', async () => {
  const rig = workerRig({
    invocationTimeoutMs: 50,
    reconnectionConfig: { initialDelayMs: 5, jitterFactor: 0, maxPendingMessages: 100_000 },
  })
  const random = seededRandom(29)
  rig.engine.onFrame = (link, message) => {
    if (message.type !== 'invokefunction' || message.function_id !== 'f' || random.below(3) === 0) return
    rig.clock.after(random.below(40), () =>
      link.answer(message, random.below(2) === 0 ? { result: 1 } : { error: { code: 'X', message: 'y' } }),
    )
  }
  let settled = 0
  for (let index = 0; index < 10_000; index += 1) {
    const controller = new AbortController()
    const call = rig.worker.trigger({ function_id: 'f', payload: index, signal: controller.signal })
    const count = (): number => (settled += 1)
    call.then(count, count)
    const when = random.below(60)
    if (when === 0) controller.abort()
    else rig.clock.after(when, () => controller.abort())
    if (index % 500 === 0) await rig.clock.advance(random.below(10))
    if (index % 1_700 === 0 && rig.engine.links.length > 0) rig.link.cut()
  }
  await rig.clock.advance(1_000)

  expect(settled).toBe(10_000)
  expect(rig.worker.stats()).toMatchObject({ pendingCalls: 0, queuedMessages: 0, settledCalls: 10_000 })
})
