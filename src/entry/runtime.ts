/** `iii-node/runtime`: handles that registrations return, connection states, and rows of discovery. */
export { IIIConnectionState } from '../sdk/connection/state.js'
export type { TriggerTypeRef } from '../sdk/worker/client.js'
export type { FunctionInfo, TriggerInfo, TriggerTypeInfo, WorkerInfo } from '../sdk/worker/discovery/discovery.js'
export type { FunctionRef, OwnedFunctionRef } from '../sdk/worker/functions/functions.js'
export { installSignalHandlers } from '../sdk/worker/lifecycle/signal-handlers.js'
export type { SignalHandlerOptions } from '../sdk/worker/lifecycle/signal-handlers.js'
