/**
 * Reads a configuration file: its placeholders, its YAML, and the lines its errors are on. Apart from the settings
 * themselves, so that an engine without a file does not load a YAML parser.
 */
import { ConfigDocument } from './config-document.js'
import { readEngineConfig } from './config.js'
import type { EngineConfig } from './engine-config.js'
import { type Environment, expandVariables } from './expand-variables.js'
import { parseListenerConfig } from './listener-config.js'

export interface ParseConfigOptions {
  /** Put in front of error messages. */
  readonly fileName: string
  /** Where placeholders find their values. */
  readonly env: Environment
}

/**
 * Reads a configuration file. One that names no listener gets the default one.
 * @throws {RuntimeError} INVALID_CONFIG saying file, line, key, and what is accepted.
 */
export function parseEngineConfig(text: string, { fileName, env }: ParseConfigOptions): EngineConfig {
  const document = new ConfigDocument(expandVariables(text, env, fileName), fileName)
  const config = readEngineConfig(document.read(), env, (path, message, cause) => document.error(path, message, cause))
  return config.listeners.length > 0 ? config : { ...config, listeners: [parseListenerConfig(undefined, undefined)] }
}
