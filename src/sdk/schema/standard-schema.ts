/**
 * Standard Schema v1: the common interface through which zod, valibot, arktype and others validate values. Declared
 * here by structure, so that no schema library is imported. Only the member `~standard` of a schema is used.
 */

/** A schema of any library: accepts `Input`, returns `Output`. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** The members that every schema library provides. */
  readonly '~standard': {
    readonly version: 1
    /** The name of the library. */
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    /** Carries the two types; it has no value at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** The result of a validation. */
export type StandardResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] }

/** One reason why a value is invalid. */
export interface StandardIssue {
  /** What is wrong, in the words of the library. */
  readonly message: string
  /** The keys from the value's root to the wrong member; absent for the value as a whole. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type of values that a schema accepts, for senders. */
export type InferInput<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['input']

/** The type of values that a schema returns, for receivers. */
export type InferOutput<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['output']

/** The side of a schema: accepted or returned values. */
export type SchemaSide = 'input' | 'output'

/** Whether a value is a schema. Schemas of some libraries are functions. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const { '~standard': standard } = value as { readonly '~standard'?: unknown }
  if (typeof standard !== 'object' || standard === null) return false
  return typeof (standard as { readonly validate?: unknown }).validate === 'function'
}
