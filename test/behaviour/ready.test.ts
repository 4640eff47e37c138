import { expect, test } from 'vitest'
import { connectedRig, outcomeOf, workerRig } from '../kit/worker-rig.js'

test('ready resolves once the engine has read everything registered before', async () => {
  const rig = workerRig({}, (engine) => {
    engine.polite = false
  })
  rig.worker.registerFunction('f', () => 1)
  const ready = rig.worker.ready()
  await rig.settle()
  const announcements = rig.link.all('invokefunction')
  expect(announcements).toHaveLength(2)
  expect(rig.link.all('ping')).toEqual([])
  rig.link.answer(announcements[1]!, { result: { success: true } })
  await rig.settle()
  expect(rig.link.all('ping')).toHaveLength(1)
  expect(await outcomeOf(ready)).toBeUndefined()
  rig.link.send({ type: 'pong' })
  await rig.settle()

  expect(await outcomeOf(ready)).toEqual({ value: undefined })
  expect(rig.clock.foregroundTimers).toBe(0)
})

test('each ready() is its own barrier, after one worker registration per connection', async () => {
  const rig = await connectedRig()
  await rig.worker.ready()
  rig.worker.registerFunction('later', () => 1)
  await Promise.all([rig.worker.ready(), rig.worker.ready()])

  expect(rig.link.all('ping')).toHaveLength(3)
  expect(rig.link.all('invokefunction')).toHaveLength(2)
  const types = rig.link.received.map(({ type }) => type)
  expect(types.lastIndexOf('ping')).toBeGreaterThan(types.lastIndexOf('registerfunction'))
})

test('if the link is lost while waiting, the wait starts again on the next link', async () => {
  const rig = workerRig({}, (engine) => {
    engine.polite = false
  })
  const ready = rig.worker.ready()
  await rig.settle()
  rig.link.cut()
  rig.engine.polite = true
  await rig.reconnect()
  await rig.settle()

  expect(await outcomeOf(ready)).toEqual({ value: undefined })
})

test('ready() rejects at its limit and names what to check', async () => {
  const rig = workerRig({ invocationTimeoutMs: 2_000 }, (engine) => {
    engine.answer = 'unreachable'
  })
  const ready = rig.worker.ready()
  ready.catch(() => undefined)
  await rig.clock.advance(2_000)

  expect(await outcomeOf(ready)).toMatchObject({
    error: { code: 'TIMEOUT', kind: 'Timeout', message: expect.stringContaining('is the engine running') as string },
  })
})

test('ready gives up when its signal aborts, before or while it waits', async () => {
  const rig = workerRig({ autoConnect: false })
  const controller = new AbortController()
  expect(await outcomeOf(rig.worker.ready({ signal: AbortSignal.abort('early') }))).toEqual({ error: 'early' })
  const ready = rig.worker.ready({ signal: controller.signal })
  ready.catch(() => undefined)
  await rig.settle()
  controller.abort('later')

  expect(await outcomeOf(ready)).toEqual({ error: 'later' })
  expect(rig.clock.pendingTimers).toBe(0)
})

test('shutdown ends every ready', async () => {
  const rig = workerRig({}, (engine) => {
    engine.polite = false
  })
  const early = rig.worker.ready()
  await rig.settle()
  const late = rig.worker.ready()
  await rig.settle()
  await rig.worker.shutdown()
  const after = rig.worker.ready()

  for (const ready of [early, late, after])
    expect(await outcomeOf(ready)).toMatchObject({ error: { code: 'SHUTDOWN' } })
  expect(rig.clock.pendingTimers).toBe(0)
})

test('a refused worker registration rejects ready with its reason', async () => {
  const rig = await connectedRig()
  rig.engine.polite = false
  const ready = rig.worker.ready()
  ready.catch(() => undefined)
  await rig.settle()
  rig.link.answer(rig.link.all('invokefunction')[1]!, {
    error: { code: 'FORBIDDEN', message: 'namespace not allowed' },
  })

  expect(await outcomeOf(ready)).toMatchObject({ error: { code: 'FORBIDDEN' } })
})

test('pongs without a ping are ignored', async () => {
  const rig = await connectedRig()
  for (let index = 0; index < 100; index += 1) rig.link.send({ type: 'pong' })
  await rig.settle()
  await rig.worker.ready()

  expect(rig.eventsOf('unreadable_frame')).toEqual([])
})

test.each([{ timeoutMs: 0 }, { timeoutMs: 'soon' }, { signal: 5 }, { standby: 'yes' }, 'options'])(
  'ready with %j is refused',
  async (options) => {
    const rig = await connectedRig()

    expect(await outcomeOf(rig.worker.ready(options as never))).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } })
  },
)
