/**
 * Checks that the code of a worker can be built, before its process is replaced: syntax, and imports of its own files.
 * Uses the compiler of `tsx` if it is installed, else Node.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { dirname, extname } from 'node:path'
import { findTsx, JAVASCRIPT, moduleProblem, TYPESCRIPT } from './script-runner.js'

/** The part of `esbuild` that is used. */
interface Compiler {
  build(options: object): Promise<unknown>
  formatMessages(messages: readonly Message[], options: object): Promise<string[]>
}

interface Message {
  readonly text: string
}

/** Why the worker cannot be built, with the lines of the source; `undefined` if it can. */
export async function buildProblem(file: string, changed: string): Promise<string | undefined> {
  const problem = moduleProblem(file)
  if (problem !== undefined) return problem
  const compiler = compilerOf(file)
  return compiler === undefined ? syntaxProblem(changed) : bundleProblem(compiler, file)
}

function compilerOf(file: string): Compiler | undefined {
  const tsx = findTsx(file)
  if (tsx === undefined) return undefined
  try {
    return createRequire(tsx)('esbuild') as Compiler
  } catch {
    return undefined
  }
}

async function bundleProblem(compiler: Compiler, file: string): Promise<string | undefined> {
  try {
    await compiler.build({
      entryPoints: [file],
      absWorkingDir: dirname(file),
      bundle: true,
      write: false,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    })
    return undefined
  } catch (error) {
    const { errors } = error as { readonly errors?: readonly Message[] }
    // Node may load files of other kinds, such as `.node` and `.wasm`.
    const own = (errors ?? []).filter(({ text }) => !text.startsWith('No loader is configured'))
    if (own.length === 0) return undefined
    return (await compiler.formatMessages(own, { kind: 'error', color: false })).join('').trimEnd()
  }
}

function syntaxProblem(file: string): Promise<string | undefined> | string | undefined {
  if (JAVASCRIPT.includes(extname(file))) return nodeProblem(file)
  return TYPESCRIPT.includes(extname(file)) ? stripProblem(file) : undefined
}

function nodeProblem(file: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--check', file], (error, _stdout, stderr) => {
      resolve(error === null ? undefined : stderr.split('\n    at ')[0]?.trimEnd())
    })
  })
}

/** Since Node 22.13. */
type StripTypes = (code: string) => string

function stripProblem(file: string): string | undefined {
  const { stripTypeScriptTypes: strip } = nodeModule as { readonly stripTypeScriptTypes?: StripTypes }
  try {
    strip?.(readFileSync(file, 'utf8'))
    return undefined
  } catch (error) {
    return `${file}: ${error instanceof Error ? error.message : String(error)}`
  }
}
