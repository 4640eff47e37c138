/**
 * A trigger type of your own: one worker knows when something happens, functions of any worker can be bound to it.
 */
import { registerWorker, TriggerAction, type TriggerConfig } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

interface TemperatureConfig {
  readonly above: number
}

const engine = await createTestEngine()

const sensor = registerWorker(engine.url, { workerName: 'sensor' })
const bindings = new Map<string, TriggerConfig<TemperatureConfig>>()
sensor.registerTriggerType<TemperatureConfig>(
  { id: 'temperature', description: 'Fires when a reading is above a limit' },
  {
    // What this throws is told to whoever binds.
    registerTrigger: async (binding) => {
      if (typeof binding.config.above !== 'number') throw new Error('config.above must be a number')
      bindings.set(binding.id, binding)
    },
    unregisterTrigger: async ({ id }) => void bindings.delete(id),
  },
)
await sensor.ready()

async function measured(celsius: number): Promise<void> {
  console.log('measured', celsius)
  for (const { function_id, config } of bindings.values()) {
    if (celsius <= config.above) continue
    await sensor.trigger({ function_id, payload: { celsius }, action: TriggerAction.Void() })
  }
}

const home = registerWorker(engine.url, {
  workerName: 'home',
  diagnostics: (event) => {
    if (event.kind === 'trigger_registration_failed') console.log('refused:', event.message)
  },
})
const opened = new Promise<void>((resolve) => {
  home.registerFunction('window::open', ({ celsius }: { celsius: number }) => {
    console.log('the window opens at', celsius)
    resolve()
  })
})
home.registerTrigger({ type: 'temperature', function_id: 'window::open', config: { above: 25 } })
home.registerTrigger({ type: 'temperature', function_id: 'window::open', config: { above: 'warm' } })
// One of the two is refused, on purpose.
await home.ready({ allowRefused: true })
await engine.waitFor((frame) => frame.type === 'triggerregistrationresult' && frame.error !== undefined)

await measured(21)
await measured(28)
await opened

await Promise.all([home.shutdownAsync(), sensor.shutdownAsync()])
await engine.close()
