import { expect, test } from 'vitest'
import { RegistrationRejectedError } from '../../src/errors.js'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'

const owner = '6f0c3f0e-0000-4000-8000-000000000000'

test.each(['WORKER_NAMESPACE_CONFLICT', 'SOME_FUTURE_CODE'])(
  'a rejection with %s ends the worker for good',
  async (code) => {
    const rig = await connectedRig()
    const pending = rig.worker.trigger({ function_id: 'f', payload: {}, timeoutMs: Infinity })
    pending.catch(() => undefined)
    await rig.settle()
    rig.link.send({
      type: 'registrationrejected',
      code,
      namespace: 'blue',
      worker_name: 'orders',
      owner_worker_id: owner,
    })
    rig.link.close()
    await rig.clock.advance(60_000)

    const fatal = rig.worker.getFatalError()
    expect(fatal).toBeInstanceOf(RegistrationRejectedError)
    expect(fatal).toMatchObject({ code, namespace: 'blue', worker_name: 'orders', owner_worker_id: owner })
    expect(rig.worker.getConnectionState()).toBe('failed')
    // One more socket asks about the holder of a name.
    expect(rig.engine.dials).toHaveLength(code === 'WORKER_NAMESPACE_CONFLICT' ? 2 : 1)
    expect(await outcomeOf(pending)).toEqual({ error: fatal })
    expect(await outcomeOf(rig.worker.trigger({ function_id: 'f', payload: {} }))).toEqual({ error: fatal })
    expect(await outcomeOf(rig.worker.ready())).toEqual({ error: fatal })
    expect(rig.eventsOf('registration_rejected')).toEqual([{ kind: 'registration_rejected', error: fatal }])
    expect(rig.clock.pendingTimers).toBe(0)
  },
)

test('a refused function is a warning, and the worker continues', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('taken', () => 1)
  rig.link.send({
    type: 'registrationrejected',
    code: 'FUNCTION_NAMESPACE_CONFLICT',
    namespace: 'default',
    function_id: 'taken',
    owner_worker_id: owner,
  })
  await rig.settle()

  expect(rig.worker.getConnectionState()).toBe('connected')
  expect(rig.worker.getFatalError()).toBeUndefined()
  expect(rig.eventsOf('registration_rejected')).toMatchObject([
    { error: { function_id: 'taken', code: 'FUNCTION_NAMESPACE_CONFLICT' } },
  ])
})

test('a rejection without its optional members is still recognised', async () => {
  const rig = await connectedRig()
  rig.link.sendText('{"type":"registrationrejected","code":"FUNCTION_NAMESPACE_CONFLICT"}')
  await rig.settle()

  expect(rig.eventsOf('registration_rejected')).toMatchObject([
    { error: { namespace: 'default', owner_worker_id: '' } },
  ])
})

test('a refused session is reported, rejects ready, and is tried again', async () => {
  const rig = await connectedRig()
  const ready = rig.worker.ready({ timeoutMs: 60_000 })
  ready.catch(() => undefined)
  rig.engine.polite = false
  rig.link.send({ type: 'error', error: { code: 'AUTH_ERROR', message: 'token expired' } })
  rig.link.close()
  await rig.settle()

  expect(await outcomeOf(ready)).toMatchObject({
    error: { kind: 'WebSocket', code: 'AUTH_ERROR', message: expect.stringContaining('token expired') as string },
  })
  expect(rig.eventsOf('session_refused')).toEqual([
    { kind: 'session_refused', code: 'AUTH_ERROR', message: 'token expired' },
  ])
  await rig.reconnect()
  expect(rig.engine.links).toHaveLength(2)
})

test('shutdown after a fatal rejection settles and keeps the reason', async () => {
  const rig = await connectedRig()
  rig.link.send({
    type: 'registrationrejected',
    code: 'WORKER_NAMESPACE_CONFLICT',
    worker_name: 'w',
    owner_worker_id: owner,
  })
  await rig.settle()
  await rig.worker.shutdown()

  expect(rig.worker.getConnectionState()).toBe('failed')
  expect(rig.worker.getFatalError()?.code).toBe('WORKER_NAMESPACE_CONFLICT')
})

test('a failed trigger registration is reported with its type and function', async () => {
  const rig = await connectedRig()
  const trigger = rig.worker.registerTrigger({ type: 'cron', function_id: 'f', config: {} })
  rig.link.send({
    type: 'triggerregistrationresult',
    id: trigger.id,
    trigger_type: 'cron',
    function_id: 'f',
    error: { code: 'INVALID', message: 'five fields' },
  })
  rig.link.send({ type: 'triggerregistrationresult', id: trigger.id, trigger_type: 'cron', function_id: 'f' })
  await rig.settle()

  expect(rig.eventsOf('trigger_registration_failed')).toEqual([
    {
      kind: 'trigger_registration_failed',
      triggerId: trigger.id,
      triggerType: 'cron',
      functionId: 'f',
      code: 'INVALID',
      message: 'five fields',
    },
  ])
})
