/** The official packages as a test sees them: their published subpaths, each with the subpath of ours that replaces it. */
import { createRequire } from 'node:module'
import { libraryEntries } from '../../scripts/entries.js'

export interface ReplacedSubpath {
  /** As it is imported: `iii-sdk/stream`. */
  readonly theirs: string
  /** As it is published: `./stream`. */
  readonly ours: string
}

const require = createRequire(import.meta.url)

function subpathsOf(name: string, prefix: string): ReplacedSubpath[] {
  const { exports } = require(`../../node_modules/${name}/package.json`) as { exports: Record<string, unknown> }
  return Object.keys(exports).map((subpath) => ({
    theirs: `${name}${subpath.slice(1)}`,
    ours: subpath === '.' ? prefix : `${prefix}${subpath.slice(1)}`,
  }))
}

/** Every subpath that the official packages publish. */
export const replacedSubpaths: readonly ReplacedSubpath[] = [
  ...subpathsOf('iii-sdk', '.'),
  ...subpathsOf('@iii-dev/helpers', './helpers'),
]

/** Source file of a subpath of ours. */
export function sourceOf(subpath: string): string | undefined {
  return libraryEntries[subpath]
}
