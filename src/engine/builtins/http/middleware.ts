/**
 * Functions that see a request before its handler. Each may answer in the handler's place; anything else it returns
 * lets the request pass.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import type { Access } from '../../access/access.js'
import type { EngineHost, HostCall } from '../builtin.js'
import { answerFrom, middlewareTimedOut, type Answer } from './answer/answer.js'
import { ExchangeEnded, type Exchange } from './exchange.js'

/** What all middleware of one request share. */
export interface MiddlewareCall extends Pick<HostCall, 'data' | 'traceparent' | 'baggage' | 'signal'> {
  readonly timeoutMs: number
}

/** Middleware of one origin: the configuration or a route. */
export interface MiddlewareList {
  readonly ids: readonly string[]
  readonly namespace?: string
  readonly access?: Access | undefined
}

/**
 * Runs middleware in order.
 * @returns the answer of the first that gives one; 504 when the request's time is over in one of them.
 * @throws {InvocationError} when one fails.
 */
export async function runMiddleware(
  { host, exchange }: { readonly host: EngineHost; readonly exchange: Exchange },
  { ids, namespace, access }: MiddlewareList,
  { timeoutMs, ...call }: MiddlewareCall,
): Promise<Answer | undefined> {
  for (const functionId of ids) {
    try {
      const verdict = await exchange.during(host.invoke({ ...call, functionId, namespace, access }))
      if (isRecord(verdict) && verdict['action'] === 'respond') return answerFrom(verdict['response'])
    } catch (error) {
      if (error instanceof ExchangeEnded && error.kind === 'deadline') return middlewareTimedOut(functionId, timeoutMs)
      throw error
    }
  }
  return undefined
}
