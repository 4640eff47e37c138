/**
 * State that all copies of this package in one process share: the ESM and the CommonJS build, or two installed copies.
 * It lives on `globalThis` under a symbol of the global registry. The name carries a version: copies whose state has
 * another shape use another version and ignore each other.
 */

/** The state of a name such as `telemetry@1`; made by the copy that asks first. */
export function processState<T extends object>(name: string, create: () => T): T {
  const key = Symbol.for(`iii-node.${name}`)
  const holder = globalThis as Record<symbol, unknown>
  // Only this package writes under its own symbol.
  return (holder[key] ??= create()) as T
}
