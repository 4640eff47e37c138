/**
 * Loads a package on first use, so that unused packages do not slow down the start. Synchronous, so that callers can
 * use it without waiting. In a bundle of one file, where packages cannot be found, modules are provided in advance.
 * Knows no package by name.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'

const provided = new Map<string, unknown>()
let requireFromHere: NodeJS.Require | undefined

/** Provides a module in advance, so that it is not looked up. */
export function provideModule(name: string, module: unknown): void {
  provided.set(name, module)
}

/** The module with a name, resolved from this package. The caller supplies its type. */
export function requireModule(name: string): unknown {
  if (provided.has(name)) return provided.get(name)
  requireFromHere ??= createRequire(placeOfThisFile())
  try {
    return requireFromHere(name)
  } catch (cause) {
    if ((cause as { code?: unknown } | null)?.code !== 'MODULE_NOT_FOUND') throw cause
    const text = `The package ${name} cannot be found. In a bundled program, add the line: import 'iii-node/bundle'`
    throw new Error(text, { cause })
  }
}

/** Bundled into CommonJS, this file has no URL: packages are then resolved from the program. */
function placeOfThisFile(): string {
  const place = import.meta.url as string | undefined
  return place ?? process.argv[1] ?? join(process.cwd(), 'package.json')
}
