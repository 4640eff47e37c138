/** A chart of values over time: the pointer shows the values at a time, and dragging over a part enlarges it. */
import { useSignal } from '@preact/signals'
import type { JSX, TargetedPointerEvent } from 'preact'
import { clockTime } from '../format.js'

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
  /** Whether the axis of values has powers of two, as bytes are counted. */
  readonly isBinary?: boolean
}

/** A part of the time axis, in seconds since 1970. */
interface Range {
  readonly from: number
  readonly to: number
}

/** Where the pointer is, and where it was pressed. */
interface Pointer {
  readonly at: number
  readonly pressedAt?: number | undefined
}

/** A shorter drag, as a share of the axis, is a click. */
const MIN_DRAG = 0.02

export function Chart({ title, times, series, format, isBinary = false }: ChartProps): JSX.Element {
  const zoom = useSignal<Range | undefined>(undefined)
  const pointer = useSignal<Pointer | undefined>(undefined)
  const range = rangeOf(times, zoom.value)
  const index = pointer.value === undefined ? -1 : nearest(times, pointer.value.at)
  const pointed = times[index]
  const timeAt = ({ currentTarget: area, clientX }: TargetedPointerEvent<HTMLElement>): number => {
    const { left, width } = area.getBoundingClientRect()
    return range.from + Math.min(1, Math.max(0, (clientX - left) / width)) * (range.to - range.from)
  }
  const release = (): void => {
    const dragged = draggedOver(pointer.value)
    if (dragged !== undefined && dragged.to - dragged.from > (range.to - range.from) * MIN_DRAG) zoom.value = dragged
    pointer.value = undefined
  }
  return (
    <figure class="chart">
      <figcaption class="row flow">
        <strong>{title}</strong>
        {series.map(({ label, values, isBad }, at) => (
          <span key={label} class="row">
            <span class="swatch" style={{ background: colourOf(at, isBad) }} />
            <span class="dim">{label}</span>
            <span>{text(pointed === undefined ? values.findLast((one) => one !== null) : values[index], format)}</span>
          </span>
        ))}
        {pointed !== undefined && <span class="dim">at {clock(pointed, 1)}</span>}
        {zoom.value !== undefined && <button onClick={() => (zoom.value = undefined)}>Show all</button>}
      </figcaption>
      <div class="canvas">
        <div
          class="plot"
          role="img"
          aria-label={`${title} over time`}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId)
            pointer.value = { at: timeAt(event), pressedAt: timeAt(event) }
          }}
          onPointerMove={(event) => (pointer.value = { ...pointer.value, at: timeAt(event) })}
          onPointerUp={release}
          onPointerCancel={() => (pointer.value = undefined)}
          onPointerLeave={() => (pointer.value = undefined)}
          onDblClick={() => (zoom.value = undefined)}
        >
          <Plot {...{ times, series, format, isBinary, range, index }} dragged={draggedOver(pointer.value)} />
        </div>
      </div>
    </figure>
  )
}

/** The part that was enlarged, until all of it is older than the values. */
function rangeOf(times: readonly number[], zoom: Range | undefined): Range {
  const [first = 0] = times
  if (zoom !== undefined && zoom.to > first) return zoom
  const last = times.at(-1) ?? first
  return last > first ? { from: first, to: last } : { from: first - 60, to: first + 60 }
}

function nearest(times: readonly number[], at: number): number {
  const distances = times.map((time) => Math.abs(time - at))
  return distances.indexOf(Math.min(...distances))
}

function draggedOver({ at, pressedAt = at }: Pointer = { at: 0 }): Range | undefined {
  return at === pressedAt ? undefined : { from: Math.min(at, pressedAt), to: Math.max(at, pressedAt) }
}

function colourOf(index: number, isBad = false): string {
  return isBad ? 'var(--red)' : `var(--chart-${String((index % 6) + 1)})`
}

function text(value: number | null | undefined, format: (value: number) => string): string {
  return value === undefined || value === null ? '–' : format(value)
}

