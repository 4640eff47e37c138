/**
 * Loads a package when it is first needed: what a program never uses costs its start nothing. Synchronous, so that
 * whoever needs it need not wait. Where there is nothing to find, in a bundle of one file, the module is provided in
 * advance. Knows no package by name.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'

const provided = new Map<string, unknown>()
let requireFromHere: NodeJS.Require | undefined

/** Gives a module in advance: nobody looks for one of that name then. */
export function provideModule(name: string, module: unknown): void {
  provided.set(name, module)
}

/** The module of that name, as found from this package; the caller names its type, which only it can know. */
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

/** Bundled into CommonJS, this file does not know where it is: packages then are those of the program. */
function placeOfThisFile(): string {
  const place = import.meta.url as string | undefined
  return place ?? process.argv[1] ?? join(process.cwd(), 'package.json')
}
