/**
 * How Node runs a worker's file: JavaScript as it is, TypeScript through `tsx` where that is installed, else by Node
 * itself where it can.
 */
import { createRequire } from 'node:module'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from './command.js'

const JAVASCRIPT = ['.js', '.mjs', '.cjs']
const TYPESCRIPT = ['.ts', '.mts', '.cts']

/** What this Node can do with TypeScript on its own. */
export interface NodeAbilities {
  readonly version: string
  /** Runs TypeScript without being asked. */
  readonly stripsTypes: boolean
  /** Runs TypeScript with `--experimental-strip-types`. */
  readonly canStripTypes: boolean
}

function nodeAbilities(): NodeAbilities {
  const { typescript } = process.features as { readonly typescript?: unknown }
  return {
    version: process.version,
    stripsTypes: typeof typescript === 'string',
    canStripTypes: process.allowedNodeEnvironmentFlags.has('--experimental-strip-types'),
  }
}

/**
 * The arguments of Node that run a file, the file itself included.
 * @throws {UsageError} when this Node cannot run it.
 */
export function runnerArguments(file: string, abilities: NodeAbilities = nodeAbilities()): string[] {
  const extension = extname(file)
  if (JAVASCRIPT.includes(extension)) return [file]
  if (!TYPESCRIPT.includes(extension)) {
    throw new UsageError(`${file} is no worker: its name must end in ${[...TYPESCRIPT, ...JAVASCRIPT].join(', ')}`)
  }
  const tsx = findTsx(file)
  if (tsx !== undefined) return ['--import', tsx, file]
  if (abilities.stripsTypes) return [file]
  if (abilities.canStripTypes) return ['--experimental-strip-types', file]
  throw new UsageError(
    `${file} is TypeScript, which Node ${abilities.version} does not run by itself. ` +
      'Install tsx (`npm install --save-dev tsx`), or use Node 22.18 or later',
  )
}

/** The loader of `tsx`, seen from where the worker is. */
function findTsx(file: string): string | undefined {
  try {
    return pathToFileURL(createRequire(file).resolve('tsx')).href
  } catch {
    return undefined
  }
}
