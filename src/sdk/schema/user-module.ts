/**
 * Modules that the user of this package may have installed, loaded when a schema calls for one and never before. Looked
 * for beside this package, then beside the program, then in the working directory.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** A module, or undefined when it is not installed. An installed one that fails to load throws. */
export function userModule(name: string): Record<string, unknown> | undefined {
  for (const place of [import.meta.url, process.argv[1], join(process.cwd(), 'package.json')]) {
    const found = place === undefined ? undefined : resolveFrom(place, name)
    if (found !== undefined) return found.load()
  }
  return undefined
}

function resolveFrom(place: string, name: string): { readonly load: () => Record<string, unknown> } | undefined {
  try {
    const requireFrom = createRequire(place)
    const file = requireFrom.resolve(name)
    return { load: () => requireFrom(file) as Record<string, unknown> }
  } catch {
    return undefined // Not there; the next place may have it.
  }
}
