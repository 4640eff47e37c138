/**
 * What one waits for while one writes code: a restart of `iii-node dev`, from the save of the worker's file until the
 * new worker is ready, and `iii-node types`.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { contenders, type Contender } from '../contender.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Figure, RunOptions, Suite } from '../suite.js'
import { typesFigure } from './types.js'

const MIN_RESTARTS = 12
/** Meanwhile the process of the next restart starts. `dev` takes changes sooner after a start for those of the worker. */
const REST_MS = 3_500
const PATIENCE_MS = 30_000
/** A unit of CPU time in `/proc`. */
const TICK_MS = 10

const worker = (version: number): string => `
import { registerWorker } from 'iii-node'

const iii = registerWorker()
iii.registerFunction('shop::version', () => ${String(version)})
iii.registerTrigger({ type: 'http', function_id: 'shop::version', config: { api_path: 'version', http_method: 'GET' } })
await iii.ready()
console.log('version ${String(version)} is ready')
`

interface Restart {
  readonly readyMs: number
  /** CPU of `dev`, of the old and of the new worker. */
  readonly cpuMs: number
}

/** `dev` in a new project that has a checkout as its package. */
class Dev implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'iii-node-dev-'))
  readonly #child: ChildProcessByStdio<null, Readable, null>
  #text = ''
  #version = 0

  constructor(root: string) {
    mkdirSync(join(this.#folder, 'node_modules'))
    symlinkSync(root, join(this.#folder, 'node_modules/iii-node'))
    symlinkSync(join(root, 'node_modules/tsx'), join(this.#folder, 'node_modules/tsx'))
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }')
    this.#save()
    const ports = ['--port', '--http-port', '--stream-port'].flatMap((port) => [port, '0'])
    this.#child = spawn(process.execPath, [join(root, 'dist/cli.js'), 'dev', this.#file, ...ports, '--no-console'], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    this.#child.stdout.on('data', (chunk) => {
      this.#text += String(chunk)
    })
  }

  get #file(): string {
    return join(this.#folder, 'worker.ts')
  }

  #save(): void {
    this.#version += 1
    writeFileSync(this.#file, worker(this.#version))
  }

  async ready(): Promise<void> {
    const line = `version ${String(this.#version)} is ready`
    const patience = AbortSignal.timeout(PATIENCE_MS)
    while (!this.#text.includes(line)) await once(this.#child.stdout, 'data', { signal: patience })
  }

  async restart(): Promise<Restart> {
    await sleep(REST_MS)
    const cpuBefore = cpuMs(this.#child.pid ?? 0)
    const savedAt = performance.now()
    this.#save()
    await this.ready()
    const readyMs = performance.now() - savedAt
    return { readyMs, cpuMs: cpuMs(this.#child.pid ?? 0) - cpuBefore }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGINT')
    if (this.#child.exitCode === null) await once(this.#child, 'exit')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** CPU of a process, of its children, and of those that have ended. */
function cpuMs(parent: number): number {
  const of = (pid: string): readonly number[] => {
    try {
      // After the name, which may contain spaces: state, parent, … user, system, user and system of ended children.
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').map(Number) ?? []
    } catch {
      return []
    }
  }
  const ticks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => ({ pid: Number(pid), stat: of(pid) }))
    .filter(({ pid, stat }) => pid === parent || stat[1] === parent)
    .flatMap(({ stat }) => stat.slice(11, 15))
  return ticks.reduce((sum, count) => sum + count, 0) * TICK_MS
}

async function restartFigures(options: RunOptions): Promise<Figure[]> {
  const sides = contenders(options, ['ours'], 'ours')
  const devs = new Map<Contender, Dev>(sides.map((side) => [side, new Dev(side.root)]))
  try {
    for (const dev of devs.values()) await dev.ready()
    const rounds = { rounds: Math.max(options.rounds, MIN_RESTARTS) }
    // eslint-disable-next-line @typescript-eslint/no-non-null-assertion -- made for each side above
    const measured = await interleave(sides, rounds, (side) => devs.get(side)!.restart())
    return [
      {
        name: 'a restart of iii-node dev, from the save to the ready worker',
        unit: 'ms',
        series: seriesOf(measured, ({ readyMs }) => readyMs),
        goal: { of: 'ours', limit: 400, want: 'at most' },
      },
      {
        name: 'a restart of iii-node dev, CPU of all its processes',
        unit: 'ms',
        series: seriesOf(measured, ({ cpuMs: ms }) => ms),
      },
    ]
  } finally {
    for (const dev of devs.values()) await dev[Symbol.asyncDispose]()
  }
}

export const devLoop: Suite = {
  id: 'p17',
  title: 'While one writes code',
  run: async (options) => [await typesFigure(options), ...(await restartFigures(options))],
}
