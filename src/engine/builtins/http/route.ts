/**
 * Reads one HTTP route from the config of a trigger. Segments of a path that begin with `:` match any one segment.
 * There are no wildcards.
 */
import { ErrorCode, RuntimeError } from '../../../errors.js'
import type { Infer } from '../../../wire/protocol/validate.js'
import type { Binding } from '../builtin.js'
import {
  omittable,
  accepting,
  any,
  described,
  integer,
  list,
  map,
  named,
  object,
  oneOf,
  optional,
  refusedLater,
  string,
  union,
  withDefault,
  type Declared,
} from '../../declare/schema.js'

/** Methods that a route can have. `OPTIONS` may be registered, but those requests are answered before routing. */
export const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'] as const

const methodName = optional(described(named('HttpMethod', oneOf(METHODS)), 'In any letter case'))

/** The config of a trigger. */
export const routeConfig = object({
  api_path: refusedLater(string('Path; segments that start with `:` are parameters'), undefined),
  // Another method is accepted, but no request can have it.
  http_method: accepting(withDefault(string(), 'GET'), withDefault(methodName, 'GET')),
  condition_function_id: optional(string('A function that may refuse a request by returning false')),
  middleware_function_ids: optional(list(string(), 'Functions that see a request before the handler, in order')),
})
export type RouteConfig = Infer<typeof routeConfig.members>

const texts = map(string())

function channelRef(direction: 'read' | 'write'): Declared<unknown> {
  return object({ channel_id: string(), access_key: string(), direction: oneOf([direction]) })
}

/** The payload of a bound function. */
export const request = object({
  method: string(),
  path: string('The path as registered'),
  path_params: texts,
  query_params: texts,
  headers: texts,
  body: any('The value of a JSON body; null for any other'),
  trigger: omittable(object({ type: string(), path: string(), method: string() })),
  request_body: omittable(channelRef('read')),
  response: omittable(channelRef('write')),
})

const headers = named('HttpResponseHeaders', union([texts, list(string())]))

/** The result of a bound function. */
export const response = object({
  status_code: optional(integer('uint16', 'Default 200')),
  headers: optional(described(headers, 'An object, or a list of `Name: value` lines')),
  body: optional(any('Sent as it is with a `content-type` header, otherwise as JSON')),
})

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
export function parseRoute(binding: Binding, config: RouteConfig): Route {
  const { api_path: template, http_method: method, middleware_function_ids: middleware = [] } = config
  if (template === undefined) throw refused('api_path is required for http triggers')
  const path = template.startsWith('/') ? template : `/${template}`
  return {
    binding,
    method: method.toUpperCase(),
    template,
    path,
    parameterNames: parameterNamesOf(path),
    middleware,
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
