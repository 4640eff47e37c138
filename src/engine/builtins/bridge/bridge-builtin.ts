/**
 * `iii-bridge`: connects this engine to another one. Functions of the other engine are called here under ids of this
 * one, and functions of this engine are served there. Errors, time limits and traces pass through.
 */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { toErrorBody } from '../../../wire/protocol/error-body.js'
import { builtinFunction } from '../../declare/function.js'
import { any, integer, object, optional, string } from '../../declare/schema.js'
import type { Builtin, BuiltinFunction, CallContext, EngineHost } from '../builtin.js'
import type { BridgeConfig, ForwardedFunction } from './bridge-config.js'
import type { RemoteEngine } from './remote-engine.js'
import { connectFor, forwarded } from './run-elsewhere.js'

const NAME = 'iii-bridge'

export function createBridgeBuiltin(host: EngineHost, config: BridgeConfig): Builtin {
  const remote = connectFor(NAME, host, config)
  return {
    name: NAME,
    description: 'Calls functions of another engine, and serves functions there',
    functions: [...config.forward.map((forwarded) => forwardFunction(remote, forwarded)), ...invokeFunctions(remote)],
    triggerTypes: [],
    // Guarded sessions must not take the place of a function that the other engine trusts.
    namedFunctions: config.expose.map(({ local }) => local),
    start() {
      for (const { local: functionId, remote: id } of config.expose)
        remote.expose(id, (data, trace) => host.invoke({ functionId, data, ...trace }))
      if (config.forwardsUnknown)
        host.elsewhere.find = (functionId, namespace) => findElsewhere(remote, functionId, namespace)
      return Promise.resolve()
    },
    stop() {
      host.elsewhere.find = undefined
      return remote.close()
    },
  }
}

function findElsewhere(remote: RemoteEngine, functionId: string, namespace: string): BuiltinFunction['call'] {
  return (data, context) =>
    remote.call({ functionId, namespace, data, metadata: context.metadata, ...forwarded(context, functionId) })
}

function forwardFunction(
  remote: RemoteEngine,
  { local, remote: functionId, timeoutMs }: ForwardedFunction,
): BuiltinFunction {
  return {
    id: local,
    description: `Runs ${functionId} on another engine`,
    call: (data, context) =>
      remote.call({ functionId, data, metadata: context.metadata, timeoutMs, ...forwarded(context, functionId) }),
  }
}

const input = object({
  function_id: string('The function on the other engine'),
  data: optional(any('Its payload')),
  timeout_ms: optional(integer('uint64', 'Time limit of the call; default 30000')),
})

interface Asked {
  readonly function_id: string
  readonly data?: unknown
  readonly timeout_ms?: number | undefined
}

function invokeFunctions(remote: RemoteEngine): BuiltinFunction[] {
  const invoke = async (
    { function_id: functionId, data = {}, timeout_ms: timeoutMs }: Asked,
    context: CallContext,
  ): Promise<unknown> => {
    try {
      return await remote.call({ functionId, data, timeoutMs, ...forwarded(context, functionId) })
    } catch (error) {
      const { code, message } = toErrorBody(error)
      throw new InvocationError({ code: ErrorCode.bridge_error, message: `${code}: ${message}` }, { cause: error })
    }
  }
  return [
    builtinFunction({
      id: 'bridge.invoke',
      description: 'Calls a function of the other engine',
      input,
      call: invoke,
    }),
    builtinFunction({
      id: 'bridge.invoke_async',
      description: 'Calls a function of the other engine and does not wait for it',
      input,
      call(asked, context) {
        invoke(asked, context).catch(() => undefined)
      },
    }),
  ]
}
