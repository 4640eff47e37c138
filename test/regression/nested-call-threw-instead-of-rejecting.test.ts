import { expect, test } from 'vitest'
import { connectedRig } from '../kit/worker-rig.js'

test.each([undefined, null, 'text', { function_id: 'f', payload: {}, signal: 'no signal' }])(
  'a handler that calls with %j gets a rejected promise',
  async (request) => {
    const rig = await connectedRig()
    rig.worker.registerFunction('outer', async (_data, _metadata, context) => {
      const promise: Promise<unknown> = context.trigger(request as never)
      return promise.catch((error: unknown) => (error as { code: string }).code)
    })
    const id = rig.link.invoke('outer')
    await rig.settle()

    expect(rig.link.resultOf(id)).toMatchObject({ result: 'INVALID_ARGUMENT' })
  },
)
