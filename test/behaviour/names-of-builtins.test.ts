import { expect, test } from 'vitest'
import { engineRig } from '../kit/engine-rig.js'

test('a worker cannot register the functions and trigger types of built-ins', async () => {
  const rig = await engineRig({ workers: [{ name: 'iii-state' }, { name: 'iii-cron' }] })
  const worker = await rig.worker({ name: 'w' })
  worker.register('state::get')
  worker.send({ type: 'registertriggertype', id: 'cron', description: 'mine' })
  await rig.settle()
  expect(worker.take('registrationrejected')).toMatchObject({ function_id: 'state::get', owner_worker_id: '' })
  expect((await rig.call(worker, 'state::get', { scope: 's', key: 'k' }))['error']).toBeUndefined()
  const described = await rig.call(worker, 'engine::triggers::info', { id: 'cron' })
  expect(described['result']).toMatchObject({ worker_name: 'iii-cron' })
})
