/** A chart of values over time. Its library is loaded with the first chart, so other pages do not load it. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type UPlot from 'uplot'
import { clockTime } from './format.js'

export interface Series {
  readonly label: string
  /** One value for each time; `null` where there is none. */
  readonly values: readonly (number | null)[]
  readonly isBad?: boolean
}

export interface ChartProps {
  readonly title: string
  /** Seconds since 1970, ascending. */
  readonly times: readonly number[]
  /** At most six. */
  readonly series: readonly Series[]
  readonly format: (value: number) => string
}

const HEIGHT = 160
const AXIS_WIDTH = 72
const AXIS_HEIGHT = 28

export function Chart({ title, times, series, format }: ChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot | undefined>(undefined)
  const problem = useSignal('')
  const names = series.map(({ label }) => label).join('\n')
  const data = [times, ...series.map(({ values }) => values)] as UPlot.AlignedData
  const latest = useRef(data)
  latest.current = data
  useEffect(() => {
    const shown = startChart(box.current, { series, format }, (made) => {
      chart.current = made
      made.setData(latest.current)
    })
    shown.failed.then((text) => (problem.value = text), ignore)
    return () => {
      chart.current = undefined
      shown.stop()
    }
    // New values are set below; the chart is made again only for other series.
  }, [names])
  useEffect(() => chart.current?.setData(data), [data])
  return (
    <figure class="chart">
      <figcaption class="row flow">
        <strong>{title}</strong>
        {series.map(({ label, values, isBad }, index) => (
          <span key={label} class="row">
            <span class="swatch" style={{ background: `var(${colourOf(index, isBad)})` }} />
            <span class="dim">{label}</span>
            <span>{latestOf(values, format)}</span>
          </span>
        ))}
      </figcaption>
      <div ref={box} class="canvas" role="img" aria-label={`${title} over time`} />
      {problem.value !== '' && <p class="red">{problem.value}</p>}
    </figure>
  )
}

function ignore(): void {
  return undefined
}

function colourOf(index: number, isBad = false): string {
  return isBad ? '--red' : `--chart-${String((index % 6) + 1)}`
}

function latestOf(values: readonly (number | null)[], format: (value: number) => string): string {
  const value = values.findLast((one) => one !== null)
  return value === undefined ? '–' : format(value)
}

/** Minutes, and seconds where the axis has them. */
function clock(seconds: number): string {
  const text = clockTime(seconds * 1_000)
  return seconds % 60 === 0 ? text.slice(0, 5) : text.slice(0, 8)
}

type Look = Pick<ChartProps, 'series' | 'format'>

interface StartedChart {
  /** Resolves with the reason when the library cannot be loaded. */
  readonly failed: Promise<string>
  readonly stop: () => void
}

/** Makes the chart once the library is there, and again when the colours of the system change. */
function startChart(box: HTMLDivElement | null, look: Look, onMade: (chart: UPlot) => void): StartedChart {
  const scheme = matchMedia('(prefers-color-scheme: dark)')
  let chart: UPlot | undefined
  let isStopped = false
  let remake = ignore
  const resize = new ResizeObserver(() => chart?.setSize({ width: box?.clientWidth ?? 0, height: HEIGHT }))
  const failed = import('uplot').then(
    ({ default: Made }) => {
      if (isStopped || box === null) return ''
      remake = () => {
        chart?.destroy()
        chart = new Made(optionsOf(box.clientWidth, look), undefined, box)
        onMade(chart)
      }
      remake()
      scheme.addEventListener('change', remake)
      resize.observe(box)
      return ''
    },
    () => 'The chart could not be loaded. Load the page again.',
  )
  const stop = (): void => {
    isStopped = true
    scheme.removeEventListener('change', remake)
    resize.disconnect()
    chart?.destroy()
  }
  return { failed, stop }
}

function optionsOf(width: number, { series, format }: Look): UPlot.Options {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const axis: UPlot.Axis = {
    stroke: colour('--text-3'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: `11px ${colour('--sans')}`,
  }
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_, __, max) => [0, Math.max(max * 1.1, 1e-9)] } },
    axes: [
      { ...axis, size: AXIS_HEIGHT, values: (_, times) => times.map(clock) },
      { ...axis, size: AXIS_WIDTH, values: (_, values) => values.map(format) },
    ],
    series: [
      {},
      ...series.map(({ label, isBad }, index) => ({
        label,
        stroke: colour(colourOf(index, isBad)),
        width: 1.5,
        spanGaps: true,
        points: { show: true, size: 3 },
      })),
    ],
  }
}
