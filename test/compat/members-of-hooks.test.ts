/** Tests each member of the input and result of auth functions and registration hooks. */
import { expect, onTestFinished, test } from 'vitest'
import { registerWorker, type III } from 'iii-node'
import type {
  AuthInput,
  AuthResult,
  OnFunctionRegistrationInput,
  OnFunctionRegistrationResult,
  OnTriggerRegistrationInput,
  OnTriggerRegistrationResult,
  OnTriggerTypeRegistrationInput,
  OnTriggerTypeRegistrationResult,
} from 'iii-node/helpers/worker-connection-manager'
import type { TestEngine, TestEngineOptions } from 'iii-node/testing'
import { testEngine } from '../kit/local-rig.js'

interface Guarded {
  readonly engine: TestEngine
  readonly admin: III
  /** Connects by the guarded listener. */
  guest(): Promise<III>
}

/** An engine whose second listener accepts the clients that have grants. */
async function guarded(
  grants: AuthResult | ((input: AuthInput) => AuthResult),
  options: TestEngineOptions & { readonly hooks?: object } = {},
): Promise<Guarded> {
  const { hooks, ...rest } = options
  const engine = await testEngine({ rbac: { auth_function_id: 'auth', ...hooks }, ...rest })
  const admin = engine.connect({ workerName: 'admin' })
  admin.registerFunction('auth', (input: AuthInput) => (typeof grants === 'function' ? grants(input) : grants))
  for (const id of ['open::f', 'open::g']) admin.registerFunction(id, () => id)
  await admin.ready()
  return {
    engine,
    admin,
    guest: async () => {
      const worker = registerWorker(`${engine.guardedUrl ?? ''}?team=a&team=b`, {
        workerName: 'guest',
        headers: { authorization: 'Bearer t' },
        diagnostics: 'silent',
        otel: { enabled: false },
      })
      onTestFinished(() => worker.shutdown())
      await worker.ready()
      return worker
    },
  }
}

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error: unknown) => (error as { readonly code?: string }).code,
  )
const ask = (worker: III, function_id: string): Promise<unknown> => codeOf(worker.trigger({ function_id, payload: {} }))

test('the auth function receives headers, query and address', async () => {
  const asked: AuthInput[] = []
  const rig = await guarded((input) => {
    asked.push(input)
    return {}
  })
  await rig.guest()
  const [{ headers, query_params, ip_address }] = asked as [AuthInput]
  expect([headers['authorization'], query_params, ip_address]).toEqual(['Bearer t', { team: ['a', 'b'] }, '127.0.0.1'])
})

test('functions are allowed by id, and forbidding wins', async () => {
  const rig = await guarded({ allowed_functions: ['open::f', 'open::g'], forbidden_functions: ['open::g'] })
  const guest = await rig.guest()
  expect([await ask(guest, 'open::f'), await ask(guest, 'open::g')]).toEqual(['open::f', 'FORBIDDEN'])
})

test('only allowed trigger types can be bound', async () => {
  const rig = await guarded({ allowed_trigger_types: ['cron'], allowed_functions: ['open::f'] })
  const guest = await rig.guest()
  guest.registerTrigger({ type: 'cron', function_id: 'open::f', config: { expression: '@daily' } })
  guest.registerTrigger({ type: 'http', function_id: 'open::f', config: { api_path: '/f' } })
  await codeOf(guest.ready())
  const types = (await rig.admin.listTriggers()).map(({ trigger_type }) => trigger_type)
  expect(types).toEqual(['cron'])
})

const provider = { registerTrigger: () => Promise.resolve(), unregisterTrigger: () => Promise.resolve() }

test.each([
  [{}, { functions: ['mine'], types: [] }],
  [{ allow_function_registration: false }, { functions: [], types: [] }],
  [{ allow_trigger_type_registration: true }, { functions: ['mine'], types: ['tick'] }],
  [{ function_registration_prefix: 'team-a' }, { functions: ['team-a::mine'], types: [] }],
] satisfies [AuthResult, object][])('with %j a guest registers %j', async (grants, expected) => {
  const rig = await guarded(grants)
  const guest = await rig.guest()
  guest.registerFunction('mine', () => 1)
  guest.registerTriggerType({ id: 'tick', description: 'd' }, provider)
  await codeOf(guest.ready())
  const functions = (await rig.admin.listFunctions({ worker: 'guest' })).map(({ function_id }) => function_id)
  const types = (await rig.admin.listTriggerTypes()).map(({ id }) => id).filter((id) => id === 'tick')
  expect({ functions, types }).toEqual(expected)
})

