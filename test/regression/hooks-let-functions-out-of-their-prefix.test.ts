import { expect, test } from 'vitest'
import type { Frame, RawWorker } from '../kit/raw-worker.js'
import { guardedRig, type GuardedRig } from '../kit/engine-rig.js'

const GRANTS = { function_registration_prefix: 'pre' }
const HTTP_FUNCTIONS = {
  name: 'iii-http-functions',
  config: { security: { block_private_ips: false, require_https: false } },
}

async function calls(rig: GuardedRig, id: string): Promise<Frame | undefined> {
  rig.admin.invoke(id)
  await rig.settle()
  return rig.admin.frames.find((frame) => frame['type'] === 'invocationresult')
}

test('a hook that renamed a function left its prefix off', async () => {
  const rig = await guardedRig({ on_function_registration_function_id: 'hook' })
  rig.admin.register('hook')
  const guest = await rig.guest(GRANTS)
  guest.register('gfn')
  await rig.settle()
  expect((await rig.answer('hook', { result: { function_id: 'gfn2' } }))['data']).toMatchObject({ function_id: 'gfn' })
  await calls(rig, 'pre::gfn2')
  expect(guest.take('invokefunction')).toMatchObject({ function_id: 'gfn2' })
  expect(await calls(rig, 'gfn2')).toMatchObject({ error: { code: 'function_not_found' } })
})

test.each<[string, Frame]>([
  ['a function', {}],
  ['an HTTP function', { invocation: { url: 'http://127.0.0.1:1/' } }],
])('%s was unregistered by its full id, or not at all by its own', async (_kind, members) => {
  const rig = await guardedRig({}, { served: [HTTP_FUNCTIONS] })
  const guest: RawWorker = await rig.guest(GRANTS)
  const before = rig.engine.stats().functions
  guest.send({ type: 'registerfunction', id: 'f', ...members })
  guest.send({ type: 'unregisterfunction', id: 'pre::f' })
  await rig.settle()
  expect(rig.engine.stats().functions).toBe(before + 1)
  guest.send({ type: 'unregisterfunction', id: 'f' })
  await rig.settle()
  expect(rig.engine.stats().functions).toBe(before)
})
