/**
 * Applies the CORS policy: adds its headers to responses and answers every `OPTIONS` request. Headers of the policy
 * override those of a function.
 */
import { describe } from '../../../std/text/describe.js'
import { invalidConfig } from '../../declare/settings.js'
import type { WholeResponse } from './answer/answer.js'
import type { CorsConfig } from './http-config.js'
import type { Headers } from './answer/response-headers.js'
import { isLoopbackOrigin } from '../../access/origins.js'

const VARY = 'origin, access-control-request-method, access-control-request-headers'

/**
 * Checks that a changed policy admits no page that the policy of the start does not admit.
 * @throws {RuntimeError} INVALID_CONFIG naming an origin.
 */
export function checkOrigins({ allowedOrigins: changed }: CorsConfig, start: CorsConfig): void {
  if (start.allowedOrigins === 'any') return
  const origins = changed === 'any' ? ['*'] : changed
  const added = origins.find((origin) => !isAllowed(origin, start))
  if (added === undefined) return
  const message = `iii-http.cors.allowed_origins may only name origins that are allowed since the start, got ${describe(added)}`
  throw invalidConfig(message)
}

function isAllowed(origin: string, { allowedOrigins, allowsLoopback }: CorsConfig): boolean {
  return allowedOrigins.includes(origin) || (allowsLoopback && isLoopbackOrigin(origin))
}

export class CorsPolicy {
  readonly #config: CorsConfig
  readonly #methods: string

  constructor(config: CorsConfig) {
    const { allowedMethods: methods } = config
    const isAnyMethod = methods.length === 0 || methods.includes('*')
    this.#config = config
    this.#methods = isAnyMethod ? '*' : methods.map((method) => method.toUpperCase()).join(',')
  }

  /** The response to an `OPTIONS` request, whatever its path. */
  preflight(origin: string | undefined): WholeResponse {
    const headers = new Map<string, readonly string[]>([
      ['vary', [VARY]],
      ...this.#originHeader(origin),
      ['access-control-allow-methods', [this.#methods]],
      ['access-control-allow-headers', ['*']],
    ])
    return { status: 200, headers, body: '' }
  }

  /** Headers of a response with those of this policy. */
  extend(headers: Headers, origin: string | undefined): Headers {
    return new Map<string, readonly string[]>([
      ...headers,
      ['vary', [...(headers.get('vary') ?? []), VARY]],
      ...this.#originHeader(origin),
    ])
  }

  #originHeader(origin: string | undefined): [string, readonly string[]][] {
    if (this.#config.allowedOrigins === 'any') return [['access-control-allow-origin', ['*']]]
    if (origin === undefined) return []
    return isAllowed(origin, this.#config) ? [['access-control-allow-origin', [origin]]] : []
  }
}
