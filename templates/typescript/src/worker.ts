/** Connects the functions to an engine: III_URL, else ws://127.0.0.1:49134. */
import { installSignalHandlers, registerWorker } from 'iii-node'
import { registerFunctions } from './functions.js'

const worker = registerWorker()
registerFunctions(worker)
installSignalHandlers(worker) // SIGTERM and Ctrl-C: running handlers finish first
await worker.ready()
console.log('The worker is ready')
