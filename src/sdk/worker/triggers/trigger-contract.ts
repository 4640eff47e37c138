/**
 * Trigger types by contract, for both sides: the provider's config checks, and bindings checked before they are sent.
 */
import { jsonSchemaOf, type ToJsonSchema } from '../../schema/json-schema.js'
import { isStandardSchema, type StandardSchemaV1 } from '../../schema/standard-schema.js'
import { validate } from '../../schema/validation.js'
import { checkFunction, checkId, checkRecord } from '../check.js'
import { keysOf } from '../../../std/text/unknown-options.js'
import { checkSchema, type SentAs, type TriggerTypeContract } from '../functions/contract.js'
import { checkConverter } from '../functions/function-schemas.js'
import type { RegisterTriggerTypeInput, TriggerConfig, TriggerHandler } from './trigger-types.js'
import type { RegisterTriggerInput } from './triggers.js'

/** Contract of a trigger type with at least one schema. */
export type SchemaTriggerType = TriggerTypeContract &
  ({ readonly config: StandardSchemaV1 } | { readonly request: StandardSchemaV1 })

/** The names of all members of a trigger type that is provided. */
export const TRIGGER_TYPE_KEYS = keysOf<RegisterTriggerTypeInput & TriggerTypeContract & { message_type: unknown }>({
  id: true,
  description: true,
  namespace: true,
  trigger_request_format: true,
  call_request_format: true,
  config: true,
  request: true,
  toJsonSchema: true,
  message_type: true,
})

/** Binding to the trigger type of a contract. */
export type ContractBinding<C extends TriggerTypeContract> = Omit<RegisterTriggerInput, 'type' | 'config'> & {
  config: SentAs<C['config']>
}

/** A registration as it is sent, and the handler that checks configs. */
export interface Provided {
  readonly input: RegisterTriggerTypeInput
  readonly handler: TriggerHandler<unknown>
  /** The schema of a binding's config. */
  readonly config: StandardSchemaV1 | undefined
  /** The schema of what bound functions receive. */
  readonly request: StandardSchemaV1 | undefined
}

/**
 * A provider's registration with its schemas worked in; formats may be schemas, too.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a schema that is none, or one that cannot be converted.
 */
export function describeTriggerType(
  given: RegisterTriggerTypeInput | TriggerTypeContract,
  handler: TriggerHandler<unknown>,
): Provided {
  const all = checkRecord('triggerType', given) as Omit<RegisterTriggerTypeInput, 'description'> & TriggerTypeContract
  const { config, request, toJsonSchema, description = '', ...rest } = all
  const configSchema = checkSchema('config', config) ?? schemaOf(rest.trigger_request_format)
  const requestSchema = checkSchema('request', request) ?? schemaOf(rest.call_request_format)
  const converter = checkConverter(toJsonSchema)
  return {
    input: {
      ...rest,
      description,
      ...format('trigger_request_format', rest.trigger_request_format, { schema: configSchema, converter }),
      ...format('call_request_format', rest.call_request_format, { schema: requestSchema, converter }),
    },
    handler: configSchema === undefined ? handler : checkingHandler(all.id, configSchema, handler),
    config: configSchema,
    request: requestSchema,
  }
}

/**
 * A binding as `registerTrigger` takes it, its config checked. A schema that checks asynchronously is left to the
 * provider, since registering does not wait.
 * @throws {ValidationError} `deserialization_error` for a config that does not fit.
 */
export function bindingOf<C extends TriggerTypeContract>(
  contract: C,
  binding: ContractBinding<C>,
): RegisterTriggerInput {
  const type = checkId('contract.id', contract.id)
  const schema = checkSchema('contract.config', contract.config)
  checkRecord('binding', binding)
  if (schema !== undefined) {
    const checked = validate(schema, binding.config, { id: type, side: 'input' })
    if (checked instanceof Promise) checked.catch(() => undefined)
  }
  const { namespace } = contract
  return { ...(namespace === undefined ? {} : { trigger_namespace: namespace }), ...binding, type }
}

function schemaOf(format: unknown): StandardSchemaV1 | undefined {
  return isStandardSchema(format) ? format : undefined
}

interface Source {
  readonly schema: StandardSchemaV1 | undefined
  readonly converter: ToJsonSchema | undefined
}

function format(
  name: 'trigger_request_format' | 'call_request_format',
  given: unknown,
  { schema, converter }: Source,
): Partial<RegisterTriggerTypeInput> {
  if (given !== undefined && !isStandardSchema(given)) return { [name]: given }
  if (schema === undefined) return {}
  const argument = name === 'trigger_request_format' ? 'config' : 'request'
  return { [name]: jsonSchemaOf(schema, { side: 'input', toJsonSchema: converter, argument, instead: name }) }
}

/** Passes parsed configs on. A config that does not match the schema refuses the trigger; its owner gets the error. */
function checkingHandler(
  id: string,
  schema: StandardSchemaV1,
  handler: TriggerHandler<unknown>,
): TriggerHandler<unknown> {
  for (const name of ['registerTrigger', 'unregisterTrigger'] as const) {
    checkFunction(`handler.${name}`, checkRecord('handler', handler)[name])
  }
  const parsed = async (binding: TriggerConfig<unknown>): Promise<TriggerConfig<unknown>> => ({
    ...binding,
    config: await validate(schema, binding.config, { id, side: 'input' }),
  })
  return {
    registerTrigger: async (binding) => handler.registerTrigger(await parsed(binding)),
    unregisterTrigger: async (binding) => handler.unregisterTrigger(await parsed(binding)),
  }
}
