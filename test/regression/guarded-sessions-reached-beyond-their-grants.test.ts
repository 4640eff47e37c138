import { expect, test, vi } from 'vitest'
import { BuiltinTrigger, type III } from '../../src/index.js'
import type { TestEngine } from '../../src/entry/testing.js'
import { httpCall } from '../kit/http-client.js'
import { RawWorker } from '../kit/raw-worker.js'
import { testEngine } from '../kit/local-rig.js'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { deferred } from '../../src/std/async/deferred.js'

interface Guarded {
  readonly engine: TestEngine
  readonly admin: III
  readonly guest: III
  readonly ran: string[]
  readonly status: (path: string) => Promise<number>
}

/** An administrator with a page and a secret, and a guest that may call the function that registers triggers. */
async function guarded(grants: object = {}): Promise<Guarded> {
  const engine = await testEngine({ rbac: { auth_function_id: 'auth', expose_functions: ['match("guest::*")'] } })
  const ran: string[] = []
  const admin = engine.connect({ workerName: 'admin' })
  admin.registerFunction('auth', () => ({ allowed_functions: ['engine::register_trigger'], ...grants }))
  admin.registerFunction('secret', () => void ran.push('secret'))
  admin.registerFunction('page', () => ({ status_code: 200 }))
  admin.registerTrigger(BuiltinTrigger.http('page', { api_path: '/login' }))
  await admin.ready()
  const guest = engine.connect({ workerName: 'guest', guarded: true, diagnostics: 'silent' })
  guest.registerFunction('guest::page', () => ({ status_code: 202 }))
  await guest.ready()
  const port = Number(new URL(engine.httpUrl ?? '').port)
  const status = async (path: string): Promise<number> => (await httpCall({ port, path })).status
  return { engine, admin, guest, ran, status }
}

const register = (guest: III, payload: object): Promise<unknown> =>
  guest.trigger({ function_id: 'engine::register_trigger', payload })

test('a trigger registered by a function cannot run functions its caller may not call as condition or middleware', async () => {
  const { guest, ran, status } = await guarded()
  for (const helper of [{ condition_function_id: 'secret' }, { middleware_function_ids: ['secret'] }]) {
    const config = { api_path: '/mine', ...helper }
    const asked = register(guest, { trigger_type: 'http', function_id: 'guest::page', config })
    await expect(asked).rejects.toMatchObject({ code: 'FORBIDDEN' })
  }
  expect(await status('/mine')).toBe(404)
  expect(ran).toEqual([])
})

test('a trigger registered by a function cannot have a type that its caller may not bind', async () => {
  const { guest, status } = await guarded({ allowed_trigger_types: ['subscribe'] })
  const asked = register(guest, { trigger_type: 'http', function_id: 'guest::page', config: { api_path: '/mine' } })
  await expect(asked).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(await status('/mine')).toBe(404)
})

test('a guarded session cannot take over the route of another worker', async () => {
  const { guest, status } = await guarded()
  const asked = register(guest, { trigger_type: 'http', function_id: 'guest::page', config: { api_path: '/login' } })
  await expect(asked).rejects.toMatchObject({ code: 'trigger_registration_failed' })
  expect(await status('/login')).toBe(200)
  await register(guest, { trigger_type: 'http', function_id: 'guest::page', config: { api_path: '/mine' } })
  expect(await status('/mine')).toBe(202)
})

test('a guarded session cannot answer a call sent to another worker', async () => {
  const { engine, admin } = await guarded()
  const asked: string[] = []
  const answer = deferred<string>()
  admin.registerFunction('slow', (_data, _metadata, { invocationId }) => {
    asked.push(invocationId)
    return answer.promise
  })
  await admin.ready()
  const stranger = new RawWorker(dialWebSocket, engine.guardedUrl)
  const called = engine.call('slow')
  await vi.waitFor(() => expect([asked.length, stranger.id === '']).toEqual([1, false]))
  stranger.send({ type: 'invocationresult', invocation_id: asked[0], function_id: 'slow', result: 'forged' })
  stranger.send({ type: 'ping' })
  await vi.waitFor(() => stranger.take('pong'))
  answer.resolve('real')
  expect(await called).toBe('real')
})
