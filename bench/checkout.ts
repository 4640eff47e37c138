/** Builds another state of the repository for a measurement, under `temp/compare/`. It is kept for the next run. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compileInto } from './compile.js'
import { PROJECT } from './project.js'

/**
 * Builds a commit, branch or tag and returns its folder. It uses the dependencies installed here: the folder is inside
 * this checkout, so they are found.
 */
export function builtCheckout(ref: string): string {
  const commit = git('rev-parse', '--short=12', '--verify', `${ref}^{commit}`).toString().trim()
  const folder = join(PROJECT, 'temp/compare', commit)
  // Declarations are built last, so an interrupted build is repeated.
  if (!existsSync(join(folder, 'dist/index.d.cts'))) build(commit, folder)
  compileInto(folder)
  return folder
}

function build(commit: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-x', '-C', folder], { input: git('archive', commit) })
  // In an npm script, the commands of the installed dependencies are on the path.
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}

function git(...args: readonly string[]): Buffer {
  return execFileSync('git', args, { cwd: PROJECT, maxBuffer: 1024 ** 3 })
}
