/**
 * Applies the CORS policy: adds its headers to responses and answers every `OPTIONS` request. Headers of the policy
 * override those of a function.
 */
import type { WholeResponse } from './answer/answer.js'
import type { CorsConfig } from './http-config.js'
import type { Headers } from './answer/response-headers.js'
import { isLoopbackOrigin } from '../../access/origins.js'

const VARY = 'origin, access-control-request-method, access-control-request-headers'

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
    const { allowedOrigins, allowsLoopback } = this.#config
    if (allowedOrigins === 'any') return [['access-control-allow-origin', ['*']]]
    if (origin === undefined) return []
    const isAllowed = allowedOrigins.includes(origin) || (allowsLoopback && isLoopbackOrigin(origin))
    return isAllowed ? [['access-control-allow-origin', [origin]]] : []
  }
}
