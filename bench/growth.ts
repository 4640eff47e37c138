/**
 * What a call costs while an engine grows, one direction after the other, as plots and as a table.
 *
 *     npm run bench:growth -- [--only functions,payload] [--rounds 3] [--no-build]
 *
 * Plots go to `bench/growth/`, the table to the standard output. Each point has an engine of its own, measured in turn
 * with its neighbours; the last point of `pending` alone takes a minute.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './compile.js'
import { AXES, type Axis } from './growth-axes.js'
import { linePlot } from './line-plot.js'
import { readOptions } from './options.js'
import { PROJECT } from './project.js'
import { Stage, type CallCost } from './stage.js'
import { median } from './statistics.js'

const FOLDER = join(PROJECT, 'bench/growth')
const CALLS = 10_000
/** Large payloads take longer: so many bytes per round at most. */
const MAX_BYTES = 128 * 1024 * 1024

const { only, rounds, ...options } = readOptions(process.argv.slice(2))
const axes = only.length === 0 ? AXES : AXES.filter(({ name }) => only.includes(name))
if (axes.length === 0) throw new Error(`There are ${AXES.map(({ name }) => name).join(', ')}`)

prepare(options)
mkdirSync(FOLDER, { recursive: true })
for (const axis of axes) {
  const costs: CallCost[] = []
  for (const point of axis.points) costs.push(await costAt(axis, point))
  writeFileSync(join(FOLDER, `${axis.name}.svg`), plotOf(axis, costs))
  console.log(`\n${tableOf(axis, costs)}`)
}

/** The median of several rounds, after one to warm up. */
async function costAt({ name, sizeAt }: Axis, point: number): Promise<CallCost> {
  const size = sizeAt(point)
  const calls = Math.min(options.calls ?? CALLS, Math.floor(MAX_BYTES / size.payloadBytes))
  await using stage = await Stage.start(`${name} ${point}`, size)
  const all: CallCost[] = []
  for (let round = 0; round <= rounds; round++) all.push(await stage.run(calls))
  const middle = (of: keyof CallCost): number => median(all.slice(1).map((cost) => cost[of]))
  return { engineUs: middle('engineUs'), endsUs: middle('endsUs'), callsPerSecond: middle('callsPerSecond') }
}

function plotOf({ name, unit, points }: Axis, costs: readonly CallCost[]): string {
  return linePlot({
    title: `CPU per call by ${name}`,
    xLabel: unit,
    yLabel: 'µs',
    points,
    lines: [
      { name: 'engine', values: costs.map(({ engineUs }) => engineUs) },
      { name: 'caller and worker', values: costs.map(({ endsUs }) => endsUs) },
    ],
  })
}

function tableOf({ unit, points }: Axis, costs: readonly CallCost[]): string {
  const rows = costs.map(({ engineUs, endsUs, callsPerSecond }, i) =>
    [points[i]?.toLocaleString('en'), engineUs.toFixed(1), endsUs.toFixed(1), callsPerSecond.toFixed(0)].join(' | '),
  )
  const head = `${unit} | engine, µs per call | both ends, µs per call | calls per second`
  return [head, '--- | --- | --- | ---', ...rows].map((row) => `| ${row} |`).join('\n')
}
