/**
 * Reads one HTTP route from the config of a trigger. Segments of a path that begin with `:` match any one segment.
 * There are no wildcards.
 */
import { ErrorCode, RuntimeError } from '../../../errors.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { describe } from '../../../std/text/describe.js'
import type { Binding } from '../builtin.js'

/** A trigger bound to a method and a path. */
export interface Route {
  readonly binding: Binding
  /** In upper case; may be a method that no request can have. */
  readonly method: string
  /** The path from the config, with or without a leading slash. */
  readonly template: string
  /** The path with its leading slash. */
  readonly path: string
  /** Names of the `:name` segments, in order. */
  readonly parameterNames: readonly string[]
  /** Middleware functions of this route, in the order they run. */
  readonly middleware: readonly string[]
}

/**
 * Reads the config of a binding.
 * @throws {RuntimeError} `trigger_registration_failed` naming the invalid member.
 */
export function parseRoute(binding: Binding): Route {
  const config = isRecord(binding.config) ? binding.config : {}
  const template = config['api_path'] ?? undefined
  if (template === undefined) throw refused('api_path is required for http triggers')
  if (typeof template !== 'string') throw refused(`api_path must be a string, got ${describe(template)}`)
  const method = config['http_method'] ?? 'GET'
  if (typeof method !== 'string') throw refused(`http_method must be a string, got ${describe(method)}`)
  const condition = config['condition_function_id'] ?? ''
  if (typeof condition !== 'string') {
    throw refused(`condition_function_id must be a string, got ${describe(condition)}`)
  }
  const path = template.startsWith('/') ? template : `/${template}`
  return {
    binding,
    method: method.toUpperCase(),
    template,
    path,
    parameterNames: parameterNamesOf(path),
    middleware: middlewareOf(config['middleware_function_ids'] ?? []),
  }
}

/** Whether a segment of a path is a parameter. */
export function isParameter(segment: string): boolean {
  return segment.startsWith(':')
}

/** The refusal of a trigger. */
export function refused(message: string): RuntimeError {
  return new RuntimeError(ErrorCode.trigger_registration_failed, message)
}

function parameterNamesOf(path: string): string[] {
  if (path.includes('*'))
    throw refused(`api_path '${path}' has a '*': write ':name' for one segment; there are no wildcards`)
  const names = path
    .split('/')
    .filter(isParameter)
    .map((segment) => segment.slice(1))
  if (names.includes('')) throw refused(`api_path '${path}' has a parameter without a name: write ':name'`)
  return names
}

function middlewareOf(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((id) => typeof id === 'string')) return value
  throw refused(`middleware_function_ids must be a list of strings, got ${describe(value)}`)
}
