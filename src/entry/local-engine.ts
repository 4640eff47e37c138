/** `iii-node/local-engine`: the local engine for use in a program. */
export { startEngine } from '../engine/local-engine.js'
export type { StartEngineOptions } from '../engine/local-engine.js'
export type { InjectedRequest } from '../engine/builtins/http/request/inject.js'
export type {
  Emit,
  EngineEvent,
  EventLevel,
  FailedAttempt,
  FunctionFailure,
  NamedTrigger,
} from '../engine/engine-events.js'
export type { EngineStats } from '../engine/engine-stats.js'
export type { EngineAddresses } from '../engine/config/config.js'
export type { StartedEngine } from '../engine/engine.js'
export type { OriginRules } from '../engine/access/origins.js'
export type { DefaultPorts } from '../engine/builtins/index.js'
