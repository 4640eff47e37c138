/**
 * Measures the cost of a call while an engine grows, one dimension at a time, as plots and tables.
 *
 * npm run bench:growth -- [--only functions,payload] [--rounds 7] [--no-build]
 *
 * Plots go to `bench/growth/`, tables to `bench/README.md`. Each point of a dimension has its own engine. All engines
 * are started first, and every round measures each once, so that drift of the machine does not look like growth.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './compile.js'
import { keepFigures } from './figure-store.js'
import { AXES, type Axis } from './growth-axes.js'
import { Group } from './group.js'
import { linePlot } from './line-plot.js'
import { readOptions } from './options.js'
import { PROJECT } from './project.js'
import { reportLines, summarise, type Summary } from './report.js'
import { interleave } from './rounds.js'
import { seriesOf } from './series.js'
import { Stage } from './stage.js'

const FOLDER = join(PROJECT, 'bench/growth')
const CALLS = 10_000
/** Large payloads take longer, so the bytes per round are limited. */
const MAX_BYTES = 64 * 1024 * 1024

const { only, rounds, ...options } = readOptions(process.argv.slice(2))
const axes = only.length === 0 ? AXES : AXES.filter(({ name }) => only.includes(name))
if (axes.length === 0) throw new Error(`There are ${AXES.map(({ name }) => name).join(', ')}`)

prepare(options)
mkdirSync(FOLDER, { recursive: true })
const summaries: Summary[] = []
for (const axis of axes) {
  const summary = await grow(axis)
  summaries.push(summary)
  writeFileSync(join(FOLDER, `${axis.name}.svg`), plotOf(axis, summary))
  console.log(`${reportLines(summary)}\n`)
}
await keepFigures(summaries)

async function grow({ name, unit, points, sizeAt }: Axis): Promise<Summary> {
  await using stages = await Group.start(points, (point) => Stage.start(String(point), sizeAt(point)))
  const results = await interleave(stages.list, { rounds }, (stage) => {
    const { payloadBytes } = sizeAt(Number(stage.label))
    return stage.run(Math.min(options.calls ?? CALLS, Math.floor(MAX_BYTES / payloadBytes)))
  })
  const base = String(points[0])
  return summarise({ id: name, title: unit }, [
    { name: 'engine', unit: 'µs', series: seriesOf(results, ({ engineUs }) => engineUs), base },
    { name: 'both ends', unit: 'µs', series: seriesOf(results, ({ endsUs }) => endsUs), base },
    { name: 'calls', unit: '/s', series: seriesOf(results, ({ callsPerSecond }) => callsPerSecond) },
  ])
}

function plotOf({ name, unit, points }: Axis, { figures }: Summary): string {
  const lines = figures.filter((figure) => figure.unit === 'µs')
  return linePlot({
    title: `CPU per call by ${name}`,
    xLabel: unit,
    yLabel: 'µs',
    points,
    lines: lines.map(({ name = '', sides }) => ({ name, values: sides.map(({ median }) => median) })),
  })
}
