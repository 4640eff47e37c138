/** Declares built-in functions and trigger types: one declaration publishes, checks and types their values. */
import { ErrorCode, InvocationError } from '../../errors.js'
import { describe } from '../../std/text/describe.js'
import { ENGINE_PREFIX } from '../../wire/protocol/names.js'
import { JsonText, parsed } from '../../wire/protocol/json-text.js'
import { isRecord, type Infer } from '../../wire/protocol/validate.js'
import type { Binding, BuiltinFunction, BuiltinTriggerType, CallContext } from '../builtins/builtin.js'
import { documentOf, object, type Declared, type DeclaredObject, type Members } from './schema.js'

/** The declaration of a built-in function. */
export interface FunctionDeclaration<S extends Members, R> {
  readonly id: string
  readonly description: string
  readonly input: DeclaredObject<S>
  /** Absent if the function publishes no schema of its result. */
  readonly output?: Declared<R>
  readonly call: (input: Infer<S>, context: CallContext) => R | JsonText | Promise<R | JsonText>
}

/** A built-in function that answers `deserialization_error` if its input is invalid. */
export function builtinFunction<S extends Members, R>(declaration: FunctionDeclaration<S, R>): BuiltinFunction {
  const { id, description, input: declaredInput, output, call } = declaration
  const entries = Object.entries(declaredInput.members)
  const check = (given: unknown, value: Record<string, unknown>): string | undefined => {
    if (isRecord(given)) return read(entries, given, value)
    return declaredInput === anyInput ? undefined : `expected an object, got ${describe(given)}`
  }
  return {
    id,
    description,
    requestSchema: documentOf(declaredInput),
    ...(output !== undefined && { responseSchema: documentOf(output) }),
    ...(isInternalId(id) && { metadata: { internal: true } }),
    call(input, context) {
      const value: Record<string, unknown> = {}
      const fault = check(input, value)
      if (fault !== undefined) {
        const message = `Failed to deserialize input for ${id}: ${fault}`
        throw new InvocationError({ code: ErrorCode.deserialization_error, message })
      }
      // The check above established the type.
      return call(value as Infer<S>, context)
    },
  }
}

/** Input of a function that ignores it. */
export const anyInput: DeclaredObject<Members> = { ...object({}), schema: true }

/** Whether the lists leave out an id of the engine unless internals are requested. */
export function isInternalId(id: string): boolean {
  return id.startsWith(ENGINE_PREFIX) && !id.startsWith(`${ENGINE_PREFIX}queue::`)
}

type Entries = readonly (readonly [string, Declared<unknown, boolean>])[]

/**
 * Copies the declared members of an input, parsed, and returns what is wrong with them. Others are left out.
 * @throws {InvocationError} `MESSAGE_TOO_LARGE` when a member that has to be parsed is too expensive.
 */
function read(
  entries: Entries,
  input: Readonly<Record<string, unknown>>,
  value: Record<string, unknown>,
): string | undefined {
  for (const [key, type] of entries) {
    let member = input[key]
    if (type.alias !== undefined && Object.hasOwn(input, type.alias)) {
      if (member !== undefined) return `\`${key}\` and \`${type.alias}\` are two names of one member; pass one`
      member = input[type.alias]
    }
    if (member instanceof JsonText && type.staysText !== true) member = parsed(member)
    if (type.optional && (member === undefined || member === null)) value[key] = type.absent
    else if (type.accepts(member)) value[key] = member
    else return faultOf(key, type, member)
  }
  return undefined
}

/** What is wrong with a member, or with the first invalid one in it. */
function faultOf(path: string, type: Declared<unknown, boolean>, value: unknown): string {
  if (type.members !== undefined && isRecord(value)) {
    for (const [key, inner] of Object.entries(type.members)) {
      const member = value[key]
      if (inner.optional && (member === undefined || member === null)) continue
      if (!inner.accepts(member)) return faultOf(`${path}.${key}`, inner, member)
    }
  }
  return `member \`${path}\` must be ${type.expected}, got ${describe(value)}`
}

/** The declaration of a trigger type. */
export interface TriggerDeclaration<S extends Members> {
  readonly id: string
  readonly description: string
  /** The name under which lists show its provider. Default: that of the built-in. */
  readonly owner?: string
  /** The `config` of a binding; absent if it is ignored. */
  readonly config?: DeclaredObject<S>
  /** Schema of the payload of bound functions. */
  readonly request?: Declared<unknown>
  /** The result of bound functions. */
  readonly response?: Declared<unknown>
  /** Adds a binding. If it throws, the worker receives `trigger_registration_failed` with the message. */
  readonly bind: (binding: Binding, config: Infer<S>) => void
  readonly unbind: (binding: Binding) => void
}

/** A trigger type that refuses a binding whose config is invalid. An absent config counts as an empty one. */
export function triggerType<S extends Members>(declaration: TriggerDeclaration<S>): BuiltinTriggerType {
  const { config, request, response, bind, ...rest } = declaration
  return {
    ...rest,
    ...(config !== undefined && { configurationSchema: documentOf(config) }),
    ...(request !== undefined && { requestSchema: documentOf(request) }),
    ...(response !== undefined && { responseSchema: documentOf(response) }),
    bind(binding) {
      // A type without a declared config has no members that its `bind` could read.
      bind(binding, config === undefined ? ({} as Infer<S>) : readTriggerConfig(binding, config))
    },
  }
}

/**
 * The declared members of the config of a binding; an absent config counts as an empty one.
 * @throws {Error} naming the member, the value received and the accepted values.
 */
export function readTriggerConfig<S extends Members>(
  { triggerType: type, config }: Binding,
  { members }: DeclaredObject<S>,
): Infer<S> {
  const value: Record<string, unknown> = {}
  const given = config ?? {}
  if (!isRecord(given))
    throw new Error(`config of a trigger of type \`${type}\` must be an object, got ${describe(given)}`)
  const fault = read(Object.entries(members), given, value)
  if (fault !== undefined) throw new Error(`config of a trigger of type \`${type}\`: ${fault}`)
  // The check above established the type.
  return value as Infer<S>
}
