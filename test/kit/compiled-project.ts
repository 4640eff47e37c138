/**
 * Runs programs from compiled sources, which start in a quarter of the time that they take from TypeScript. The sources
 * and `test/kit/children` are compiled once; all test files share the result, in a folder named after their content.
 */
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'sucrase'
import ts from 'typescript'
import { Child, type ChildOptions } from './child.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Below the project, so that its dependencies are found. */
const PARENT = join(ROOT, 'temp', 'compiled')
const KIT = join('test', 'kit')
/** Folders to compile, and the files that the programs need beside them. */
const COMPILED = ['src', join(KIT, 'children'), join('examples', 'durable-order')]
const COMPILED_FILES = ['call-ledger', 'fast-clock', 'process-watch', 'seeded-random'].map((name) =>
  join(KIT, `${name}.ts`),
)

const KEPT_MS = 3_600_000

let compiled: string | undefined

/** Runs `iii-node` with arguments. */
export function runCli(args: readonly string[], options: ChildOptions = {}): Child {
  return run(join('src', 'cli', 'main.js'), args, options)
}

/** Runs a program of `test/kit/children`, by its name without the ending. */
export function runChild(
  name: string,
  args: readonly string[] = [],
  options: ChildOptions & { readonly nodeArgs?: readonly string[] } = {},
): Child {
  return run(join(KIT, 'children', `${name}.js`), args, options)
}

/** The same as a command with its arguments. */
export function childCommand(name: string): readonly string[] {
  return [process.execPath, join(compiledProject(), KIT, 'children', `${name}.js`)]
}

/** Runs TypeScript code that imports `iii-node`. `name` is that of its file, without the ending. */
export function runCode(name: string, code: string, options: ChildOptions = {}): Child {
  const file = join('code', `${name}.js`)
  // Sucrase does not know `using`.
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  write(compiledProject(), file, ts.transpileModule(code, { compilerOptions }).outputText)
  return run(file, [], options)
}

/** The compiled file of a source file, by its path from the root. */
export function compiledFile(source: string): string {
  return join(compiledProject(), source.replace(/\.ts$/, '.js'))
}

function run(
  file: string,
  args: readonly string[],
  { nodeArgs = [], ...options }: ChildOptions & { readonly nodeArgs?: readonly string[] },
): Child {
  return new Child(process.execPath, [...nodeArgs, join(compiledProject(), file), ...args], options)
}

function compiledProject(): string {
  compiled ??= compileOnce()
  return compiled
}

function compileOnce(): string {
  const sources = [...COMPILED.flatMap(filesOf), ...COMPILED_FILES].filter((file) => file.endsWith('.ts'))
  const texts = new Map(sources.sort().map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))
  const hash = createHash('sha256').update(readFileSync(import.meta.filename))
  for (const [file, text] of texts) hash.update(file).update(text)
  const folder = join(PARENT, hash.digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  removeOld()
  const draft = mkdtempSync(join(PARENT, 'draft-'))
  // The built files of the console, if they are there, and the documentation, which the command line searches.
  for (const name of ['dist', 'docs']) symlinkSync(join(ROOT, name), join(draft, name))
  for (const [file, text] of texts) write(draft, file.replace(/\.ts$/, '.js'), strip(text))
  try {
    renameSync(draft, folder)
  } catch (error) {
    // Another test file was first.
    rmSync(draft, { recursive: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

/** Removes results of earlier sources, unless a test may still run from them. */
function removeOld(): void {
  mkdirSync(PARENT, { recursive: true })
  for (const name of readdirSync(PARENT)) {
    const folder = join(PARENT, name)
    if (Date.now() - statSync(folder).mtimeMs > KEPT_MS) rmSync(folder, { recursive: true, force: true })
  }
}

/** Writes compiled code, with the sources in place of `iii-node`. */
function write(folder: string, file: string, code: string): void {
  const target = join(folder, file)
  mkdirSync(dirname(target), { recursive: true })
  const from = relative(dirname(target), join(folder, 'src'))
  const sources = from.startsWith('.') ? from : `./${from}`
  writeFileSync(
    target,
    code
      .replaceAll(/(from |import\()'iii-node'/g, `$1'${sources}/index.js'`)
      .replaceAll(/(from |import\()'iii-node\/([\w/-]+)'/g, `$1'${sources}/entry/$2.js'`),
  )
}

function strip(code: string): string {
  return transform(code, { transforms: ['typescript'], disableESTransforms: true }).code
}

function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file))
}
