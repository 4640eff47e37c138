/** Connects a built-in to another engine, which runs functions in place of this one. */
import { ErrorCode, InvocationError, RuntimeError } from '../../../errors.js'
import type { TraceHeaders } from '../../../wire/protocol/tracing.js'
import type { BuiltinFunction, CallContext, EngineHost } from '../builtin.js'
import type { RemoteEngine, RemoteEngineOptions } from './remote-engine.js'

/**
 * Connects to another engine for a built-in.
 * @throws {RuntimeError} INVALID_CONFIG when the program that runs this engine cannot connect.
 */
export function connectFor(
  setting: string,
  { connectEngine, clock, random, log }: EngineHost,
  { url, namespace, headers }: Pick<RemoteEngineOptions, 'url' | 'namespace' | 'headers'>,
): RemoteEngine {
  if (connectEngine !== undefined) return connectEngine({ url, namespace, headers, clock, random, log })
  const message = `${setting} needs a connection to another engine, which \`iii-node engine\`, \`iii-node dev\` and \`createTestEngine\` provide: start this engine with one of them`
  throw new RuntimeError(ErrorCode.INVALID_CONFIG, message)
}

/** How often a call and the calls that follow from it may pass from one engine to another. */
const MAX_FORWARDS = 16

/** The baggage entry in which bridged engines count. Baggage passes through engines and workers. */
const FORWARDS = /(?:^|,)\s*iii\.bridge\.forwards=(\d+)\s*(?=,|$)/

/**
 * The headers of a call that goes to another engine, counted, so that engines that forward a call to each other stop.
 * @throws {InvocationError} `bridge_error` after `MAX_FORWARDS`.
 */
export function forwarded({ traceparent, baggage = '' }: CallContext, functionId: string): Partial<TraceHeaders> {
  const forwards = Number(FORWARDS.exec(baggage)?.[1] ?? 0) + 1
  if (forwards > MAX_FORWARDS) {
    const message = `The call of ${functionId} was forwarded ${String(MAX_FORWARDS)} times from engine to engine. The engines forward it to each other: register the function on one of them, or remove \`forward_unknown\` or \`forward\` from the other`
    throw new InvocationError({ code: ErrorCode.bridge_error, message })
  }
  const others = baggage.replace(FORWARDS, '').replace(/^,/, '')
  return { traceparent, baggage: `${others === '' ? '' : `${others},`}iii.bridge.forwards=${String(forwards)}` }
}

/** The same functions, run by another engine. Their inputs are checked there. */
export function runElsewhere(functions: readonly BuiltinFunction[], remote: RemoteEngine): BuiltinFunction[] {
  return functions.map((own) => ({
    ...own,
    call: (data: unknown, context: CallContext) =>
      remote.call({ functionId: own.id, data, ...forwarded(context, own.id) }),
  }))
}
