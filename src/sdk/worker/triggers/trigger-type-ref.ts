/**
 * The reference to a provided trigger type: binds and registers functions for it through the worker that provides it.
 */
import { checkId } from '../check.js'
import type { III, TriggerTypeRef } from '../client.js'
import type { RegisterFunctionFormat } from '../functions/function-format.js'
import { bindingOf, type Provided } from './trigger-contract.js'
import type { OwnedTrigger } from './triggers.js'

type Registering = Pick<III, 'registerFunction' | 'registerTrigger'>

/** A reference that registers through `worker`, by the methods it has at that time. */
export function triggerTypeRef<C>(worker: Registering, provided: Provided, unregister: () => void): TriggerTypeRef<C> {
  const { input, config: schema, request } = provided
  const contract = {
    id: input.id,
    ...(input.namespace === undefined ? {} : { namespace: input.namespace }),
    ...(schema === undefined ? {} : { config: schema }),
  }
  const bind = (functionId: string, config: C, metadata?: Record<string, unknown>): OwnedTrigger => {
    const function_id = checkId('function_id', functionId)
    const binding = { function_id, config, ...(metadata === undefined ? {} : { metadata }) }
    return worker.registerTrigger(bindingOf(contract, binding))
  }
  // Converted already, perhaps by the contract's own converter.
  const request_format = input.call_request_format as RegisterFunctionFormat
  return {
    id: input.id,
    registerTrigger: bind,
    registerFunction: (functionId, handler, ...binding) => {
      const ref =
        request === undefined
          ? worker.registerFunction(functionId, handler)
          : worker.registerFunction(functionId, handler, { input: request, request_format })
      const [config, metadata] = binding
      if (config !== undefined) bind(functionId, config, metadata)
      return ref
    },
    unregister,
  }
}
