import { expect, test } from 'vitest'
import { connectedRig, workerRig } from '../kit/worker-rig.js'

const hidden = /^iii-node::functions-available::/

test('all subscribers share one hidden function and one trigger, removed with the last of them', async () => {
  const rig = await connectedRig()
  const seen: string[] = []
  const one = rig.worker.onFunctionsAvailable((functions) => seen.push(`one ${functions.length}`))
  const two = rig.worker.onFunctionsAvailable((functions) => seen.push(`two ${functions.length}`))
  await rig.settle()
  const [registration] = rig.link.all('registerfunction')
  expect(rig.link.all('registerfunction')).toHaveLength(1)
  expect(registration).toMatchObject({ id: expect.stringMatching(hidden) as string, metadata: { internal: true } })
  expect(rig.link.all('registertrigger')).toMatchObject([
    { trigger_type: 'engine::functions-available', function_id: registration!.id, trigger_namespace: 'default' },
  ])

  rig.link.invoke(registration!.id, { event: 'functions_available', functions: [{ function_id: 'a' }] })
  await rig.settle()
  one()
  one.unsubscribe()
  rig.link.invoke(registration!.id, { functions: [] })
  await rig.settle()
  expect(seen).toEqual(['one 1', 'two 1', 'two 0'])
  expect(rig.link.all('unregisterfunction')).toEqual([])

  two[Symbol.dispose]()
  await rig.settle()
  expect(rig.link.all('unregisterfunction')).toHaveLength(1)
  expect(rig.link.all('unregistertrigger')).toHaveLength(1)
  expect(rig.worker.stats()).toMatchObject({ registeredFunctions: 0, registeredTriggers: 0 })
})

test('a guard used again after others subscribed leaves them alone', async () => {
  const rig = await connectedRig()
  const old = rig.worker.onFunctionsAvailable(() => undefined)
  old()
  rig.worker.onFunctionsAvailable(() => undefined)
  old()
  await rig.settle()

  expect(rig.worker.stats().registeredFunctions).toBe(1)
})

test('a payload without a list is ignored, and a subscriber that throws is reported', async () => {
  const rig = await connectedRig()
  const seen: unknown[] = []
  rig.worker.onFunctionsAvailable(() => {
    throw new Error('mine')
  })
  rig.worker.onFunctionsAvailable((functions) => seen.push(functions))
  await rig.settle()
  const { id } = rig.link.all('registerfunction')[0]!
  for (const payload of [null, 'text', {}, { functions: 'many' }]) rig.link.invoke(id, payload)
  rig.link.invoke(id, { functions: [] })
  await rig.settle()

  expect(seen).toEqual([[]])
  expect(rig.eventsOf('callback_failed')).toHaveLength(1)
  expect(rig.link.all('invocationresult').every(({ error }) => error === undefined)).toBe(true)
})

test('a subscription survives a reconnect and ends at shutdown', async () => {
  const rig = workerRig()
  const guard = rig.worker.onFunctionsAvailable(() => undefined)
  await rig.settle()
  rig.link.cut()
  const link = await rig.reconnect()
  await rig.settle()
  expect(link.all('registerfunction')).toHaveLength(1)
  await rig.worker.shutdown()
  guard()

  expect(rig.worker.stats().registeredFunctions).toBe(0)
})

test('a callback that is not a function is refused and registers nothing', async () => {
  const rig = await connectedRig()

  expect(() => rig.worker.onFunctionsAvailable(null as never)).toThrow(/must be a function/)
  expect(rig.worker.stats().registeredFunctions).toBe(0)
})
