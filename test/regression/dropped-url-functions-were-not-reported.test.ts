import { expect, test } from 'vitest'
import type { DiagnosticEvent, InitOptions } from '../../src/index.js'
import type { TestEngine, TestEngineOptions } from '../../src/entry/testing.js'
import { testEngine } from '../kit/local-rig.js'

const security = { require_https: false, block_private_ips: false }
const url = 'http://127.0.0.1:9/pay'

function add(engine: TestEngine, options: InitOptions & { guarded?: boolean } = {}) {
  const refused: string[] = []
  const diagnostics = (event: DiagnosticEvent): void => {
    if (event.kind === 'registration_rejected') refused.push(event.error.message)
  }
  return { worker: engine.connect({ workerName: 'shop', diagnostics, ...options }), refused }
}

test('a function behind a URL that the engine does not serve is reported with the line that serves it', async () => {
  const { worker, refused } = add(await testEngine({ ports: false }))
  worker.registerFunction('here', () => 1)
  worker.registerFunction('pay', { url })
  const error = await worker.ready().catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'HTTP_FUNCTION_DROPPED', function_id: 'pay', kind: 'RegistrationRejected' })
  expect(error).toMatchObject({
    message: expect.stringContaining('`- name: iii-http-functions` below `workers:`') as string,
  })
  expect(refused).toEqual([(error as Error).message])
  await worker.ready({ allowRefused: true })
})

test('it is reported without `ready`, on each link, and also when it is registered later', async () => {
  const engine = await testEngine({ ports: false })
  const { worker, refused } = add(engine, { reconnectionConfig: { initialDelayMs: 1 } })
  await worker.ready()
  worker.registerFunction('pay', { url })
  await expect.poll(() => refused.length).toBe(1)
  engine.drop(worker)
  await expect.poll(() => refused.length).toBe(2)
})

test('an address that the engine does not accept is reported, too', async () => {
  const { worker } = add(await testEngine({ ports: false, builtins: { 'iii-http-functions': {} } }))
  worker.registerFunction('pay', { url })
  await expect(worker.ready()).rejects.toMatchObject({ code: 'HTTP_FUNCTION_DROPPED' })
})

const rbac = (exposed: string): TestEngineOptions => ({
  rbac: { auth_function_id: 'auth', expose_functions: [`match("${exposed}")`] },
})

test.each([
  ['an open listener', {}, 'default'],
  ['a namespace of its own', {}, 'eu'],
  ['a guarded listener that shows all under a prefix', rbac('*'), 'default'],
  ['a guarded listener that shows introspection under a prefix', rbac('engine::functions::*'), 'default'],
  ['a guarded listener that shows nothing', rbac('none'), 'default'],
])('a function behind a URL that is served is not reported: %s', async (_, options, namespace) => {
  const engine = await testEngine({ ports: false, builtins: { 'iii-http-functions': { security } }, ...options })
  const admin = engine.connect({ workerName: 'admin' })
  admin.registerFunction('auth', () => ({ function_registration_prefix: 'pre' }))
  await admin.ready()
  const { worker, refused } = add(engine, { guarded: 'rbac' in options, namespace })
  worker.registerFunction('pay', { url })
  await worker.ready()
  expect(refused).toEqual([])
})