test('a hook sees each function before it is registered, with the session’s context, and may change it', async () => {
  const seen: OnFunctionRegistrationInput[] = []
  const rig = await guarded({ context: { team: 'a' } }, { hooks: { on_function_registration_function_id: 'review' } })
  rig.admin.registerFunction('review', (input: OnFunctionRegistrationInput): OnFunctionRegistrationResult => {
    seen.push(input)
    return { function_id: 'renamed', description: 'Reviewed', metadata: { by: 'admin' } }
  })
  await rig.admin.ready()
  const guest = await rig.guest()
  guest.registerFunction('mine', () => 1, { description: 'Mine', metadata: { n: 1 } })
  await guest.ready()

  const { function_id, description, metadata, context } = seen[0]!
  expect({ function_id, description, metadata, context }).toEqual({
    function_id: 'mine',
    description: 'Mine',
    metadata: { n: 1 },
    context: { team: 'a' },
  })
  expect(await rig.admin.listFunctions({ worker: 'guest' })).toMatchObject([
    { function_id: 'renamed', description: 'Reviewed', metadata: { by: 'admin' } },
  ])
})

test('a hook sees each trigger before it is bound, and may change it', async () => {
  const seen: OnTriggerRegistrationInput[] = []
  const rig = await guarded(
    { context: { team: 'a' }, allowed_functions: ['open::f', 'open::g'] },
    { hooks: { on_trigger_registration_function_id: 'review' } },
  )
  rig.admin.registerFunction('review', (input: OnTriggerRegistrationInput): OnTriggerRegistrationResult => {
    seen.push(input)
    return { trigger_id: 'given', trigger_type: 'cron', function_id: 'open::g', config: { expression: '@hourly' } }
  })
  await rig.admin.ready()
  const guest = await rig.guest()
  const asked = { type: 'http', function_id: 'open::f', config: { api_path: '/f' }, metadata: { n: 1 } }
  const { id } = guest.registerTrigger(asked)
  await guest.ready()

  const { trigger_id, trigger_type, function_id, config, metadata, context } = seen[0]!
  expect({ trigger_id, trigger_type, function_id, config, metadata, context }).toEqual({
    trigger_id: id,
    trigger_type: 'http',
    function_id: 'open::f',
    config: { api_path: '/f' },
    metadata: { n: 1 },
    context: { team: 'a' },
  })
  expect(await rig.admin.listTriggers()).toMatchObject([
    { id: 'given', trigger_type: 'cron', function_id: 'open::g', config: { expression: '@hourly' } },
  ])
})

test('a hook sees each trigger type before it is provided, and may change it', async () => {
  const seen: OnTriggerTypeRegistrationInput[] = []
  const rig = await guarded(
    { context: { team: 'a' }, allow_trigger_type_registration: true },
    { hooks: { on_trigger_type_registration_function_id: 'review' } },
  )
  rig.admin.registerFunction('review', (input: OnTriggerTypeRegistrationInput): OnTriggerTypeRegistrationResult => {
    seen.push(input)
    return { trigger_type_id: 'team-a::tick', description: 'Reviewed' }
  })
  await rig.admin.ready()
  const guest = await rig.guest()
  guest.registerTriggerType({ id: 'tick', description: 'Ticks' }, provider)
  await guest.ready()

  const { trigger_type_id, description, context } = seen[0]!
  expect({ trigger_type_id, description, context }).toEqual({
    trigger_type_id: 'tick',
    description: 'Ticks',
    context: { team: 'a' },
  })
  const types = await rig.admin.listTriggerTypes()
  expect(types.find(({ id }) => id === 'team-a::tick')?.description).toBe('Reviewed')
})
