/**
 * Runs the numbered examples (`examples/NN-topic.ts`) one after another, each in its own process and with a fresh local
 * engine. An example fails unless it exits without help with code 0 and has printed something. Examples import the built
 * package, as users do, which also starts faster than its sources.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { startEngine } from '../src/engine/local-engine.js'
import ensureBuild from './ensure-build.js'

const LIMIT_MS = 60_000
const FOLDER = 'examples'
/** Without the aliases that lead to the sources. */
const TSX_TSCONFIG_PATH = 'scripts/tsconfig.examples.json'

interface Outcome {
  readonly output: string
  /** Why the example failed; absent when it passed. */
  readonly problem?: string
}

async function run(name: string): Promise<Outcome> {
  await using engine = await startEngine({ port: 0, httpPort: 0, streamPort: 0 })
  const child = spawn(process.execPath, ['--import', 'tsx', join(FOLDER, name)], {
    env: { ...process.env, TSX_TSCONFIG_PATH, III_URL: engine.url, EXAMPLE_HTTP_URL: engine.httpUrl },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  const [[code, signal], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    text(child.stdout),
    text(child.stderr),
  ])
  const output = stdout + stderr
  if (code === null) return { output, problem: `ended by ${String(signal)}; the limit is ${String(LIMIT_MS / 1000)} s` }
  if (code !== 0) return { output, problem: `exit code ${String(code)}` }
  return stdout.trim() === '' ? { output, problem: 'printed nothing' } : { output }
}

const wanted = process.argv.slice(2)
const examples = readdirSync(FOLDER)
  .filter((name) => /^\d\d-.+\.ts$/.test(name))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort()

ensureBuild()
let failed = 0
for (const name of examples) {
  const startedAt = performance.now()
  const { output, problem } = await run(name)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  if (problem === undefined) {
    console.log(`ok    ${name} (${seconds} s)`)
    continue
  }
  failed += 1
  console.log(`FAIL  ${name} (${seconds} s): ${problem}\n${output}`)
}

console.log(`examples: ${String(examples.length - failed)} of ${String(examples.length)} passed`)
if (examples.length === 0) console.error('no example found: expected files named examples/NN-topic.ts')
process.exitCode = failed > 0 || examples.length === 0 ? 1 : 0
