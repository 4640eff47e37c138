import { expect, test } from 'vitest'
import { deferred } from '../../src/std/async/deferred.js'
import { testEngine } from '../kit/local-rig.js'

async function providerRig(registered: () => Promise<void> = async () => undefined) {
  const engine = await testEngine({ ports: false })
  const provider = engine.connect({ workerName: 'provider', diagnostics: 'silent' })
  const steps: string[] = []
  const type = provider.registerTriggerType('tick', 'Fires now and then', {
    registerTrigger: async ({ function_id }) => {
      steps.push(`begin ${function_id}`)
      await registered()
      steps.push(`bound ${function_id}`)
    },
    unregisterTrigger: async ({ function_id, config }) =>
      void steps.push(`released ${function_id} ${JSON.stringify(config)}`),
  })
  provider.registerFunction('a', () => undefined)
  provider.registerFunction('b', () => undefined)
  for (const function_id of ['a', 'b']) provider.registerTrigger({ type: 'tick', function_id, config: { every: 1 } })
  const until = async (count: number): Promise<void> => {
    for (let turn = 0; turn < 1_000 && steps.length < count; turn += 1) await new Promise((go) => setImmediate(go))
  }
  await provider.ready()
  return { provider, type, steps, until }
}

test.each(['unregister', 'shutdown', 'shutdownAsync'] as const)(
  '%s releases each binding of a trigger type',
  async (how) => {
    const { provider, type, steps, until } = await providerRig()
    await until(4)
    if (how === 'unregister') type.unregister()
    else await provider[how]()
    await until(6)

    expect(steps.slice(4).sort()).toEqual(['released a {"every":1}', 'released b {"every":1}'])
  },
)

test('a binding that is being taken on while its type is unregistered is released at once', async () => {
  const held = deferred<void>()
  const { type, steps, until } = await providerRig(() => held.promise)
  await until(2)
  type.unregister()
  held.resolve()
  await until(6)

  expect(steps.filter((step) => step.startsWith('released'))).toHaveLength(2)
})
