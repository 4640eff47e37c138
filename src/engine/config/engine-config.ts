/** The validated configuration of an engine: its listeners and built-ins. Independent of the file format. */
import type { MakeBuiltin } from '../builtins/index.js'
import type { ListenerConfig } from './listener-config.js'

export interface EngineConfig {
  /**
   * Time limit for worker registration, after which a worker counts as one of the default namespace. Default 5000 ms.
   */
  readonly namespaceGraceMs: number
  /** Empty: only workers in the same process. */
  readonly listeners: readonly ListenerConfig[]
  readonly builtins: readonly ConfiguredBuiltin[]
}

/** A built-in with validated settings. */
export interface ConfiguredBuiltin {
  readonly name: string
  readonly make: MakeBuiltin
}
