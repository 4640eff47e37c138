/** `iii-node/runtime`: handles that registrations return, connection states and rows of discovery. */
export { IIIConnectionState } from '../connection/state.js'
export type { TriggerTypeRef } from '../worker/client.js'
export type { FunctionInfo, TriggerInfo, TriggerTypeInfo, WorkerInfo } from '../worker/discovery.js'
export type { FunctionRef, OwnedFunctionRef } from '../worker/functions.js'
export { installSignalHandlers } from '../worker/signal-handlers.js'
export type { SignalHandlerOptions } from '../worker/signal-handlers.js'
