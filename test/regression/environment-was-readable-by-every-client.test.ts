import { expect, onTestFinished, test, vi } from 'vitest'
import { testEngine } from '../kit/local-rig.js'
import { rawWorker } from '../kit/raw-socket.js'

const entry = { id: 'mine', name: 'Mine', description: '', schema: {} }

test('a configuration with a placeholder does not show a variable that the operator did not list', async () => {
  vi.stubEnv('UNLISTED_TOKEN', 's3cr3t')
  vi.stubEnv('LISTED_HOST', 'mail.example')
  const engine = await testEngine({ ports: false, local: { configuration: { expose_env: ['LISTED_HOST'] } } })
  const worker = engine.connect()
  await worker.ready()
  const read = async (value: unknown): Promise<unknown> => {
    await worker.trigger({ function_id: 'configuration::register', payload: { ...entry, initial_value: value } })
    await worker.trigger({ function_id: 'configuration::set', payload: { id: 'mine', value } })
    return worker.trigger({ function_id: 'configuration::get', payload: { id: 'mine' } })
  }
  await expect(read('${UNLISTED_TOKEN}')).rejects.toMatchObject({ code: 'EXPAND_FAILED' })
  expect(await read('${UNLISTED_TOKEN:none}')).toEqual({ id: 'mine', value: 'none' })
  expect(await read('smtp://${LISTED_HOST}')).toEqual({ id: 'mine', value: 'smtp://mail.example' })
})

test.each([
  ['UNLISTED_TOKEN', []],
  ['LISTED_TOKEN', ['guest::remote']],
])('a guarded session that names the secret %s for a function behind a URL gets %j', async (key, registered) => {
  vi.stubEnv('UNLISTED_TOKEN', 's3cr3t')
  vi.stubEnv('LISTED_TOKEN', 'public')
  const engine = await testEngine({
    rbac: { auth_function_id: 'auth' },
    local: { 'iii-http-functions': { expose_env: ['LISTED_TOKEN'] } },
  })
  const admin = engine.connect()
  admin.registerFunction('auth', () => ({ function_registration_prefix: 'guest' }))
  await admin.ready()
  const guest = await rawWorker(engine.guardedUrl!)
  onTestFinished(() => guest.socket.terminate())
  const invocation = { url: 'https://api.example/', auth: { type: 'bearer', token_key: key } }
  guest.send({ type: 'registerfunction', id: 'remote', invocation })
  guest.send({ type: 'ping' })
  await guest.next(({ type }) => type === 'pong')
  const { functions } = (await engine.call('engine::functions::list')) as { functions: { function_id: string }[] }
  expect(functions.map(({ function_id: id }) => id).filter((id) => id.includes('remote'))).toEqual(registered)
})
