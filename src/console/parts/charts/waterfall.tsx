/**
 * The spans of a trace on one time axis, indented by parent: the critical path is darker, errors are red with their
 * message, the time a job waited for its queue is dashed, and log records are marks.
 */
import type { JSX } from 'preact'
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks'
import type { LogRow, SpanNode } from '../../../wire/protocol/list-rows.js'
import {
  criticalPath,
  durationMs,
  failureOf,
  flatten,
  isFailed,
  logMs,
  startMs,
  type PlacedSpan,
} from '../../engine/span-facts.js'
import { Status } from '../basics.js'
import { duration, plural } from '../format.js'
import { placeOf, reveal, ROW_PX, useDrawn, useSeenRows } from '../list.js'

export interface WaterfallProps {
  readonly roots: readonly SpanNode[]
  readonly logs: readonly LogRow[]
  readonly selected?: string | undefined
  readonly onSelect: (spanId: string) => void
}

interface Axis {
  readonly fromMs: number
  readonly lengthMs: number
}

const INDENT_PX = 14
const MAX_INDENT = 10
/** Parts of the axis that have a time. */
const MARKS = 4
/** A child that starts this long after the end of its parent has waited. */
const WAIT_MS = 1
/** A bar of at least this share of the axis contains its message; beside a shorter one there is more room. */
const ROOM = 0.45

export function Waterfall({ roots, logs, selected, onSelect }: WaterfallProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const { first, count } = useSeenRows(box)
  const { placed, critical, axis } = useMemo(() => drawingOf(roots), [roots])
  const bySpan = useMemo(() => marksOf(logs), [logs])
  const chosen = selected === undefined ? -1 : placed.findIndex(({ span }) => span.span_id === selected)
  useEffect(() => reveal(box.current, chosen), [selected, chosen >= 0])
  const height = `${String(placed.length * ROW_PX)}px`
  const drawn = useDrawn<PlacedSpan>(
    useCallback(
      (one, index) => {
        const { span_id: id, pending } = one.span
        return (
          <div key={id} style={placeOf(index)}>
            <button class="span" aria-pressed={id === selected} onClick={() => onSelect(id)}>
              <Name placed={one} />
              <Track placed={one} axis={axis} isCritical={critical.has(id)} logs={bySpan.get(id) ?? []} />
              <span class="num">{pending === true ? 'running' : duration(durationMs(one.span))}</span>
            </button>
          </div>
        )
      },
      [axis, critical, bySpan, selected, onSelect],
    ),
  )
  return (
    <div class="fall">
      <div class="axis" aria-hidden="true">
        <span>{plural(placed.length, 'span')}</span>
        <span class="marks">
          {Array.from({ length: MARKS + 1 }, (_, index) => (
            <span key={index}>{duration((axis.lengthMs / MARKS) * index)}</span>
          ))}
        </span>
        <span class="num">Time</span>
      </div>
      <div class="spans" ref={box} tabIndex={0} role="region" aria-label="Spans">
        <div class="lines" style={{ height }}>
          {drawn([placed.slice(first, first + count), first])}
        </div>
      </div>
    </div>
  )
}

interface Drawing {
  readonly placed: readonly PlacedSpan[]
  readonly critical: ReadonlySet<string>
  readonly axis: Axis
}

function drawingOf(roots: readonly SpanNode[]): Drawing {
  const placed = flatten(roots)
  const critical = new Set<string>()
  for (const root of roots) for (const id of criticalPath(root)) critical.add(id)
  return { placed, critical, axis: axisOf(placed) }
}

function marksOf(logs: readonly LogRow[]): ReadonlyMap<string, readonly LogRow[]> {
  const bySpan = new Map<string, LogRow[]>()
  for (const row of logs) {
    const id = row.span_id ?? ''
    const own = bySpan.get(id)
    if (own === undefined) bySpan.set(id, [row])
    else own.push(row)
  }
  return bySpan
}

function axisOf(placed: readonly PlacedSpan[]): Axis {
  let [fromMs, toMs] = [Infinity, -Infinity]
  for (const { span } of placed) {
    fromMs = Math.min(fromMs, startMs(span))
    toMs = Math.max(toMs, startMs(span) + durationMs(span))
  }
  return { fromMs, lengthMs: Math.max(toMs - fromMs, 0.001) }
}

function Name({ placed: { span, depth } }: { readonly placed: PlacedSpan }): JSX.Element {
  const status = span.pending === true ? 'pending' : span.status
  return (
    <span class="row" style={{ paddingLeft: `${String(Math.min(depth, MAX_INDENT) * INDENT_PX + 4)}px` }}>
      <Status status={status} />
      <span class="cut mono" title={`${span.name} · ${span.service_name}`}>
        {span.name}
      </span>
    </span>
  )
}

interface TrackProps {
  readonly placed: PlacedSpan
  readonly axis: Axis
  readonly isCritical: boolean
  readonly logs: readonly LogRow[]
}

function Track({ placed: { span, parent }, axis, isCritical, logs }: TrackProps): JSX.Element {
  const share = (ms: number): number => Math.min(1, Math.max(0, (ms - axis.fromMs) / axis.lengthMs))
  const start = share(startMs(span))
  const end = span.pending === true ? 1 : share(startMs(span) + durationMs(span))
  const parentEnd = parent === undefined ? undefined : startMs(parent) + durationMs(parent)
  const hasWaited = parentEnd !== undefined && parent?.pending !== true && startMs(span) - parentEnd > WAIT_MS
  const kind = isFailed(span) ? 'error' : span.pending === true ? 'running' : isCritical ? 'critical' : ''
  const why = failureOf(span)?.message
  return (
    <span class="track">
      {hasWaited && (
        <span
          class="wait"
          title="Waited"
          style={{ left: percent(share(parentEnd)), width: percent(start - share(parentEnd)) }}
        />
      )}
      <span class={`piece ${kind}`} style={{ left: percent(Math.min(start, 0.995)), width: percent(end - start) }} />
      {logs.map((row, index) => (
        <span
          key={index}
          class={row.severity_number >= 13 ? 'tickmark bad' : 'tickmark'}
          title={row.body}
          style={{ left: percent(share(logMs(row))) }}
        />
      ))}
      {why !== undefined && <Why text={why} start={start} end={end} />}
    </span>
  )
}

/** The message of an error, in its bar or beside it. */
function Why({
  text,
  start,
  end,
}: {
  readonly text: string
  readonly start: number
  readonly end: number
}): JSX.Element {
  const isInside = end - start > ROOM
  const isLeft = !isInside && start > 1 - end
  const place = isInside
    ? { left: percent(start), maxWidth: percent(end - start) }
    : isLeft
      ? { right: percent(1 - start), maxWidth: percent(start) }
      : { left: percent(end), maxWidth: percent(1 - end) }
  return (
    <span class={isInside ? 'why inside' : 'why'} style={place} title={text}>
      {text}
    </span>
  )
}

function percent(share: number): string {
  return `${(Math.max(0, share) * 100).toFixed(3)}%`
}
