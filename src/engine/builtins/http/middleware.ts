/**
 * Runs the functions that see a request before its handler. Each may return a response in place of the handler; with
 * any other result the request continues.
 */
import { isRecord } from '../../../wire/protocol/validate.js'
import type { Access } from '../../access/access.js'
import type { EngineHost, HostCall } from '../builtin.js'
import { answerFrom, middlewareTimedOut, type WholeResponse } from './answer/answer.js'
import { ExchangeEnded, type Exchange } from './exchange.js'

/** Data that all middleware of one request share. */
export interface MiddlewareCall extends Pick<HostCall, 'data' | 'traceparent' | 'baggage' | 'signal'> {
  readonly timeoutMs: number
}

/** Middleware of one source: the configuration or a route. */
export interface MiddlewareList {
  readonly ids: readonly string[]
  readonly namespace?: string
  readonly access?: Access | undefined
}

/**
 * Runs middleware in order.
 * @returns the first response that one of them gives; 504 when the time limit of the request expires.
 * @throws {InvocationError} when one fails.
 */
export async function runMiddleware(
  { host, exchange }: { readonly host: EngineHost; readonly exchange: Exchange },
  { ids, namespace, access }: MiddlewareList,
  { timeoutMs, ...call }: MiddlewareCall,
): Promise<WholeResponse | undefined> {
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
