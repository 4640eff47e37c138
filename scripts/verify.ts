/**
 * Runs every check of the repository, in order, and prints one line each. A failing step does not stop the others, so
 * one run shows all problems. `--skip=test` skips a step; `--only=lint` runs only that one.
 */
import { spawnSync } from 'node:child_process'

/** npm scripts; the cheapest and most likely to fail first. `build` comes before steps that read dist/. */
const STEPS = [
  'exports:check',
  'format:check',
  'typecheck',
  'lint',
  'build',
  'test',
  'test:processes',
  'test:reliability',
  'test:types',
  'test:browser',
  'test:console',
  'test:interop',
  'conformance',
  'examples',
  'knip',
  'publint',
  'attw',
  'api:check',
]

function named(flag: string): readonly string[] {
  const names = process.argv
    .filter((argument) => argument.startsWith(`--${flag}=`))
    .flatMap((argument) => argument.slice(flag.length + 3).split(','))
  const unknown = names.filter((name) => !STEPS.includes(name))
  if (unknown.length > 0) throw new Error(`no such step: ${unknown.join(', ')}; the steps are ${STEPS.join(', ')}`)
  return names
}

const skipped = named('skip')
const only = named('only')
const lines: string[] = []
let failed = 0

for (const step of STEPS) {
  if (skipped.includes(step) || (only.length > 0 && !only.includes(step))) {
    lines.push(`skip  ${step}`)
    continue
  }
  console.log(`\n── ${step}`)
  const startedAt = performance.now()
  const run = spawnSync('npm', ['run', '--silent', step], { stdio: ['ignore', 'inherit', 'inherit'] })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  if (run.status !== 0) failed += 1
  lines.push(`${run.status === 0 ? 'ok  ' : 'FAIL'}  ${step} (${seconds} s)`)
  console.log(lines.at(-1))
}

console.log(`\nverify\n${lines.join('\n')}`)
console.log(failed === 0 ? 'verify: all steps passed' : `verify: ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
