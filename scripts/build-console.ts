/** Builds the files of the console into `dist/console`, which takes a second, unless all of `dist/` is up to date. */
import { execFileSync } from 'node:child_process'
import { isFresh } from './ensure-build.js'

export default function buildConsole(): void {
  if (isFresh()) return
  execFileSync('npm', ['run', '--silent', 'build:console'], { stdio: ['ignore', 'ignore', 'inherit'] })
}
