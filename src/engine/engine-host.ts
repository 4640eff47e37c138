/** Implements the interface through which built-ins use the engine. */
import { ErrorCode, RuntimeError } from '../errors.js'
import { DEFAULT_NAMESPACE } from '../wire/protocol/names.js'
import type { Builtin, EngineHost, HostChannels } from './builtins/builtin.js'
import type { EngineParts } from './engine-parts.js'

export function createHost(parts: EngineParts, channels: HostChannels): EngineHost {
  const { clock, lane, largeMessages, unread, random, emit, log, opensPorts, repairsStores } = parts
  const { router, directory, bindings, instruments, counters, quirks, connectEngine, elsewhere } = parts
  return {
    clock,
    lane,
    largeMessages,
    unread,
    random,
    emit,
    log,
    opensPorts,
    repairsStores,
    channels,
    instruments,
    counters,
    quirks,
    liveSettings: [],
    connectEngine,
    elsewhere,
    invoke: (call) => router.invoke(call),
    metadataOf: (functionId, namespace) => directory.find(namespace, functionId)?.metadata,
    replaced: (lost, by, what) => bindings.replaced(lost, by, what),
    hasFunction: (functionId, namespace) => directory.find(namespace, functionId) !== undefined,
  }
}

/**
 * Registers the functions and trigger types of a built-in.
 * @throws {RuntimeError} `INVALID_CONFIG` when another built-in serves the same id, such as a function that a bridge forwards.
 */
export function enterBuiltin({ directory, bindings }: EngineParts, builtin: Builtin): void {
  for (const { id, description, requestSchema, responseSchema, metadata, call } of builtin.functions) {
    const conflict = directory.register({
      id,
      namespace: DEFAULT_NAMESPACE,
      description,
      requestSchema,
      responseSchema,
      metadata,
      target: { kind: 'builtin', builtin: builtin.name, call },
      bytes: 0,
    })
    if (conflict !== undefined) throw servedTwice('the function', id, builtin)
  }
  for (const type of builtin.triggerTypes) {
    const provided = bindings.provide({
      id: type.id,
      namespace: DEFAULT_NAMESPACE,
      description: type.description,
      configurationSchema: type.configurationSchema,
      requestSchema: type.requestSchema,
      responseSchema: type.responseSchema,
      bytes: 0,
      provider: { kind: 'builtin', builtin: builtin.name, type },
    })
    if (!provided) throw servedTwice('the trigger type', type.id, builtin)
  }
}

function servedTwice(kind: string, id: string, { name }: Builtin): RuntimeError {
  const message = `${name} serves ${kind} ${id}, which the engine has already. Choose another id in the settings of ${name}`
  return new RuntimeError(ErrorCode.INVALID_CONFIG, message)
}
