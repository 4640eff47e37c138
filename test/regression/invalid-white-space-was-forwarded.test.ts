import { expect, test } from 'vitest'
import { engineRig } from '../kit/engine-rig.js'

const ID = 'b7ad6b71-6920-4331-8000-000000000000'
/** So long that the payload is forwarded as text. */
const PAYLOAD = JSON.stringify({ pad: 'x'.repeat(1100) })

/** White space of JavaScript that JSON does not allow. */
const SPACES = ['\u00a0', '\ufeff', '\v', '\f', '\u2028', ' \u3000\n']

test.each(SPACES)('a frame with %j behind its payload is dropped like any invalid JSON', async (space) => {
  const rig = await engineRig()
  const [owner, caller] = [await rig.worker({ name: 'owner' }), await rig.worker({ name: 'caller' })]
  owner.register('f')
  await rig.settle()
  caller.send(`{"type":"invokefunction","invocation_id":"${ID}","function_id":"f","data":${PAYLOAD}${space}}`)
  await rig.settle()
  expect(owner.peek('invokefunction')).toBeUndefined()

  caller.invoke('f', {}, { invocation_id: ID })
  await rig.settle()
  owner.send(`{"type":"invocationresult","invocation_id":"${ID}","function_id":"f","result":${PAYLOAD}${space}}`)
  await rig.settle()
  expect(caller.peek('invocationresult')).toBeUndefined()
  expect(rig.lines.filter(({ message }) => message.includes('could not be parsed'))).toHaveLength(2)
})
