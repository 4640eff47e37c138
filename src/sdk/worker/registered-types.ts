/**
 * The types of an engine's functions, trigger types and streams that a program has declared, and what calls and triggers
 * make of them. Types alone: there is nothing here at run time.
 */
/* eslint-disable @typescript-eslint/no-generated-empty-object-type, @typescript-eslint/no-redundant-type-constituents --
   these types are empty as long as nothing is declared */
import type { EnqueueResult, TriggerAction, TriggerRequest } from './calls/trigger-request.js'
import type { TriggerConfigs } from './triggers/trigger-configs.js'
import type { RegisterTriggerInput } from './triggers/triggers.js'

/**
 * Declares what an engine has. `iii-node types` writes a file that adds these members:
 * - `functions`: the types `input` and `output` of each function, by its id
 * - `triggerTypes`: the types `config` and `request` of each trigger type, by its id
 * - `streams`: the type of the items of each stream, by its name
 * - `strict`: `true` makes an unknown function id a type error
 *
 * Add two members yourself for data that no schema describes:
 * - `streamItems`: the type of the items of a stream, by its name
 * - `stateValues`: the type of the values of a scope, by its name
 * @example
 * declare module 'iii-node' {
 *   interface Register {
 *     stateValues: { carts: { items: number } }
 *   }
 * }
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is filled by declaration merging
export interface Register {}

/** The types that `Register` declares under a member, by id or name; empty if the member is not declared. */
export type DeclaredMember<TName extends string> =
  Register extends Record<TName, infer Entries> ? Entries : Record<never, never>
/** The types `input` and `output` of each declared function, by its id. */
export type DeclaredFunctions = DeclaredMember<'functions'>
/** The types `config` and `request` of each declared trigger type, by its id. */
export type DeclaredTriggerTypes = DeclaredMember<'triggerTypes'>
/** The type of the items of each declared stream, by its name; `streamItems` overrides `streams`. */
export type DeclaredStreams = Omit<DeclaredMember<'streams'>, keyof DeclaredMember<'streamItems'>> &
  DeclaredMember<'streamItems'>
/** The type of the values of each declared scope, by its name. */
export type DeclaredStateValues = DeclaredMember<'stateValues'>

/** Ids of the declared functions. */
export type RegisteredFunction = keyof DeclaredFunctions & string
/** Ids of the declared trigger types. */
export type RegisteredTriggerType = keyof DeclaredTriggerTypes & string
/** Names of the declared streams. */
export type RegisteredStream = keyof DeclaredStreams & string
/** Scopes whose values have a declared type. */
export type RegisteredScope = keyof DeclaredStateValues & string

/** Input of a declared function. */
export type RegisteredInput<Id extends RegisteredFunction> = DeclaredFunctions[Id] extends { input: infer Input }
  ? Input
  : never
/** Output of a declared function. */
export type RegisteredOutput<Id extends RegisteredFunction> = DeclaredFunctions[Id] extends { output: infer Output }
  ? Output
  : never
/** Payload of functions bound to a declared trigger type. */
export type RegisteredRequest<Id extends RegisteredTriggerType> = DeclaredTriggerTypes[Id] extends {
  request: infer Request
}
  ? Request
  : never
/** The config of a declared trigger type; for types of the engine also as `BuiltinTrigger` writes it. */
export type RegisteredConfig<Id extends RegisteredTriggerType> =
  | (DeclaredTriggerTypes[Id] extends { config: infer Config } ? Config : never)
  | (Id extends keyof TriggerConfigs ? TriggerConfigs[Id] : never)
/** Item type of a declared stream. */
export type RegisteredItem<Name extends RegisteredStream> = NonNullable<DeclaredStreams[Name]>
/** Value type of a declared scope. */
export type RegisteredValue<Scope extends RegisteredScope> = DeclaredStateValues[Scope]

/** The member `payload` of a call of a declared function. It is optional if the payload may be an empty object. */
export type RegisteredPayload<Input> =
  Record<never, never> extends Input ? { payload?: Input | undefined } : { payload: Input }

/** A call of a declared function. */
export type RegisteredCall<Id extends RegisteredFunction, Action> = Omit<
  TriggerRequest,
  'function_id' | 'payload' | 'action'
> & {
  function_id: Id
  action?: Action | undefined
} & RegisteredPayload<RegisteredInput<Id>>

/** Result of a call of a declared function, by its action. */
export type RegisteredResult<Id extends RegisteredFunction, Action> = [Action] extends [{ type: 'enqueue' }]
  ? EnqueueResult
  : [Action] extends [{ type: 'void' }]
    ? undefined
    : [TriggerAction] extends [Action]
      ? RegisteredOutput<Id> | EnqueueResult | undefined
      : RegisteredOutput<Id>

/** A call that is not of a declared function. Without declared functions it is every call. */
export type UndeclaredCall<TInput, Id extends string> = Register extends { functions: unknown }
  ? TriggerRequest<TInput> & { function_id: UndeclaredFunctionId<Id> }
  : TriggerRequest<TInput>

/** An id in a call that names no types: that of a declared function is refused, since its payload did not fit. */
export type UndeclaredFunctionId<Id extends string> = string extends Id
  ? Id
  : Id extends RegisteredFunction
    ? { 'the payload does not fit the declared function': Id }
    : Register extends { strict: true }
      ? { 'no function with this id is declared': Id }
      : Id

/** A scope in a write that names no types: one whose values have a declared type is refused, since the value did not fit. */
export type UndeclaredScope<Scope extends string> = string extends Scope
  ? Scope
  : Scope extends RegisteredScope
    ? { 'the value does not fit the declared scope': Scope }
    : Scope

/** A binding to a declared trigger type. */
export type RegisteredTrigger<Id extends RegisteredTriggerType> = Omit<
  RegisterTriggerInput,
  'type' | 'config' | 'function_id'
> & {
  type: Id
  /** Editors complete the id from the declared functions; every other id is accepted. */
  function_id: [RegisteredFunction] extends [never] ? string : RegisteredFunction | (string & {})
  config: RegisteredConfig<Id>
}

/** A binding to a type that is not declared. Without declared types it is every binding. */
export type UndeclaredTrigger<Id extends string> = Register extends { triggerTypes: unknown }
  ? RegisterTriggerInput & { type: UndeclaredTriggerType<Id> }
  : RegisterTriggerInput

/** A trigger type in a binding that names no types: a declared one is refused, since its config did not fit. */
export type UndeclaredTriggerType<Id extends string> = string extends Id
  ? Id
  : Id extends RegisteredTriggerType
    ? { 'the config does not fit the declared trigger type': Id }
    : Id
