/** Settings of `iii-http` in a configuration file, with their defaults. */
import { MAX_DELAY_MS } from '../../../std/time/clock.js'
import { originFields, readOriginRules } from '../../access/origins.js'
import { list, number, oneOf, optional, wholeNumber } from '../../declare/schema.js'
import { parseSettings, port, section, sections, setting, type SettingShapes } from '../../declare/settings.js'

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

const MIB = 1024 * 1024
const DEFAULT_BODY_BYTES = 16 * MIB
/** A larger body would not fit into a message to a worker. */
const MAX_BODY_BYTES = 64 * MIB

const texts = list(text)

const corsShape = { allowed_origins: optional(texts), allowed_methods: optional(texts) }

const middlewareShape = {
  function_id: text,
  phase: optional(oneOf(['preHandler'])),
  priority: optional(number()),
}

const shape = {
  port: optional(port),
  host: optional(text),
  default_timeout: optional(wholeNumber(1, MAX_DELAY_MS)),
  concurrency_request_limit: optional(wholeNumber(1)),
  cors: optional(section(corsShape)),
  middleware: optional(sections(middlewareShape)),
}

/** Settings of the local engine only. */
const localShape = {
  allowed_origins: originFields.allowed_origins,
  body_limit: optional(wholeNumber(1, MAX_BODY_BYTES)),
}

export const httpSettings: SettingShapes = { config: shape, local: localShape }

/**
 * Reads the `config` and `local` of `iii-http`; absent means the defaults.
 * @throws {RuntimeError} INVALID_CONFIG naming the key, the value received and the accepted values.
 */
export function parseHttpConfig(config: unknown, local?: unknown): HttpConfig {
  const settings = parseSettings('iii-http', shape, config)
  const own = parseSettings('iii-http.local', localShape, local)
  const cors = parseSettings('iii-http.cors', corsShape, settings.cors)
  const middleware = (settings.middleware ?? []).map((entry, index) =>
    parseSettings(`iii-http.middleware[${String(index)}]`, middlewareShape, entry),
  )
  return {
    port: Number(settings.port ?? 3111),
    host: settings.host ?? '0.0.0.0',
    defaultTimeoutMs: settings.default_timeout ?? 30_000,
    concurrencyRequestLimit: settings.concurrency_request_limit ?? 1024,
    bodyLimit: own.body_limit ?? DEFAULT_BODY_BYTES,
    cors: { ...originsOf(cors.allowed_origins, own.allowed_origins), allowedMethods: cors.allowed_methods ?? [] },
    middleware: middleware
      .sort((one, other) => (one.priority ?? 0) - (other.priority ?? 0))
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
