/**
 * Which browsers may read a response, and the answer to every `OPTIONS` request. Headers are added to what a function
 * set; those of this policy win.
 */
import type { Answer } from './answer.js'
import type { CorsConfig } from './http-config.js'
import type { Headers } from './response-headers.js'

const VARY = 'origin, access-control-request-method, access-control-request-headers'

export class CorsPolicy {
  /** `undefined` allows any. */
  readonly #origins: ReadonlySet<string> | undefined
  readonly #methods: string

  constructor({ allowedOrigins, allowedMethods }: CorsConfig) {
    this.#origins = allowsAny(allowedOrigins) ? undefined : new Set(allowedOrigins)
    this.#methods = allowsAny(allowedMethods) ? '*' : allowedMethods.map((method) => method.toUpperCase()).join(',')
  }

  /** The answer to an `OPTIONS` request, whatever its path. */
  preflight(origin: string | undefined): Answer {
    const headers = new Map<string, readonly string[]>([
      ['vary', [VARY]],
      ...this.#originHeader(origin),
      ['access-control-allow-methods', [this.#methods]],
      ['access-control-allow-headers', ['*']],
    ])
    return { status: 200, headers, body: '' }
  }

  /** A response's headers with those of this policy. */
  extend(headers: Headers, origin: string | undefined): Headers {
    return new Map<string, readonly string[]>([
      ...headers,
      ['vary', [...(headers.get('vary') ?? []), VARY]],
      ...this.#originHeader(origin),
      ['access-control-expose-headers', ['*']],
    ])
  }

  #originHeader(origin: string | undefined): [string, readonly string[]][] {
    if (this.#origins === undefined) return [['access-control-allow-origin', ['*']]]
    if (origin === undefined || !this.#origins.has(origin)) return []
    return [['access-control-allow-origin', [origin]]]
  }
}

function allowsAny(list: readonly string[]): boolean {
  return list.length === 0 || list.includes('*')
}
