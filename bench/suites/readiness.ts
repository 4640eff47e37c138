/** The time until an engine can be used: in the process of a test, and from the command line. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { contenders, type Contender } from '../contender.js'
import { MeasuredProcess } from '../measured-process.js'
import { profilerFlags } from '../profiler-flags.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import { percentile } from '../statistics.js'
import type { Suite } from '../suite.js'

const STARTS = 200
const MIN_LAUNCHES = 15

/** The 95th percentile of many starts in a new process, including the first. */
async function testEngineReadyMs({ root }: Contender): Promise<number> {
  await using process = await MeasuredProcess.start('engine-starts', [], root)
  return percentile(await process.tell<number[]>('start', STARTS), 0.95)
}

/** From the launch of the process to the line that reports the running engine. */
async function commandReadyMs({ root }: Contender): Promise<number> {
  const ports = ['--port', '--http-port', '--stream-port'].flatMap((port) => [port, '0'])
  const args = [...profilerFlags(['cli']), join(root, 'dist/cli.js'), 'engine', ...ports]
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  let text = ''
  let readyMs: number | undefined
  for await (const chunk of child.stdout) {
    text += String(chunk)
    if (readyMs !== undefined || !text.includes('Press Ctrl-C')) continue
    readyMs = performance.now() - startedAt
    child.kill('SIGTERM')
  }
  await ended
  if (readyMs === undefined) throw new Error(`The engine did not start: ${text}`)
  return readyMs
}

export const readiness: Suite = {
  id: 'p9',
  title: 'An engine is ready',
  async run(options) {
    const sides = contenders(options, ['ours'], 'ours')
    const rounds = { rounds: options.rounds, warmUpRounds: 0 }
    const inTests = await interleave(sides, rounds, testEngineReadyMs)
    const launches = { rounds: Math.max(options.rounds, MIN_LAUNCHES), warmUpRounds: 1 }
    const fromCommandLine = await interleave(sides, launches, commandReadyMs)
    return [
      {
        name: `createTestEngine(), 95th percentile of ${STARTS}`,
        unit: 'ms',
        series: seriesOf(inTests, (ms) => ms),
        goal: { of: 'ours', limit: 20, want: 'at most' },
      },
      {
        name: 'iii-node engine, from its launch',
        unit: 'ms',
        series: seriesOf(fromCommandLine, (ms) => ms),
        goal: { of: 'ours', limit: 250, want: 'at most' },
      },
    ]
  },
}
