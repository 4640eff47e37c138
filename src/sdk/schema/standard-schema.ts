/**
 * Standard Schema v1: the one interface under which zod, valibot, arktype and others check values. Declared here by
 * structure, so that no schema library is imported; the invariant is that nothing but `~standard` is asked of a schema.
 */

/** A schema of any library: takes `Input`, gives `Output`. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** The members that every schema library provides. */
  readonly '~standard': {
    readonly version: 1
    /** The library's name. */
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    /** Carries the two types; there is no value. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a check says. */
export type StandardResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] }

/** One thing wrong with a value. */
export interface StandardIssue {
  /** What is wrong, in the words of the library. */
  readonly message: string
  /** The keys from the value's root to the wrong member; absent for the value as a whole. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a schema accepts: the type of those who send. */
export type InferInput<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['input']

/** What a schema gives: the type of those who receive. */
export type InferOutput<S extends StandardSchemaV1> = NonNullable<S['~standard']['types']>['output']

/** The side of a schema: what it accepts, or what it gives. */
export type SchemaSide = 'input' | 'output'

/** Whether a value is a schema. Some libraries make functions, so not only objects are. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const { '~standard': standard } = value as { readonly '~standard'?: unknown }
  if (typeof standard !== 'object' || standard === null) return false
  return typeof (standard as { readonly validate?: unknown }).validate === 'function'
}
