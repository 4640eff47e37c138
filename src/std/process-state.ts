/**
 * State that all copies of this package in one process share: the ESM and the CommonJS build, or two installed copies.
 * It is stored on `globalThis` under a symbol of the global registry. The name contains a version: copies whose state
 * has another shape use another version and ignore each other.
 */

/** The state with a name such as `telemetry@1`, created on first use. */
export function processState<T extends object>(name: string, create: () => T): T {
  const key = Symbol.for(`iii-node.${name}`)
  const holder = globalThis as Record<symbol, unknown>
  // Only this package writes under its own symbol.
  return (holder[key] ??= create()) as T
}
