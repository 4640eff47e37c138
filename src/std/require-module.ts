/**
 * Loads a package when it is first needed: what a program never uses costs its start nothing. Synchronous, so that
 * whoever needs it need not wait. Knows no package by name.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'

let requireFromHere: NodeJS.Require | undefined

/** The module of that name, as found from this package; the caller names its type, which only it can know. */
export function requireModule(name: string): unknown {
  requireFromHere ??= createRequire(placeOfThisFile())
  return requireFromHere(name)
}

/** Bundled into CommonJS, this file does not know where it is: packages then are those of the program. */
function placeOfThisFile(): string {
  const place = import.meta.url as string | undefined
  return place ?? process.argv[1] ?? join(process.cwd(), 'package.json')
}
