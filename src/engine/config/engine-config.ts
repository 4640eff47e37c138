/**
 * What an engine is made of, read and checked: where it listens and what it serves. Knows no file format.
 */
import type { MakeBuiltin } from '../builtins/index.js'
import type { ListenerConfig } from './listener-config.js'

export interface EngineConfig {
  /** How long a worker may stay unannounced before it counts as one of the default namespace. Default 5000 ms. */
  readonly namespaceGraceMs: number
  /** None: workers in the same process only. */
  readonly listeners: readonly ListenerConfig[]
  readonly builtins: readonly ConfiguredBuiltin[]
}

/** A built-in whose settings have been read. */
export interface ConfiguredBuiltin {
  readonly name: string
  readonly make: MakeBuiltin
}
