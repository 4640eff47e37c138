/**
 * Environment variables of the engine, and which of them clients may read by naming them in a value that they send.
 */

export type Environment = Readonly<Record<string, string | undefined>>

/** The variables that the operator listed; any other counts as unset. */
export function exposedVariables(env: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(names.map((name) => [name, Object.hasOwn(env, name) ? env[name] : undefined]))
}
