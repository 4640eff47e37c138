/**
 * The command line from its sources, compiled once per test file: a process then starts in a third of the time, which
 * counts where a test starts hundreds.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll } from 'vitest'
import { Child, type ChildOptions } from './child.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let compiled: string | undefined

afterAll(() => {
  if (compiled !== undefined) rmSync(compiled, { recursive: true, force: true })
})

/** Runs `iii-node` with arguments. */
export function runCompiledCli(args: readonly string[], options: ChildOptions = {}): Child {
  compiled ??= compile()
  return new Child(process.execPath, [join(compiled, 'cli', 'main.js'), ...args], options)
}

function compile(): string {
  // Below the project, so that its dependencies are found.
  const parent = join(ROOT, 'temp')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'cli-'))
  const sources = join(ROOT, 'src')
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue
    const target = join(folder, file.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(target), { recursive: true })
    const text = readFileSync(join(sources, file), 'utf8')
    writeFileSync(target, ts.transpileModule(text, { compilerOptions: options }).outputText)
  }
  return folder
}
