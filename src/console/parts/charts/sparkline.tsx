/** A figure with its course over the last minutes. */
import type { JSX } from 'preact'

export interface SparklineProps {
  readonly label: string
  readonly value: string
  readonly points: readonly number[]
  readonly isBad?: boolean
}

const WIDTH = 100
const HEIGHT = 32

export function Sparkline({ label, value, points, isBad = false }: SparklineProps): JSX.Element {
  const top = Math.max(1e-9, ...points)
  const step = WIDTH / Math.max(1, points.length - 1)
  const place = (point: number, index: number): string =>
    `${(index * step).toFixed(1)} ${(HEIGHT - 2 - (point / top) * (HEIGHT - 4)).toFixed(1)}`
  const course = points.map(place).join('L')
  return (
    <figure class={isBad ? 'spark bad' : 'spark'}>
      <figcaption class="dim">{label}</figcaption>
      <span class={isBad ? 'value red' : 'value'}>{value}</span>
      <svg viewBox={`0 0 ${String(WIDTH)} ${String(HEIGHT)}`} preserveAspectRatio="none" aria-hidden="true">
        {points.length > 1 && (
          <path class="area" d={`M${course}L${String(WIDTH)} ${String(HEIGHT)}L0 ${String(HEIGHT)}Z`} />
        )}
        {points.length > 1 && <path d={`M${course}`} />}
      </svg>
    </figure>
  )
}
