import { expect, test } from 'vitest'
import { ChannelWriter } from '../../src/sdk/channel/writer.js'
import { connectedRig } from '../kit/worker-rig.js'

test('a reference to a channel is found however its member names are escaped', async () => {
  const rig = await connectedRig()
  const seen: unknown[] = []
  rig.worker.registerFunction('f', ({ end }: { end: unknown }) => void seen.push(end))
  await rig.settle()

  rig.link.sendText(
    '{"type":"invokefunction","invocation_id":"6f0c3f0e-7d3e-4b0a-9d0e-1f2a3b4c5d6e","function_id":"f",' +
      '"data":{"end":{"channel\\u005fid":"c","access_key":"k","direction":"write"}}}',
  )
  await rig.settle()

  expect(seen).toEqual([expect.any(ChannelWriter)])
})
