/**
 * Runs every check of the repository and prints one line each. A failing step does not stop the others, so one run shows
 * all problems. Steps run side by side, except those that use all cores or measure time. `--skip=test` skips a step;
 * `--only=lint` runs only that one. With `REPORTS`, test steps write their results to that folder as JSON.
 */
import { spawn } from 'node:child_process'

/** Steps at a time: one more than the cores of a small machine, since many wait for browsers, programs and downloads. */
const LANES = 3

interface Step {
  /** An npm script. */
  readonly name: string
  /** Reads what another step writes. */
  readonly after?: string
  /** Uses all cores, or measures time. */
  readonly alone?: true
}

/**
 * In the order in which they start: the longest first, so that the others run beside it. `typecheck` compiles what
 * `test:types` does: a wrong type is an error in both.
 */
const STEPS: readonly Step[] = [
  { name: 'lint' },
  { name: 'build' },
  { name: 'test:interop' },
  { name: 'test:console', after: 'build' },
  { name: 'test:sim' },
  { name: 'typecheck' },
  { name: 'format:check' },
  { name: 'examples', after: 'build' },
  { name: 'api:check' },
  { name: 'test:browser' },
  { name: 'conformance' },
  { name: 'templates', after: 'build' },
  { name: 'knip' },
  { name: 'attw', after: 'build' },
  { name: 'publint', after: 'build' },
  { name: 'exports:check' },
  { name: 'test', alone: true },
  { name: 'test:processes', alone: true },
  { name: 'test:reliability', alone: true },
]

function named(flag: string): readonly string[] {
  const names = process.argv
    .filter((argument) => argument.startsWith(`--${flag}=`))
    .flatMap((argument) => argument.slice(flag.length + 3).split(','))
  const known = STEPS.map(({ name }) => name)
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`no such step: ${unknown.join(', ')}; the steps are ${known.join(', ')}`)
  return names
}

function reporters(name: string): readonly string[] {
  const folder = process.env['REPORTS']
  if (folder === undefined || !name.startsWith('test')) return []
  const file = `${folder}/${name.replace(':', '-')}.json`
  return ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
}

/** Runs a step; prints its output when it ends, so that outputs do not mix. */
function run({ name, alone }: Step): Promise<string> {
  const startedAt = performance.now()
  if (alone === true) console.log(`\n── ${name}`)
  return new Promise((resolve, reject) => {
    const stdio = alone === true ? 'inherit' : 'pipe'
    const child = spawn('npm', ['run', '--silent', name, ...reporters(name)], { stdio: ['ignore', stdio, stdio] })
    const output: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => output.push(chunk))
    child.once('error', reject)
    child.once('close', (code) => {
      if (alone !== true) console.log(`\n── ${name}`)
      process.stdout.write(Buffer.concat(output))
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      const line = `${code === 0 ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`
      console.log(line)
      resolve(line)
    })
  })
}

const skipped = named('skip')
const only = named('only')
const isWanted = ({ name }: Step): boolean => !skipped.includes(name) && (only.length === 0 || only.includes(name))

const lines = new Map(STEPS.map((step) => [step.name, `skip  ${step.name}`]))
const running = new Map<string, Promise<void>>()
for (const step of STEPS.filter(isWanted)) {
  while (running.size > 0 && (step.alone === true || running.size === LANES || running.has(step.after ?? ''))) {
    await Promise.race(running.values())
  }
  const over = run(step).then((line) => {
    lines.set(step.name, line)
    running.delete(step.name)
  })
  running.set(step.name, over)
  if (step.alone === true) await over
}
await Promise.all(running.values())

const failed = [...lines.values()].filter((line) => line.startsWith('FAIL')).length
console.log(`\nverify\n${[...lines.values()].join('\n')}`)
console.log(failed === 0 ? 'verify: all steps passed' : `verify: ${String(failed)} failed`)
process.exitCode = failed === 0 ? 0 : 1
