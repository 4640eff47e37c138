/** Another state of the repository, built and ready to be measured, under `temp/compare/`. Kept for the next time. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compileInto } from './compile.js'
import { PROJECT } from './project.js'

/**
 * Builds a commit, branch or tag and gives its folder. Dependencies are those installed here: the folder lies within
 * this checkout, so they are found from there.
 */
export function builtCheckout(ref: string): string {
  const commit = git('rev-parse', '--short=12', '--verify', `${ref}^{commit}`).toString().trim()
  const folder = join(PROJECT, 'temp/compare', commit)
  // Declarations come last, so a build that was interrupted is begun again.
  if (!existsSync(join(folder, 'dist/index.d.cts'))) build(commit, folder)
  compileInto(folder)
  return folder
}

function build(commit: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-x', '-C', folder], { input: git('archive', commit) })
  // Within npm, the commands of this checkout's dependencies are on the path.
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}

function git(...args: readonly string[]): Buffer {
  return execFileSync('git', args, { cwd: PROJECT, maxBuffer: 1024 ** 3 })
}
