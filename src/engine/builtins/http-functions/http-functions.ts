/** Calls functions on other servers, each with a time limit, over connections that are reused. */
import { Agent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import { JsonText } from '../../../wire/protocol/json-text.js'
import type { EngineHost } from '../builtin.js'
import { headersOf, sendRequest } from './http-call.js'
import type { HttpFunctionsConfig } from './http-functions-config.js'
import { resultOf } from './http-reply.js'
import type { UrlInvocation } from './invocation.js'
import { UrlRules } from './url-rules.js'

/** Maximum connections to one server. Further calls wait for one, within their time limit. */
const MAX_SOCKETS_PER_HOST = 128

export class HttpFunctions {
  readonly #host: EngineHost
  readonly #rules: UrlRules
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS_PER_HOST })
  readonly #secureAgent = new SecureAgent({ keepAlive: true, maxSockets: MAX_SOCKETS_PER_HOST })
  readonly #running = new Set<AbortController>()

  constructor(host: EngineHost, config: HttpFunctionsConfig) {
    this.#host = host
    this.#rules = new UrlRules(config)
  }

  /** @throws {InvocationError} `url_validation_failed` when calls to the server are not allowed. */
  check(invocation: UrlInvocation): void {
    this.#rules.check(invocation.url)
  }

  /** Makes one call. The URL is checked each time, since its host name may resolve to another address. */
  async call(functionId: string, invocation: UrlInvocation, data: unknown): Promise<unknown> {
    const { clock, random } = this.#host
    const url = this.#rules.check(invocation.url)
    const body = Buffer.from(data instanceof JsonText ? data.text : JSON.stringify(data ?? null))
    const timestampSeconds = Math.floor(clock.epochMs() / 1000)
    const controller = new AbortController()
    this.#running.add(controller)
    const { method, timeoutMs } = invocation
    const timer = clock.after(timeoutMs, () => {
      controller.abort(new Error(`No answer within ${String(timeoutMs)} ms`))
    })
    try {
      const reply = await sendRequest({
        url,
        method,
        headers: headersOf(invocation, body, { functionId, invocationId: random.uuid(), timestampSeconds }),
        body,
        agent: url.protocol === 'https:' ? this.#secureAgent : this.#agent,
        lookup: this.#rules.lookup,
        signal: controller.signal,
      })
      return resultOf(reply)
    } finally {
      timer.cancel()
      this.#running.delete(controller)
    }
  }

  /** Aborts all calls and closes all connections. */
  close(): void {
    for (const controller of this.#running) controller.abort(new Error('The engine stops'))
    this.#agent.destroy()
    this.#secureAgent.destroy()
  }
}
