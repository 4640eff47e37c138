import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

test('queued invocations of a lost connection never run, and free their slots', async () => {
  const rig = await connectedRig({ maxConcurrentInvocations: 1 })
  const ran: string[] = []
  let finish: () => void = () => undefined
  rig.worker.registerFunction('long', () => new Promise<void>((resolve) => (finish = resolve)))
  const own = { maxConcurrentInvocations: 1 }
  rig.worker.registerFunction('limited', (data: string) => void ran.push(data), own)
  rig.link.invoke('long')
  for (const name of ['first', 'second', 'third']) rig.link.invoke('limited', name)
  await rig.settle()
  rig.link.cut()
  const link = await rig.reconnect()
  finish()
  await rig.settle()
  const ids = ['after', 'and after'].map((name) => link.invoke('limited', name))
  await rig.settle()

  expect(ran).toEqual(['after', 'and after'])
  expect(ids.map((id) => link.resultOf(id)?.type)).toEqual(['invocationresult', 'invocationresult'])
  expect(rig.worker.stats().runningInvocations).toBe(0)
})
