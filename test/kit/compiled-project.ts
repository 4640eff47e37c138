/**
 * Compiles the sources and the scripts of `test/kit/children` once per test file. A process then starts in a third of
 * the time, which matters for tests that start hundreds.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll } from 'vitest'
import { Child, type ChildOptions } from './child.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const KIT = join('test', 'kit')
/** Folders to compile, and the files that the scripts need beside them. */
const COMPILED = ['src', join(KIT, 'children')]
const COMPILED_FILES = ['call-ledger', 'fast-clock', 'process-watch'].map((name) => join(KIT, `${name}.ts`))

let compiled: string | undefined

afterAll(() => {
  if (compiled !== undefined) rmSync(compiled, { recursive: true, force: true })
})

/** Runs `iii-node` with arguments. */
export function runCompiledCli(args: readonly string[], options: ChildOptions = {}): Child {
  return run(join('src', 'cli', 'main.js'), args, options)
}

/** Runs a script of `test/kit/children`, by its name without the ending. */
export function runCompiledChild(name: string, args: readonly string[], nodeArgs: readonly string[] = []): Child {
  return run(join('test', 'kit', 'children', `${name}.js`), args, {}, nodeArgs)
}

/** The same as a command with its arguments. */
export function compiledChild(name: string): readonly string[] {
  compiled ??= compile()
  return [process.execPath, join(compiled, 'test', 'kit', 'children', `${name}.js`)]
}

function run(file: string, args: readonly string[], options: ChildOptions, nodeArgs: readonly string[] = []): Child {
  compiled ??= compile()
  return new Child(process.execPath, [...nodeArgs, join(compiled, file), ...args], options)
}

function compile(): string {
  // Below the project, so that its dependencies are found.
  const parent = join(ROOT, 'temp')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'compiled-'))
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  for (const file of [...COMPILED.flatMap(filesOf), ...COMPILED_FILES]) {
    if (!file.endsWith('.ts')) continue
    const target = join(folder, file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    const text = readFileSync(join(ROOT, file), 'utf8')
    writeFileSync(target, ts.transpileModule(text, { compilerOptions: options }).outputText)
  }
  return folder
}

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file))
}
