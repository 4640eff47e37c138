/**
 * Lists connected workers, their functions and their triggers, and calls a function of another namespace.
 */
import { registerWorker } from 'iii-node'

const shop = registerWorker(undefined, { workerName: 'shop', workerDescription: 'Sells tea' })
shop.registerFunction('shop::buy', () => 'thanks', { description: 'Places an order' })
shop.registerTrigger({ type: 'http', function_id: 'shop::buy', config: { api_path: '/buy', http_method: 'POST' } })
const bank = registerWorker(undefined, { workerName: 'bank', namespace: 'finance' })
bank.registerFunction('bank::pay', () => 'paid')
await Promise.all([shop.ready(), bank.ready()])

for (const { name, namespace, description } of await shop.listWorkers()) {
  if (name === 'shop' || name === 'bank') console.log('worker', name, 'in namespace', namespace, description ?? '')
}
for (const { function_id, description } of await shop.listFunctions({ prefix: 'shop::' })) {
  console.log('function', function_id, '-', description)
}
for (const { trigger_type, function_id, config } of await shop.listTriggers()) {
  if (function_id === 'shop::buy') console.log('trigger', trigger_type, '→', function_id, JSON.stringify(config))
}

// Calls go to the worker's own namespace unless they name another one.
console.log('bank::pay →', await shop.trigger({ function_id: 'bank::pay', payload: {}, namespace: 'finance' }))

await Promise.all([shop.shutdownAsync(), bank.shutdownAsync()])
