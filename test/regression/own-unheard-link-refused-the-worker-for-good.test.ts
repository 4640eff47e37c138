import { expect, test } from 'vitest'
import { workerRig, type WorkerRig } from '../kit/worker-rig.js'

const owner = '6f0c3f0e-0000-4000-8000-000000000000'

function refuse({ link }: WorkerRig): void {
  link.send({
    type: 'registrationrejected',
    code: 'WORKER_NAMESPACE_CONFLICT',
    worker_name: 'w',
    owner_worker_id: owner,
  })
  link.close()
}

async function lostUnheard(): Promise<WorkerRig> {
  const rig = workerRig({ workerName: 'w' }, (engine) => {
    engine.polite = false
  })
  await rig.settle()
  rig.link.cut()
  rig.engine.polite = true
  await rig.settle()
  return rig
}

test('An engine that may still hold a link on which it was never heard is asked for the name again', async () => {
  const rig = await lostUnheard()
  for (let times = 1; times <= 3; times += 1) {
    await rig.reconnect()
    refuse(rig)
    await rig.settle()
    expect(rig.eventsOf('conflict_waiting')).toHaveLength(times)
    expect(rig.worker.getFatalError()).toBeUndefined()
  }
  await rig.reconnect()
  await rig.settle()
  expect(rig.worker.getConnectionState()).toBe('connected')
})

test('A refusal is taken as final once the engine must have noticed that nobody is there', async () => {
  const rig = await lostUnheard()
  await rig.clock.advance(1_200_000)
  refuse(rig)
  await rig.settle()
  expect(rig.worker.getFatalError()).toMatchObject({ code: 'WORKER_NAMESPACE_CONFLICT' })
})
