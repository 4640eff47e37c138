/** Builds the files of the console into `dist/console`, which takes a second, before the tests that look at them. */
import { execFileSync } from 'node:child_process'

export default function buildConsole(): void {
  execFileSync('npm', ['run', '--silent', 'build:console'], { stdio: ['ignore', 'ignore', 'inherit'] })
}
