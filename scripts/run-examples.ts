/** Runs every numbered example (`examples/NN-topic.ts`) by itself; each has to end on its own, with exit code 0. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const LIMIT_MS = 60_000
const FOLDER = 'examples'

const wanted = process.argv.slice(2)
const examples = readdirSync(FOLDER)
  .filter((name) => /^\d\d-.+\.ts$/.test(name))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort()

let failed = 0
for (const name of examples) {
  const startedAt = performance.now()
  const run = spawnSync(process.execPath, ['--import', 'tsx', join(FOLDER, name)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  if (run.status === 0) {
    console.log(`ok    ${name} (${seconds} s)`)
    continue
  }
  failed += 1
  const why =
    run.status === null ? `ended by ${run.signal ?? 'an error'} after ${seconds} s` : `exit code ${run.status}`
  console.log(`FAIL  ${name}: ${why}\n${run.stdout}${run.stderr}`)
}

console.log(`examples: ${examples.length - failed} of ${examples.length} ended well`)
if (examples.length === 0) console.error('no example found: expected files named examples/NN-topic.ts')
process.exitCode = failed > 0 || examples.length === 0 ? 1 : 0
