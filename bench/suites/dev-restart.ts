/** A restart of `dev`: from saving the file of a worker until the new worker is ready. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { here } from '../contender.js'
import { PROJECT } from '../project.js'
import type { Suite } from '../suite.js'
import { until } from '../until.js'

const RESTARTS = 12
/** Between a restart and the next change. The process of the next restart starts meanwhile. */
const PAUSE_MS = 3_000

const workerCode = (version: number): string =>
  `
import { registerWorker } from 'iii-node'
const worker = registerWorker()
worker.registerFunction('version', () => ${String(version)})
await worker.ready()
console.log('version ${String(version)} is ready')
`.replace("'iii-node'", JSON.stringify(join(PROJECT, 'dist/index.js')))

async function restarts(): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-dev-'))
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(join(folder, 'package.json'), '{"type":"module"}')
  const file = join(folder, 'worker.mjs')
  await writeFile(file, workerCode(0))
  const ports = ['--port', '--http-port', '--stream-port', '--console-port'].flatMap((port) => [port, '0'])
  const child = spawn(process.execPath, [join(PROJECT, 'dist/cli.js'), 'dev', file, ...ports], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const said = (line: string) => () => Promise.resolve(text.includes(line))
  const readyMs: number[] = []
  try {
    await until('the worker', said('version 0 is ready'))
    for (let version = 1; version <= RESTARTS; version++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      const startedAt = performance.now()
      await writeFile(file, workerCode(version))
      await until('the next worker', said(`version ${String(version)} is ready`))
      readyMs.push(performance.now() - startedAt)
    }
    return readyMs
  } finally {
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
}

export const devRestart: Suite = {
  id: 'p17',
  title: 'A restart of dev',
  async run() {
    return [
      {
        name: 'from the save to a ready worker',
        unit: 'ms',
        series: [{ side: here('ours').label, values: await restarts() }],
        goal: { of: 'ours', limit: 400, want: 'at most' },
      },
    ]
  },
}
