/**
 * Runs programs from bundled sources, which start faster than TypeScript and than single files. The sources and
 * `test/kit/children` are bundled once; all test files share the result, in a folder named after their content.
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
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import type ts from 'typescript'
import { Child, type ChildOptions } from './child.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Below the project, so that its dependencies are found. */
const PARENT = join(ROOT, 'temp', 'compiled')
const KIT = join('test', 'kit')
/** What the bundle depends on. */
const INPUTS = ['src', KIT, join('examples', 'durable-order'), 'tsconfig.json']
/** What programs and the code of tests import; each shares its modules with the others. */
const ENTRIES = [join('src', 'index.ts'), join('src', 'cli', 'main.ts'), join('src', 'entry'), join(KIT, 'children')]

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
  // esbuild would have to be started for each. Loading the compiler takes a second, so only code that needs it does so.
  const { transpileModule, ModuleKind, ScriptTarget } = createRequire(import.meta.url)('typescript') as typeof ts
  const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2022 }
  const { outputText } = transpileModule(code, { compilerOptions })
  const target = join(compiledProject(), file)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(
    target,
    outputText
      .replaceAll(/(from |import\()'iii-node'/g, `$1'../src/index.js'`)
      .replaceAll(/(from |import\()'iii-node\/([\w/-]+)'/g, `$1'../src/entry/$2.js'`),
  )
  return run(file, [], options)
}

/** The bundle of an entry point, by the path of its source from the root. */
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
  const hash = createHash('sha256').update(readFileSync(import.meta.filename))
  for (const file of INPUTS.flatMap(filesUnder).sort()) hash.update(file).update(readFileSync(join(ROOT, file)))
  const folder = join(PARENT, hash.digest('hex').slice(0, 16))
  if (existsSync(folder)) return folder
  removeOld()
  const draft = mkdtempSync(join(PARENT, 'draft-'))
  bundleInto(draft)
  try {
    renameSync(draft, folder)
  } catch (error) {
    // Another test file was first.
    rmSync(draft, { recursive: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

function bundleInto(folder: string): void {
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES.flatMap(filesUnder).filter((file) => file.endsWith('.ts')),
    outdir: folder,
    outbase: ROOT,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  })
  // Beside the chunks, as beside those in `dist/`: the documentation, which the command line searches, and the files of
  // the console, if they are built.
  symlinkSync(join(ROOT, 'docs'), join(folder, 'docs'))
  symlinkSync(join(ROOT, 'dist'), join(folder, 'dist'))
  symlinkSync(join(ROOT, 'dist', 'console'), join(folder, 'chunks', 'console'))
}

/** Removes results of earlier sources, unless a test may still run from them. */
function removeOld(): void {
  mkdirSync(PARENT, { recursive: true })
  for (const name of readdirSync(PARENT)) {
    const folder = join(PARENT, name)
    if (Date.now() - statSync(folder).mtimeMs > KEPT_MS) rmSync(folder, { recursive: true, force: true })
  }
}

function filesUnder(path: string): readonly string[] {
  if (!statSync(join(ROOT, path)).isDirectory()) return [path]
  return readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
}
