/** `iii-node/local-engine`: the local engine for use in a program. */
export { startEngine } from '../engine/local-engine.js'
export type { StartedEngine, StartEngineOptions } from '../engine/local-engine.js'
export type { InjectedRequest } from '../engine/builtins/http/request/inject.js'
export type { EngineEvent } from '../engine/engine-events.js'
export type { EngineStats } from '../engine/engine-stats.js'
