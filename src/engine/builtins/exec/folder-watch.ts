/**
 * Watches a folder and its subfolders for changes of code, or of other files. Skips installed, generated, hidden (such as lock files of
 * editors) and ignored files. Changes in quick succession are reported as one.
 */
import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs'
import { basename, extname, join, relative } from 'node:path'
import { compileGlob } from '../../access/glob.js'
import { systemClock, type Timer } from '../../../std/time/clock.js'

const CODE = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']
const SKIPPED = ['node_modules', 'dist', 'build', 'coverage']
/** Maximum number of watched folders. Further ones are not watched. */
const MAX_FOLDERS = 2_000
/** Editors write a file in several steps, so a change is reported after this delay. */
const QUIET_MS = 50

export interface WatchOptions {
  /** Patterns for paths below the folder or names of files. `*` matches any text. */
  readonly ignored?: readonly string[]
  /** The whole path of one more file to ignore. */
  readonly ignoredFile?: string | undefined
  /** Patterns for paths below the folder of files to watch, in which `**` also matches folders. Default: code. */
  readonly watched?: readonly string[]
  /** Receives the files that changed, the latest one last. */
  readonly onChange: (files: readonly string[]) => void
}

export class FolderWatch {
  readonly #root: string
  readonly #onChange: WatchOptions['onChange']
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #ignored: readonly ((path: string) => boolean)[]
  readonly #ignoredFile: string | undefined
  readonly #isFile: (path: string) => boolean
  #timer: Timer | undefined
  /** Files that changed and have not been reported, in the order of their latest change. */
  readonly #changes = new Set<string>()

  /** Starts watching. */
  constructor(root: string, { ignored = [], ignoredFile, watched, onChange }: WatchOptions) {
    this.#root = root
    this.#ignoredFile = ignoredFile
    this.#ignored = ignored.map(compileGlob)
    const files = watched?.map(compilePathGlob)
    this.#isFile = files === undefined ? isCode : (path) => files.some((fits) => fits(this.#below(path)))
    this.#onChange = onChange
    this.#add(root)
  }

  close(): void {
    this.#timer?.cancel()
    for (const watcher of this.#watchers.values()) watcher.close()
    this.#watchers.clear()
  }

  #add(folder: string): void {
    if (this.#watchers.has(folder) || this.#watchers.size >= MAX_FOLDERS) return
    try {
      this.#watchers.set(folder, this.#watch(folder))
    } catch (error) {
      // A subfolder may have been removed or be unreadable. If the root folder fails, the error is thrown.
      if (folder === this.#root) throw error
      return
    }
    for (const child of childrenOf(folder)) if (isWatched(child) && !this.#isIgnored(child)) this.#add(child)
  }

  #watch(folder: string): FSWatcher {
    const watcher = watch(folder, (_event, name) => {
      if (name !== null) this.#changed(join(folder, name))
    })
    watcher.on('error', () => this.#remove(folder))
    return watcher
  }

  #remove(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  #isIgnored(path: string): boolean {
    if (path === this.#ignoredFile) return true
    const below = this.#below(path)
    return this.#ignored.some((matches) => matches(below) || matches(basename(path)))
  }

  /** The path from the watched folder, as patterns are written. */
  #below(path: string): string {
    return relative(this.#root, path).replaceAll('\\', '/')
  }

  #changed(path: string): void {
    if (this.#isIgnored(path)) return
    if (this.#isFile(path)) this.#report(path)
    else if (isWatched(path)) {
      this.#add(path)
      // The files in a new folder were created before it was watched.
      if (childrenOf(path).some(this.#isFile)) this.#report(path)
    } else this.#remove(path)
  }

  #report(file: string): void {
    this.#timer?.cancel()
    this.#changes.delete(file)
    this.#changes.add(file)
    this.#timer = systemClock.after(QUIET_MS, () => {
      const files = [...this.#changes]
      this.#changes.clear()
      this.#onChange(files)
    })
  }
}

// Two stars and a slash also match nothing, so that a pattern covers the files of its first folder.
function compilePathGlob(pattern: string): (path: string) => boolean {
  return compileGlob(pattern.replace(/^\.\//, '').replaceAll('**/', '*'))
}

/** Declaration files are not code: a program runs without them. */
function isCode(path: string): boolean {
  const name = basename(path)
  const isDeclaration = /\.d\.[cm]?ts$/.test(name)
  return (CODE.includes(extname(name)) && !name.startsWith('.') && !isDeclaration) || name === 'package.json'
}

function isWatched(path: string): boolean {
  const name = basename(path)
  const isSkipped = name.startsWith('.') || SKIPPED.includes(name)
  return !isSkipped && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

/** Entries of a folder; empty if it has been removed or is unreadable. */
function childrenOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return []
  }
}
