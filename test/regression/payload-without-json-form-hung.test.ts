import { expect, test } from 'vitest'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'

const formless: [string, unknown][] = [
  ['a function', () => 1],
  ['a symbol', Symbol('payload')],
  ['an object whose toJSON says undefined', { toJSON: () => undefined }],
]

test.each(formless)('a payload that is %s is refused, since the frame would lack its data', async (_name, payload) => {
  const rig = await connectedRig()
  const outcome = await outcomeOf(rig.worker.trigger({ function_id: 'f', payload }))

  expect(outcome).toMatchObject({ error: { kind: 'Serde' } })
  expect(rig.link.calls).toEqual([])
})

test.each(formless)('a trigger config that is %s is refused, since the frame would lack it', async (_name, config) => {
  const rig = await connectedRig()

  expect(() => rig.worker.registerTrigger({ type: 'cron', function_id: 'f', config })).toThrow()
  expect(rig.worker.stats().registeredTriggers).toBe(0)
})
