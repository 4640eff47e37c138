import { expect, test } from 'vitest'
import { RegistrationRejectedError, type DiagnosticEvent, type InitOptions } from '../../src/index.js'
import { socketRig, testEngine } from '../kit/local-rig.js'

async function twoWorkers(options: InitOptions = {}) {
  const engine = await testEngine({ ports: false })
  const owner = engine.connect({ workerName: 'billing', diagnostics: 'silent' })
  owner.registerFunction('invoices::send', () => 'sent')
  await owner.ready()
  const worker = engine.connect({ workerName: 'orders', diagnostics: 'silent', ...options })
  return { engine, owner, worker }
}

async function errorOf(promise: Promise<unknown>): Promise<RegistrationRejectedError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof RegistrationRejectedError)) throw new Error(`It ended otherwise: ${String(error)}`)
  return error
}

test('a function that another worker owns rejects ready, with its id, its owner and what to do', async () => {
  const { owner, worker } = await twoWorkers()
  worker.registerFunction('invoices::send', () => 'again')
  worker.registerFunction('orders::create', () => 'created')
  const error = await errorOf(worker.ready())

  expect(error).toMatchObject({
    code: 'FUNCTION_NAMESPACE_CONFLICT',
    function_id: 'invoices::send',
    owner_worker_id: owner.workerId,
    owner_worker_name: 'billing',
  })
  for (const part of ['invoices::send', "'billing'", "onConflict: 'wait'"]) expect(error.message).toContain(part)
  expect(worker.stats().registeredFunctions).toBe(1)
  await worker.ready({ allowRefused: true })
})

test('a trigger that its provider refuses rejects ready; every refusal is in the message and the cause', async () => {
  const { worker } = await twoWorkers()
  worker.registerFunction('invoices::send', () => 'again')
  worker.registerFunction('nightly', () => undefined)
  const trigger = worker.registerTrigger({
    type: 'cron',
    function_id: 'nightly',
    config: { expression: 'at midnight' },
  })
  const error = await errorOf(worker.ready())

  expect(error.message).toContain('invoices::send')
  expect(error.message).toContain(trigger.id)
  expect(error.message).toContain("of type 'cron' for function 'nightly'")
  const { errors } = error.cause as AggregateError
  expect(errors).toMatchObject([
    { code: 'trigger_registration_failed', trigger_id: trigger.id, function_id: 'nightly' },
  ])
  expect(worker.stats()).toMatchObject({ registeredFunctions: 1, registeredTriggers: 0 })
})

test('a refused registration no longer counts once it is unregistered', async () => {
  const { worker } = await twoWorkers()
  const ref = worker.registerFunction('invoices::send', () => 'again')
  await errorOf(worker.ready())
  ref.unregister()

  await worker.ready()
})

test('a later ready() retries the function, and registers it once its owner has left', async () => {
  const { owner, worker } = await twoWorkers()
  worker.registerFunction('invoices::send', () => 'again')
  await errorOf(worker.ready())
  await errorOf(worker.ready())
  await owner.shutdown()
  await worker.ready()

  expect(await worker.trigger({ function_id: 'invoices::send', payload: {} })).toBe('again')
})

test('a refusal that comes after ready is a diagnostic', async () => {
  const events: DiagnosticEvent[] = []
  const { worker } = await twoWorkers({ diagnostics: (event) => events.push(event) })
  await worker.ready()
  worker.registerFunction('invoices::send', () => 'again')
  await worker.ready({ allowRefused: true })

  expect(events.filter(({ kind }) => kind === 'registration_rejected')).toHaveLength(1)
})

test('on real sockets a refused function rejects ready as well', async () => {
  const rig = await socketRig()
  const owner = await rig.addWorker()
  owner.registerFunction('f', () => 1)
  await owner.ready()
  const worker = await rig.addWorker()
  worker.registerFunction('f', () => 2)

  expect((await errorOf(worker.ready())).owner_worker_name).toBe('worker-1')
})
