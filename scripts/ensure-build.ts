/** Builds `dist/` if it is missing or older than its sources, so that `npm test` needs no build before it. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const INPUTS = [
  'src',
  'scripts/entries.ts',
  'scripts/write-commonjs.ts',
  'scripts/write-config-schema.ts',
  'tsup.config.ts',
  'tsup.console.config.ts',
  'tsconfig.json',
  'package.json',
]
/** Written last: declarations come after their code. */
const OUTPUT = 'dist/index.d.cts'

export default function ensureBuild(): void {
  if (isFresh()) return
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Whether `dist/` is built from the sources as they are. */
export function isFresh(): boolean {
  return existsSync(OUTPUT) && statSync(OUTPUT).mtimeMs > newestChange()
}

function newestChange(): number {
  return Math.max(...INPUTS.flatMap(filesUnder).map((file) => statSync(file).mtimeMs))
}

function filesUnder(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name))
}
