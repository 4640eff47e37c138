/**
 * Compiles the code of measured processes to plain JavaScript, file by file. A loader that compiles at run time would
 * be part of the measurement.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import ensureBuild from '../scripts/ensure-build.js'
import { PROJECT } from './project.js'

const SOURCES = fileURLToPath(new URL('./processes/', import.meta.url))
/** Inside the checkout, so that imports of the package by its name reach the checkout's own `dist/`. */
const OUTPUT = 'temp/bench'

/** The path of a compiled file of `processes/` that imports the package of a checkout. */
export function compiled(name: string, root = PROJECT): string {
  return join(root, OUTPUT, `${name}.js`)
}

/** Updates the measured processes, and `dist/` unless it is to be used unchanged. */
export function prepare({ build }: { readonly build: boolean }): void {
  if (build) ensureBuild()
  compileInto(PROJECT)
}

/** Compiles the measured processes into a checkout that is already built. */
export function compileInto(root: string): void {
  rmSync(join(root, OUTPUT), { recursive: true, force: true })
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  for (const file of files) {
    const target = compiled(file.replace(/\.ts$/, ''), root)
    mkdirSync(dirname(target), { recursive: true })
    const { outputText } = ts.transpileModule(readFileSync(join(SOURCES, file), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    })
    writeFileSync(target, outputText)
  }
}
