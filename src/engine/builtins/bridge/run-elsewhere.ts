/** Connects a built-in to another engine, which runs functions in place of this one. */
import { ErrorCode, RuntimeError } from '../../../errors.js'
import { traceOf } from '../../triggers/write-firings.js'
import type { BuiltinFunction, CallContext, EngineHost } from '../builtin.js'
import type { RemoteEngine } from './remote-engine.js'

/**
 * Connects to another engine for a built-in.
 * @throws {RuntimeError} INVALID_CONFIG when the program that runs this engine cannot connect.
 */
export function connectFor(
  setting: string,
  { connectEngine, clock, random, log }: EngineHost,
  { url, namespace }: { readonly url: string; readonly namespace?: string | undefined },
): RemoteEngine {
  if (connectEngine !== undefined) return connectEngine({ url, namespace, clock, random, log })
  const message = `${setting} needs a connection to another engine, which \`iii-node engine\`, \`iii-node dev\` and \`createTestEngine\` provide: start this engine with one of them`
  throw new RuntimeError(ErrorCode.INVALID_CONFIG, message)
}

/** The same functions, run by another engine. Their inputs are checked there. */
export function runElsewhere(functions: readonly BuiltinFunction[], remote: RemoteEngine): BuiltinFunction[] {
  return functions.map((own) => ({
    ...own,
    call: (data: unknown, context: CallContext) => remote.call({ functionId: own.id, data, ...traceOf(context) }),
  }))
}
