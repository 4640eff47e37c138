/**
 * Checks that the code of workers can be built, before their processes are replaced: syntax, and imports of their own
 * files. Uses the compiler of `tsx` if it is installed, else Node. The compiler also finds which files a worker includes.
 */
import { execFile } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import nodeModule, { createRequire } from 'node:module'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { findTsx, JAVASCRIPT, moduleProblem, TYPESCRIPT } from './script-runner.js'

/** The part of `esbuild` that is used. */
interface Compiler {
  build(options: object): Promise<{ readonly metafile: { readonly inputs: object } }>
  formatMessages(messages: readonly Message[], options: object): Promise<string[]>
}

interface Message {
  readonly text: string
}

interface BuiltWorker {
  readonly file: string
  /** The folders whose changes restart the worker if no worker is known to include the changed file. */
  readonly folders: readonly string[]
}

/** The outcome of a build. */
interface Build {
  /** Why the worker cannot be built, with the lines of the source. */
  readonly problem?: string | undefined
  /** All own files of the worker; absent without a compiler. */
  readonly files?: ReadonlySet<string> | undefined
}

/** Whether a worker must restart: not without a reason. */
export interface ChangeCheck {
  readonly reason: string | undefined
  /** Why it cannot be built. */
  readonly problem?: string | undefined
}

/** The builds of all workers that run side by side. */
export class WorkerBuilds {
  readonly #workers: readonly BuiltWorker[]
  readonly #latest = new Map<BuiltWorker, Promise<Build>>()

  constructor(workers: readonly BuiltWorker[]) {
    this.#workers = workers
  }

  /** Builds a worker after these files have changed. */
  async check(file: string, changed: readonly string[]): Promise<ChangeCheck> {
    const worker = this.#workers.find((each) => each.file === file)
    if (worker === undefined) return { reason: undefined }
    const { problem, files } = await this.#build(worker, changed)
    if (this.#workers.length === 1) return { reason: reasonOf(changed.at(-1)), problem }
    const builds = await Promise.all(this.#workers.map((each) => this.#latest.get(each) ?? this.#build(each, changed)))
    const isCause = (path: string): boolean => {
      const real = realPathOf(path)
      if (files?.has(real) === true) return true
      // Packages may have changed, too.
      const isShared = basename(path) === 'package.json' || !builds.some((build) => build.files?.has(real))
      return (isShared || files === undefined) && worker.folders.some((folder) => path.startsWith(folder + sep))
    }
    return { reason: reasonOf(changed.findLast(isCause)), problem }
  }

  #build(worker: BuiltWorker, changed: readonly string[]): Promise<Build> {
    const before = this.#latest.get(worker)
    const build = buildOf(worker.file, changed).then(async ({ problem, files }) => {
      return { problem, files: files ?? (await before)?.files }
    })
    this.#latest.set(worker, build)
    return build
  }
}

function reasonOf(cause: string | undefined): string | undefined {
  return cause === undefined ? undefined : `${relative('.', cause)} has changed`
}

/** Links of the path are followed, as the compiler does. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // The file was removed.
    return dirname(path) === path ? path : join(realPathOf(dirname(path)), basename(path))
  }
}

async function buildOf(file: string, changed: readonly string[]): Promise<Build> {
  const problem = moduleProblem(file)
  if (problem !== undefined) return { problem }
  const compiler = compilerOf(file)
  return compiler === undefined ? { problem: await syntaxProblem(changed.at(-1) ?? file) } : bundle(compiler, file)
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

async function bundle(compiler: Compiler, file: string): Promise<Build> {
  const folder = dirname(file)
  try {
    const { metafile } = await compiler.build({
      entryPoints: [file],
      absWorkingDir: folder,
      bundle: true,
      write: false,
      metafile: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    })
    return { files: new Set(Object.keys(metafile.inputs).map((path) => realPathOf(resolve(folder, path)))) }
  } catch (error) {
    const { errors } = error as { readonly errors?: readonly Message[] }
    // Node may load files of other kinds, such as `.node` and `.wasm`.
    const own = (errors ?? []).filter(({ text }) => !text.startsWith('No loader is configured'))
    if (own.length === 0) return {}
    return { problem: (await compiler.formatMessages(own, { kind: 'error', color: false })).join('').trimEnd() }
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
