/**
 * Lists trigger types and triggers, and registers triggers by a call instead of a frame. Such triggers have no owner
 * and outlive the connection that registered them.
 */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../../wire/protocol/names.js'
import type { BuiltinFunction } from '../builtin.js'
import type { EngineParts } from '../../engine-parts.js'
import { registerTriggerFunction, unregisterTriggerFunction } from './register-trigger.js'
import {
  functionDetail,
  functionDetailRow,
  isInternal,
  isTriggerVisible,
  providerNameOf,
  relevance,
  triggerHead,
  triggerMembers,
  triggerRow,
  triggerSummary,
  triggerWorkerName,
  typeDetail,
  typeDetailRow,
  typeRow,
  typeSummary,
} from './rows.js'
import type { CorePart } from './workers.js'
import { builtinFunction } from '../../declare/function.js'
import { any, boolean, list, named, object, optional, string } from '../../declare/schema.js'

const SEARCH = 'A text in the id, the description or the name of the worker'

export function createTriggersBuiltin(parts: EngineParts): CorePart {
  return {
    functions: [
      listTypes(parts),
      describeType(parts),
      listTriggers(parts),
      describeTrigger(parts),
      registerTriggerFunction(parts),
      unregisterTriggerFunction(parts),
    ],
    triggerTypes: [],
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  }
}

function listTypes({ bindings }: EngineParts): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.LIST_TRIGGERS,
    description: 'Lists trigger types; those of the engine only on request',
    input: object({
      search: optional(string(SEARCH), null),
      prefix: optional(string('Only types whose id begins with this text'), null),
      worker: optional(string('Only types that this worker provides'), null),
      include_internal: optional(boolean('Whether types of the engine are listed too'), null),
    }),
    output: object({ triggers: list(typeSummary) }),
    call: ({ search, prefix = '', worker, include_internal: includeInternal = false }) => {
      const types = [...bindings.types.all()].filter(
        (type) =>
          (includeInternal || !isInternal(type.id)) &&
          type.id.startsWith(prefix) &&
          (worker === undefined || providerNameOf(type) === worker) &&
          (search === undefined || relevance(search, type.id, [type.description, providerNameOf(type)]) > 0),
      )
      return { triggers: types.sort((a, b) => (a.id < b.id ? -1 : 1)).map(typeRow) }
    },
  })
}

function describeType(parts: EngineParts): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.INFO_TRIGGERS,
    description: 'Describes one trigger type with its schemas',
    input: object({ id: string('The trigger type'), namespace: optional(string('Default: `default`'), null) }),
    output: typeDetailRow,
    call: ({ id, namespace = DEFAULT_NAMESPACE }) => {
      const type = parts.bindings.types.find(namespace, id)
      if (type !== undefined) return typeDetail(parts, type)
      throw notFound(`Trigger type '${id}' is not registered in namespace '${namespace}'.`)
    },
  })
}

function listTriggers(parts: EngineParts): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.LIST_REGISTERED_TRIGGERS,
    description: 'Lists triggers that are bound to a type; those of engine functions only on request',
    input: object({
      search: optional(string(SEARCH), null),
      trigger_type: optional(string('Only triggers of this type'), null),
      function_id: optional(string('Only triggers that call this function'), null),
      worker: optional(string('Only triggers that call a function of this worker'), null),
      include_internal: optional(boolean('Whether triggers of engine functions are listed too'), null),
    }),
    output: object({ registered_triggers: list(triggerSummary) }),
    call: ({ search, trigger_type, function_id, worker, include_internal: includeInternal = false }, { access }) => {
      const triggers = [...parts.bindings.triggers.all()].filter(
        (trigger) =>
          trigger.type !== undefined &&
          isTriggerVisible(parts, trigger, access) &&
          (includeInternal || !isInternal(trigger.functionId)) &&
          (trigger_type === undefined || trigger.triggerType === trigger_type) &&
          (function_id === undefined || trigger.functionId === function_id) &&
          (worker === undefined || triggerWorkerName(parts, trigger) === worker) &&
          (search === undefined || relevance(search, trigger.id, [trigger.triggerType, trigger.functionId]) > 0),
      )
      return { registered_triggers: triggers.map((trigger) => triggerRow(parts, trigger)) }
    },
  })
}

function describeTrigger(parts: EngineParts): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.INFO_REGISTERED_TRIGGERS,
    description: 'Describes one trigger with its type and its function',
    input: object({ id: string('The trigger') }),
    output: object({
      ...triggerMembers,
      config: any(),
      metadata: optional(any()),
      trigger: optional(named('TriggerTypeDetail', typeDetailRow)),
      function: optional(functionDetailRow),
    }),
    call: ({ id }, { access }) => {
      const trigger = parts.bindings.triggers.get(id)
      if (trigger?.type === undefined || !isTriggerVisible(parts, trigger, access))
        throw notFound(`Trigger '${id}' is not registered.`)
      const entry = parts.directory.find(trigger.namespace, trigger.functionId)
      return {
        ...triggerHead(parts, trigger),
        metadata: trigger.metadata,
        trigger: typeDetail(parts, trigger.type),
        function: entry === undefined ? undefined : functionDetail(parts, entry),
      }
    },
  })
}

function notFound(message: string): InvocationError {
  return new InvocationError({ code: ErrorCode.NOT_FOUND, message })
}
