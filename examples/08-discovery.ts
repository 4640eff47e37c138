/**
 * Discovery: which workers are connected, which functions they serve, what is bound to what.
 */
import { registerWorker } from 'iii-node'
import { createTestEngine } from 'iii-node/testing'

const engine = await createTestEngine()
const shop = registerWorker(engine.url, { workerName: 'shop', workerDescription: 'Sells tea' })
shop.registerFunction('shop::buy', () => 'thanks', { description: 'Buys something' })
shop.registerTrigger({ type: 'http', function_id: 'shop::buy', config: { api_path: '/buy', http_method: 'POST' } })
const bank = registerWorker(engine.url, { workerName: 'bank', namespace: 'finance' })
bank.registerFunction('bank::pay', () => 'paid')
await Promise.all([shop.ready(), bank.ready()])

for (const { name, namespace, description } of await shop.listWorkers()) {
  if (name === 'shop' || name === 'bank') console.log('worker', name, `in ${namespace ?? '?'}`, description ?? '')
}
for (const { function_id, description } of await shop.listFunctions()) {
  if (function_id.startsWith('shop::')) console.log('function', function_id, '-', description)
}
for (const { trigger_type, function_id, config } of await shop.listTriggers()) {
  console.log('trigger', trigger_type, '→', function_id, JSON.stringify(config))
}

// A function of another namespace is called by naming it.
console.log(await shop.trigger({ function_id: 'bank::pay', payload: {}, namespace: 'finance' }))

await Promise.all([shop.shutdownAsync(), bank.shutdownAsync()])
await engine.close()
