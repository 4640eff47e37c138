/**
 * Determines how Node runs the file of a worker: JavaScript directly, TypeScript through `tsx` if installed, otherwise
 * through the type stripping of Node if it has any.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from '../command.js'

export const JAVASCRIPT = ['.js', '.mjs', '.cjs']
export const TYPESCRIPT = ['.ts', '.mts', '.cts']

/** What this version of Node can do with TypeScript. */
export interface NodeAbilities {
  readonly version: string
  /** Runs TypeScript by default. */
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
 * The arguments of Node that run a file, including the file.
 * @throws {UsageError} when this version of Node cannot run it.
 */
export function runnerArguments(file: string, abilities: NodeAbilities = nodeAbilities()): string[] {
  const extension = extname(file)
  if (JAVASCRIPT.includes(extension)) return [file]
  if (!TYPESCRIPT.includes(extension)) {
    throw new UsageError(
      `${file} is not a worker file: its name must end in ${[...TYPESCRIPT, ...JAVASCRIPT].join(', ')}`,
    )
  }
  const tsx = findTsx(file)
  if (tsx !== undefined) return ['--import', tsx, file]
  if (abilities.stripsTypes) return [file]
  if (abilities.canStripTypes) return ['--experimental-strip-types', file]
  throw new UsageError(
    `${file} is TypeScript, which Node ${abilities.version} cannot run without a loader. ` +
      'Install tsx (`npm install --save-dev tsx`), or use Node 22.18 or later',
  )
}

/** The loader of `tsx`, resolved from the folder of the worker. */
export function findTsx(file: string): string | undefined {
  try {
    return pathToFileURL(createRequire(file).resolve('tsx')).href
  } catch {
    return undefined
  }
}

/**
 * Why the file cannot run as the kind of module it is treated as. `tsx` runs TypeScript as CommonJS unless a
 * package.json says otherwise, and CommonJS has no top-level `await`. The compiler of `tsx` decides, so there are no
 * false positives.
 */
export function moduleProblem(file: string): string | undefined {
  const tsx = extname(file) === '.ts' ? findTsx(file) : undefined
  if (tsx === undefined) return undefined
  const manifest = nearestManifest(dirname(file))
  if (manifest?.type === 'module' || !hasTopLevelAwait(file, tsx)) return undefined
  const remedy =
    manifest === undefined
      ? `Create ${join(dirname(file), 'package.json')} with { "type": "module" }`
      : `Add "type": "module" to ${manifest.path}`
  const name = basename(file)
  return `${name} uses \`await\` outside of a function, which needs an ES module. ${remedy}, or rename the file to ${name.replace(/ts$/, 'mts')}`
}

function nearestManifest(folder: string): { readonly path: string; readonly type: unknown } | undefined {
  const path = join(folder, 'package.json')
  if (existsSync(path)) return { path, type: typeIn(path) }
  const parent = dirname(folder)
  return parent === folder ? undefined : nearestManifest(parent)
}

function typeIn(path: string): unknown {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { readonly type?: unknown } | null)?.type
  } catch {
    // Node itself reports an unreadable package.json.
    return undefined
  }
}

function hasTopLevelAwait(file: string, tsx: string): boolean {
  const code = readFileSync(file, 'utf8')
  if (!/\bawait\b/.test(code)) return false
  try {
    const esbuild = createRequire(tsx)('esbuild') as { transformSync(code: string, options: object): unknown }
    esbuild.transformSync(code, { loader: 'ts', format: 'cjs', logLevel: 'silent' })
  } catch (error) {
    return error instanceof Error && error.message.includes('Top-level await')
  }
  return false
}
