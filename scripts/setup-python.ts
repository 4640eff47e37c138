/**
 * Creates the Python environment for the tests of other clients, once: `.venv-interop/<hash>/`, named after its
 * content, so that a changed requirement or interpreter creates a new one. Needs `python3` with `venv`. The newest
 * client is in a folder of its own, which a process that has it in `PYTHONPATH` uses instead of the pinned one.
 */
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

const FOLDER = '.venv-interop'
const REQUIREMENTS = 'test/interop/python/requirements.txt'
const NEWEST_REQUIREMENTS = 'test/interop/python/requirements-newest.txt'
const PYTHON = process.env['PYTHON'] ?? 'python3'
/** For each of the two steps; a step that takes longer hangs. */
const STEP_LIMIT_MS = 180_000

/** The result for the tests: the interpreter and the folder of the newest client, or why there is none. */
export type PythonSetup = { readonly python: string; readonly newest: string } | { readonly problem: string }

declare module 'vitest' {
  interface ProvidedContext {
    pythonSetup: PythonSetup
  }
}

/** On a failure, only the tests that need Python fail, with its reason; the others run. */
export default function provideSetup(project: TestProject): void {
  project.provide('pythonSetup', setupPython())
}

export function setupPython(): PythonSetup {
  try {
    const version = run(PYTHON, ['-c', 'import sys; print(sys.version)'])
    const content = [version, readFileSync(REQUIREMENTS), readFileSync(NEWEST_REQUIREMENTS)].join('\0')
    const hash = createHash('sha256').update(content).digest('hex').slice(0, 16)
    const folder = resolve(FOLDER, hash)
    if (!existsSync(folder)) install(folder)
    return { python: join(folder, 'bin', 'python'), newest: join(folder, 'newest') }
  } catch (error) {
    return { problem: `The Python environment for the interop tests could not be made. ${describe(error)}` }
  }
}

/** Created under another name first, so that simultaneous runs do not collide and the final name is always complete. */
function install(folder: string): void {
  const draft = `${folder}.${String(process.pid)}`
  mkdirSync(FOLDER, { recursive: true })
  try {
    run(PYTHON, ['-m', 'venv', draft])
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:']
    run(join(draft, 'bin', 'python'), [...pip, '--requirement', REQUIREMENTS])
    const beside = ['--no-deps', '--target', join(draft, 'newest')]
    run(join(draft, 'bin', 'python'), [...pip, ...beside, '--requirement', NEWEST_REQUIREMENTS])
    giveName(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** A simultaneous run has already created the same content. */
function giveName(draft: string, folder: string): void {
  try {
    renameSync(draft, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

function run(command: string, args: readonly string[]): string {
  const options: ExecFileSyncOptions = { timeout: STEP_LIMIT_MS, stdio: ['ignore', 'pipe', 'pipe'] }
  return execFileSync(command, args, { ...options, encoding: 'utf8' })
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT')
    return `There is no '${PYTHON}': install Python 3.11 or newer, with its venv module.`
  return error.message
}
