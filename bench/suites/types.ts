/** The time of `iii-node types`: a process that reads 1,000 functions of a running engine and writes their types. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEngine } from 'iii-node/local-engine'
import { registerWorker } from 'iii-node'
import { contenders, type Contender } from '../contender.js'
import { interleave } from '../rounds.js'
import { seriesOf } from '../series.js'
import type { Figure, RunOptions } from '../suite.js'

const FUNCTIONS = 1_000

const schema = (at: number): Record<string, unknown> => ({
  type: 'object',
  properties: {
    id: { type: 'string', description: 'Unique' },
    [`member${String(at)}`]: { type: ['integer', 'null'] },
    lines: { type: 'array', items: { $ref: '#/definitions/Line' } },
  },
  required: ['id'],
  definitions: { Line: { type: 'object', properties: { sku: { type: 'string' }, quantity: { type: 'number' } } } },
})

/** From the launch of the process to its end. */
async function commandMs({ root }: Contender, url: string, file: string): Promise<number> {
  const startedAt = performance.now()
  const args = [join(root, 'dist/cli.js'), 'types', '--url', url, '--out', file]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'] })
  const [code] = (await once(child, 'exit')) as [number]
  if (code !== 0) throw new Error(`types ended with ${String(code)}`)
  return performance.now() - startedAt
}

export async function typesFigure(options: RunOptions): Promise<Figure> {
  const engine = await startEngine({ port: 0, httpPort: 0, streamPort: 0 })
  const worker = registerWorker(engine.url, { otel: { enabled: false } })
  const folder = await mkdtemp(join(tmpdir(), 'iii-node-types-'))
  try {
    for (let at = 0; at < FUNCTIONS; at += 1) {
      const format = schema(at)
      worker.registerFunction(`bench::f${String(at)}`, () => null, {
        request_format: format,
        response_format: format,
      })
    }
    await worker.ready()
    let run = 0
    const measured = await interleave(
      contenders(options, ['ours'], 'ours'),
      { rounds: options.rounds, warmUpRounds: 1 },
      (side) => commandMs(side, engine.url, join(folder, `${String((run += 1))}.d.ts`)),
    )
    return {
      name: 'iii-node types for 1,000 functions, from its launch',
      unit: 'ms',
      series: seriesOf(measured, (ms) => ms),
      goal: { of: 'ours', limit: 1_000, want: 'at most' },
    }
  } finally {
    await worker.shutdown()
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}
