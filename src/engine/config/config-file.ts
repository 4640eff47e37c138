/**
 * Reads a configuration file: expands placeholders, parses YAML, and adds lines to errors. In its own module, so that
 * an engine without a file does not load a YAML parser.
 */
import { ConfigDocument } from './config-document.js'
import { readEngineConfig } from './config.js'
import type { EngineConfig } from './engine-config.js'
import { type Environment, expandVariables } from './expand-variables.js'
import { parseListenerConfig } from './listener-config.js'

export interface ParseConfigOptions {
  /** Prefix of error messages. */
  readonly fileName: string
  /** The values of placeholders. */
  readonly env: Environment
}

/**
 * Reads a configuration file. If it names no listener, the default one is added.
 * @throws {RuntimeError} INVALID_CONFIG with file, line, key, and the accepted values.
 */
export function parseEngineConfig(text: string, { fileName, env }: ParseConfigOptions): EngineConfig {
  const document = new ConfigDocument(expandVariables(text, env, fileName), fileName)
  const config = readEngineConfig(document.read(), env, (path, message, cause) => document.error(path, message, cause))
  return config.listeners.length > 0 ? config : { ...config, listeners: [parseListenerConfig(undefined, undefined)] }
}
