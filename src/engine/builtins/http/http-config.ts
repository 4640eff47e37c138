/** Settings of `iii-http` in a configuration file, with their defaults. */
import { MAX_DELAY_MS } from '../../../std/time/clock.js'
import { originFields, readOriginRules } from '../../access/origins.js'
import { described, list, number, oneOf, optional, wholeNumber, withDefault } from '../../declare/schema.js'
import { atStart, parseSettings, port, section, setting } from '../../declare/settings.js'

/** The browsers that may call. */
export interface CorsConfig {
  /** `any`, or these origins and, if `allowsLoopback` is set, pages of this machine. */
  readonly allowedOrigins: 'any' | readonly string[]
  readonly allowsLoopback: boolean
  readonly allowedMethods: readonly string[]
}

/** Settings of the HTTP server. */
export interface HttpConfig {
  /** 0 selects a free port. Default 3111. */
  readonly port: number
  /** Default `0.0.0.0`. */
  readonly host: string
  /** Time limit from the arrival of a request to the head of its response, in milliseconds. Default 30 000. */
  readonly defaultTimeoutMs: number
  /** Maximum requests handled at the same time; further ones wait. Default 1024. */
  readonly concurrencyRequestLimit: number
  /** Maximum JSON body in bytes; a larger one is answered with 413. Default 16 MiB, at most 64 MiB. */
  readonly bodyLimit: number
  readonly cors: CorsConfig
  /** Middleware functions for every request, in the order they run. */
  readonly middleware: readonly string[]
}

const text = setting<string>('a string that is not blank', isText, { pattern: '\\S', type: 'string' })

const DEFAULT_PORT = 3111
const MIB = 1024 * 1024
const DEFAULT_BODY_BYTES = 16 * MIB
/** A larger body would not fit into a message to a worker. */
const MAX_BODY_BYTES = 64 * MIB

const cors = section({
  allowed_origins: optional(list(text, 'Origins of pages that may read responses; empty or `*`: all')),
  allowed_methods: optional(list(text, 'Methods that pages may use; empty or `*`: all')),
})

const middleware = section({
  function_id: text,
  phase: optional(oneOf(['preHandler'])),
  priority: withDefault(number('The lowest runs first'), 0),
})

export const httpSettings = {
  config: section({
    port: atStart(withDefault(described(port, '0 selects a free port'), DEFAULT_PORT)),
    host: atStart(withDefault(described(text, 'The address to listen on'), '0.0.0.0')),
    default_timeout: withDefault(
      wholeNumber(1, MAX_DELAY_MS, 'Milliseconds from a request to the head of its response'),
      30_000,
    ),
    concurrency_request_limit: withDefault(
      wholeNumber(1, undefined, 'Requests handled at the same time; further ones wait'),
      1024,
    ),
    cors: optional(cors),
    middleware: atStart(optional(list(middleware, 'Functions that run before every request'))),
  }),
  local: section({
    allowed_origins: originFields.allowed_origins,
    body_limit: withDefault(wholeNumber(1, MAX_BODY_BYTES, 'Bytes of a JSON body'), DEFAULT_BODY_BYTES),
  }),
}

/**
 * Reads the `config` and `local` of `iii-http`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseHttpConfig(config: unknown, local?: unknown): HttpConfig {
  const given = parseSettings('iii-http', httpSettings.config.members, config)
  const own = parseSettings('iii-http.local', httpSettings.local.members, local)
  const { allowed_origins: origins, allowed_methods: methods } = given.cors ?? {}
  return {
    port: Number(given.port),
    host: given.host,
    defaultTimeoutMs: given.default_timeout,
    concurrencyRequestLimit: given.concurrency_request_limit,
    bodyLimit: own.body_limit,
    cors: { ...originsOf(origins ?? undefined, own.allowed_origins), allowedMethods: methods ?? [] },
    middleware: [...(given.middleware ?? [])]
      .sort((one, other) => one.priority - other.priority)
      .map(({ function_id }) => function_id),
  }
}

/** `cors.allowed_origins` works as on the distributed engine: an empty list, or one with `*`, allows any origin. */
function originsOf(
  shared: readonly string[] | undefined,
  local: readonly string[] | undefined,
): Omit<CorsConfig, 'allowedMethods'> {
  if (shared === undefined && local !== undefined) {
    return { allowedOrigins: readOriginRules({ allowed_origins: local }).allowedOrigins, allowsLoopback: true }
  }
  const isAny = shared === undefined || shared.length === 0 || shared.includes('*')
  return { allowedOrigins: isAny ? 'any' : shared, allowsLoopback: false }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
