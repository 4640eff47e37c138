import { expect, test } from 'vitest'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import type { Worker } from '../../src/sdk/worker/worker.js'
import { connectedRig, workerRig } from '../kit/worker-rig.js'

const noBindings = { registerTrigger: async () => {}, unregisterTrigger: async () => {} }

function registerEverything(worker: Worker): void {
  void worker.trigger({ function_id: 'pending', payload: {}, action: TriggerAction.Void() })
  worker.registerTrigger({ type: 'cron', function_id: 'f1', config: {} })
  worker.registerFunction('f1', () => 1)
  worker.registerTriggerType('type1', 'mine', noBindings)
  worker.registerService({ id: 'service1' })
  worker.registerFunction('f2', () => 2)
}

const registrations = [
  'registerservice service1',
  'registertriggertype type1',
  'registerfunction f1',
  'registerfunction f2',
  'registertrigger f1',
]
const announcement = 'invokefunction engine::workers::register'

test('the first link sends: worker registration, services, types, functions, triggers, pending messages', async () => {
  const rig = workerRig()
  registerEverything(rig.worker)
  await rig.settle()

  expect(rig.link.summary).toEqual([announcement, ...registrations, 'invokefunction pending'])
})

test('on every later connection, finished results and the reattach are sent first', async () => {
  const rig = await connectedRig()
  registerEverything(rig.worker)
  let finish: (value: string) => void = () => undefined
  rig.worker.registerFunction('slow', () => new Promise((resolve) => (finish = resolve)))
  const first = rig.link
  first.invoke('slow')
  await rig.settle()
  first.cut()
  await rig.settle()
  finish('done')
  void rig.worker.trigger({ function_id: 'later', payload: {}, action: TriggerAction.Void() })
  const link = await rig.reconnect()
  await rig.settle()

  expect(link.summary).toEqual([
    'invocationresult slow',
    'reattach',
    announcement,
    ...registrations.slice(0, 4),
    'registerfunction slow',
    'registertrigger f1',
    'invokefunction later',
  ])
  expect(link.received[1]).toEqual({
    type: 'reattach',
    previous_worker_id: first.workerId,
    reattach_token: first.reattachToken,
  })
})

test('the next reattach names the last link that was accepted; one that was not receives nothing', async () => {
  const rig = await connectedRig()
  const first = rig.link
  first.cut()
  rig.engine.acceptsSessions = false
  const second = await rig.reconnect()
  await rig.settle()
  second.cut()
  rig.engine.acceptsSessions = true
  const third = await rig.reconnect()
  await rig.settle()

  expect(second.received).toEqual([])
  expect(third.received[0]).toMatchObject({ type: 'reattach', previous_worker_id: first.workerId })
})

test('registrations removed while offline are not replayed, added ones are replayed once', async () => {
  const rig = await connectedRig()
  const removed = rig.worker.registerFunction('removed', () => 1)
  const trigger = rig.worker.registerTrigger({ type: 'cron', function_id: 'removed', config: {} })
  const type = rig.worker.registerTriggerType('removed-type', '', noBindings)
  rig.link.cut()
  await rig.settle()
  removed.unregister()
  trigger.unregister()
  type.unregister()
  rig.worker.registerFunction('added', () => 2)
  const link = await rig.reconnect()
  await rig.settle()

  expect(link.summary).toEqual(['reattach', announcement, 'registerfunction added'])
})

test('on an open link a registration is written at once and its removal once', async () => {
  const rig = await connectedRig()
  const before = rig.link.received.length
  const ref = rig.worker.registerFunction('f', () => 1)
  ref.unregister()
  ref.unregister()
  const trigger = rig.worker.registerTrigger({ type: 'cron', function_id: 'f', config: null })
  trigger.unregister()
  trigger[Symbol.dispose]()
  await rig.settle()

  expect(rig.link.received.slice(before)).toMatchObject([
    { type: 'registerfunction', id: 'f' },
    { type: 'unregisterfunction', id: 'f' },
    { type: 'registertrigger', id: trigger.id, trigger_type: 'cron', config: null },
    { type: 'unregistertrigger', id: trigger.id, trigger_type: 'cron' },
  ])
})

test('a reference does not remove a later registration under the same id', async () => {
  const rig = await connectedRig()
  const old = rig.worker.registerFunction('f', () => 1)
  old.unregister()
  rig.worker.registerFunction('f', () => 2)
  old.unregister()
  const id = rig.link.invoke('f')
  await rig.settle()

  expect(rig.link.resultOf(id)).toMatchObject({ result: 2 })
})

test('the worker registration carries the worker’s name, in the default namespace', async () => {
  const rig = workerRig({
    workerName: 'orders',
    namespace: 'blue',
    workerDescription: 'Takes orders',
    telemetry: { framework: 'mine' },
  })
  await rig.settle()

  expect(rig.link.received[0]).toMatchObject({
    type: 'invokefunction',
    function_id: 'engine::workers::register',
    action: { type: 'void' },
    namespace: 'default',
    data: {
      name: 'orders',
      namespace: 'blue',
      description: 'Takes orders',
      runtime: 'node',
      pid: process.pid,
      telemetry: { framework: 'mine' },
    },
  })
})
