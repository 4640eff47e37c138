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

type Declared<TName extends string> = Register extends Record<TName, infer Entries> ? Entries : Record<never, never>
type Functions = Declared<'functions'>
type TriggerTypes = Declared<'triggerTypes'>
type Items = Declared<'streamItems'>
type Streams = Omit<Declared<'streams'>, keyof Items> & Items
type StateValues = Declared<'stateValues'>
type IsStrict = Register extends { strict: true } ? true : false

/** The ids of the declared functions. */
export type RegisteredFunction = keyof Functions & string
/** The ids of the declared trigger types. */
export type RegisteredTriggerType = keyof TriggerTypes & string
/** The names of the declared streams. */
export type RegisteredStream = keyof Streams & string
/** The scopes whose values have a declared type. */
export type RegisteredScope = keyof StateValues & string

/** What a declared function takes. */
export type RegisteredInput<Id extends RegisteredFunction> = Functions[Id] extends { input: infer Input }
  ? Input
  : never
/** What a declared function answers. */
export type RegisteredOutput<Id extends RegisteredFunction> = Functions[Id] extends { output: infer Output }
  ? Output
  : never
/** What functions bound to a declared trigger type receive. */
export type RegisteredRequest<Id extends RegisteredTriggerType> = TriggerTypes[Id] extends { request: infer Request }
  ? Request
  : never
/** The config of a declared trigger type; for types of the engine also as `BuiltinTrigger` writes it. */
export type RegisteredConfig<Id extends RegisteredTriggerType> =
  | (TriggerTypes[Id] extends { config: infer Config } ? Config : never)
  | (Id extends keyof TriggerConfigs ? TriggerConfigs[Id] : never)
/** The items of a declared stream. */
export type RegisteredItem<Name extends RegisteredStream> = NonNullable<Streams[Name]>
/** The values of a scope whose type is declared. */
export type RegisteredValue<Scope extends RegisteredScope> = StateValues[Scope]

/** A payload that may be an empty object may be left out. */
type PayloadMember<Input> = Record<never, never> extends Input ? { payload?: Input | undefined } : { payload: Input }

/** A call of a declared function. */
export type RegisteredCall<Id extends RegisteredFunction, Action> = Omit<
  TriggerRequest,
  'function_id' | 'payload' | 'action'
> & {
  function_id: Id
  action?: Action | undefined
} & PayloadMember<RegisteredInput<Id>>

/** What a call of a declared function resolves with, by its action. */
export type RegisteredResult<Id extends RegisteredFunction, Action> = [Action] extends [{ type: 'enqueue' }]
  ? EnqueueResult
  : [Action] extends [{ type: 'void' }]
    ? undefined
    : [TriggerAction] extends [Action]
      ? RegisteredOutput<Id> | EnqueueResult | undefined
      : RegisteredOutput<Id>

/** A call that is not of a declared function. Without declared functions it is every call. */
export type UndeclaredCall<TInput, Id extends string> = Register extends { functions: unknown }
  ? TriggerRequest<TInput> & { function_id: UndeclaredId<Id> }
  : TriggerRequest<TInput>

/** An id in a call that names no types: that of a declared function is refused, since its payload did not fit. */
type UndeclaredId<Id extends string> = string extends Id
  ? Id
  : Id extends RegisteredFunction
    ? { 'the payload does not fit the declared function': Id }
    : IsStrict extends true
      ? { 'no function with this id is declared': Id }
      : Id

/** A scope in a write that names no types: one whose values have a declared type is refused, since the value did not fit. */
export type UndeclaredScope<Scope extends string> = string extends Scope
  ? Scope
  : Scope extends RegisteredScope
    ? { 'the value does not fit the declared scope': Scope }
    : Scope

/** A function id that is completed from the declared ones; every other id is accepted. */
type AnyFunctionId = [RegisteredFunction] extends [never] ? string : RegisteredFunction | (string & {})

/** A binding to a declared trigger type. */
export type RegisteredTrigger<Id extends RegisteredTriggerType> = Omit<
  RegisterTriggerInput,
  'type' | 'config' | 'function_id'
> & {
  type: Id
  function_id: AnyFunctionId
  config: RegisteredConfig<Id>
}

/** A binding to a type that is not declared. Without declared types it is every binding. */
export type UndeclaredTrigger<Id extends string> = Register extends { triggerTypes: unknown }
  ? RegisterTriggerInput & { type: UndeclaredType<Id> }
  : RegisterTriggerInput

/** A trigger type in a binding that names no types: a declared one is refused, since its config did not fit. */
type UndeclaredType<Id extends string> = string extends Id
  ? Id
  : Id extends RegisteredTriggerType
    ? { 'the config does not fit the declared trigger type': Id }
    : Id
