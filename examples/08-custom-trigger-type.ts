/**
 * Provides a trigger type: one worker detects an event and calls the functions that any worker has bound to it.
 */
import { registerWorker, TriggerAction, type TriggerConfig } from 'iii-node'

interface TemperatureConfig {
  readonly above: number
}

const sensor = registerWorker(undefined, { workerName: 'sensor' })
const bindings = new Map<string, TriggerConfig<TemperatureConfig>>()
sensor.registerTriggerType<TemperatureConfig>(
  { id: 'temperature', description: 'Fires when a reading exceeds a limit' },
  {
    // Throwing rejects the binding; the worker that registered the trigger receives the message.
    registerTrigger: async (binding) => {
      if (typeof binding.config.above !== 'number') throw new Error('config.above must be a number')
      bindings.set(binding.id, binding)
    },
    unregisterTrigger: async ({ id }) => void bindings.delete(id),
  },
)
await sensor.ready()

// A reading every 100 ms.
const readings = [21, 28]
const timer = setInterval(() => {
  const celsius = readings[0] ?? 0
  readings.push(...readings.splice(0, 1))
  console.log('reading:', celsius)
  for (const { function_id, config } of bindings.values()) {
    if (celsius <= config.above) continue
    void sensor.trigger({ function_id, payload: { celsius }, action: TriggerAction.Void() })
  }
}, 100)

const home = registerWorker(undefined, {
  workerName: 'home',
  diagnostics: (event) => {
    if (event.kind === 'trigger_registration_failed') console.log('binding rejected:', event.message)
  },
})
const opened = new Promise<void>((resolve) => {
  home.registerFunction('window::open', ({ celsius }: { celsius: number }) => {
    console.log('opening the window at', celsius)
    resolve()
  })
})
home.registerTrigger({ type: 'temperature', function_id: 'window::open', config: { above: 'warm' } })
home.registerTrigger({ type: 'temperature', function_id: 'window::open', config: { above: 25 } })
await opened

clearInterval(timer)
await home.shutdownAsync()
await sensor.shutdownAsync()