/** Minutes, and seconds where the axis has them. */
function clock(seconds: number, step: number): string {
  return clockTime(seconds * 1_000).slice(0, step % 60 === 0 ? 5 : 8)
}

interface PlotProps extends Required<Omit<ChartProps, 'title'>> {
  readonly range: Range
  /** The time at the pointer; -1 for none. */
  readonly index: number
  readonly dragged: Range | undefined
}

/** The lines fill a box of 100 × 100, which is stretched; labels are beside it, since text must not be stretched. */
function Plot({ times, series, format, isBinary, range, index, dragged }: PlotProps): JSX.Element {
  const shown = times.flatMap((time, at) => (time >= range.from && time <= range.to ? [{ time, at }] : []))
  const top = Math.max(0, ...series.flatMap(({ values }) => shown.map(({ at }) => values[at] ?? 0))) * 1.1 || 1
  const x = (time: number): number => ((time - range.from) / (range.to - range.from)) * 100
  const y = (value: number): number => 100 - (value / top) * 100
  const everySeconds = secondsBetween(range)
  const marks = {
    times: shown.length === 0 ? [] : stepsOf(range, everySeconds),
    values: valuesUpTo(top, stepUpTo(top, isBinary), format),
  }
  const pointed = shown.find(({ at }) => at === index)
  return (
    <>
      <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
        <path class="grid" d={marks.values.map(({ value }) => `M0 ${fixed(y(value))}H100`).join('')} />
        <path class="grid" d={marks.times.map((time) => `M${fixed(x(time))} 0V100`).join('')} />
        {dragged !== undefined && <rect x={x(dragged.from)} width={x(dragged.to) - x(dragged.from)} height="100" />}
        {pointed !== undefined && <path class="pointed" d={`M${fixed(x(pointed.time))} 0V100`} />}
        {series.map(({ label, values, isBad }, line) => {
          const points = shown.flatMap(({ time, at }) => {
            const value = values[at] ?? undefined
            return value === undefined ? [] : [{ at, place: `${fixed(x(time))} ${fixed(y(value))}` }]
          })
          return (
            <g key={label} style={{ stroke: colourOf(line, isBad) }}>
              <path d={points.map(({ place }, nth) => `${nth === 0 ? 'M' : 'L'}${place}`).join('')} />
              <path class="points" d={points.map(({ place }) => `M${place}h0`).join('')} />
              <path
                class="points large"
                d={points.map(({ at, place }) => (at === index ? `M${place}h0` : '')).join('')}
              />
            </g>
          )
        })}
      </svg>
      {marks.values.map(({ value, label }) => (
        <span key={label} class="mark value" style={{ top: `${fixed(y(value))}%` }}>
          {label}
        </span>
      ))}
      {marks.times.map((time) => (
        <span key={time} class="mark" style={{ left: `${fixed(x(time))}%` }}>
          {clock(time, everySeconds)}
        </span>
      ))}
    </>
  )
}

function fixed(value: number): string {
  return value.toFixed(2)
}

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800]
const MAX_VALUES = 5

/** The step between marks. Fewer fit when they have seconds. */
function secondsBetween({ from, to }: Range): number {
  return SECONDS.find((step) => (to - from) / step <= (step % 60 === 0 ? 5 : 3)) ?? 3_600
}

function stepsOf({ from, to }: Range, step: number): number[] {
  const first = Math.ceil(from / step)
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, index) => (first + index) * step)
}

/** Round values of an axis that begins at zero; without those that are written like the one before. */
function valuesUpTo(top: number, step: number, format: (value: number) => string): { value: number; label: string }[] {
  return stepsOf({ from: 0, to: top }, step)
    .map((value) => ({ value, label: format(value) }))
    .filter(({ label }, index, all) => label !== all[index - 1]?.label)
}

/** A round number. */
function stepUpTo(top: number, isBinary: boolean): number {
  const least = top / MAX_VALUES
  if (isBinary) return 2 ** Math.ceil(Math.log2(least))
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power
}
