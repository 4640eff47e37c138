/**
 * A list of rows of equal height, of which only the visible ones exist. `j` and `k` move, `Enter` opens. While someone
 * reads further down, new rows wait until they are asked for.
 */
import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useCallback, useEffect, useRef } from 'preact/hooks'
import { useKey } from './keys.js'
import { navigate } from './router.js'

const ROW_PX = 28
/** Rows above and below the visible ones. */
const MARGIN = 12

export interface ListProps<T> {
  readonly label: string
  readonly rows: readonly T[]
  readonly idOf: (row: T) => string
  readonly hrefOf: (row: T) => string
  /** The grid of a row, and in a narrow list without its cells of the class `wide`. */
  readonly columns: string
  readonly narrow?: string
  readonly heads: readonly (readonly [text: string, className?: string])[]
  readonly render: (row: T) => ComponentChildren
  readonly selected?: string | undefined
  readonly classOf?: (row: T) => string
  /** Whether new rows come first, so that they would move what is being read. */
  readonly isLive?: boolean
  readonly empty: ComponentChildren
}

export function List<T>(props: ListProps<T>): JSX.Element {
  const { label, columns, narrow, heads, empty, selected, idOf, hrefOf } = props
  const box = useRef<HTMLDivElement>(null)
  const view = useSignal({ top: 0, height: 800 })
  const { rows, waiting, release } = useHeld(props, view.value.top > ROW_PX)
  useEffect(() => watchView(box.current, (next) => (view.value = next)), [view])
  const first = Math.max(0, Math.floor(view.value.top / ROW_PX) - MARGIN)
  const count = Math.ceil(view.value.height / ROW_PX) + 2 * MARGIN
  const at = rows.findIndex((row) => idOf(row) === selected)
  const move = useCallback(
    (by: number) => {
      const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)]
      if (next === undefined) return
      navigate(hrefOf(next))
      reveal(box.current, rows.indexOf(next))
    },
    [rows, at, hrefOf],
  )
  useKey(
    'j',
    useCallback(() => move(1), [move]),
  )
  useKey(
    'k',
    useCallback(() => move(-1), [move]),
  )
  const top = (): void => {
    release()
    box.current?.scrollTo({ top: 0 })
  }
  return (
    <>
      <div class="head" style={gridOf(columns, narrow)} aria-hidden="true">
        {heads.map(([text, className = '']) => (
          <span key={text} class={`cut ${className}`}>
            {text}
          </span>
        ))}
      </div>
      <div class="scroll" ref={box} tabIndex={0} role="region" aria-label={label}>
        {waiting > 0 && (
          <div class="held">
            <button onClick={top}>{waiting} new</button>
          </div>
        )}
        {rows.length === 0 && empty}
        <div class="lines" role="list" style={{ height: `${String(rows.length * ROW_PX)}px` }}>
          {rows.slice(first, first + count).map((row, index) => (
            <Row key={idOf(row)} props={props} row={row} index={first + index} />
          ))}
        </div>
      </div>
    </>
  )
}

/** The columns of a row, as the style sheet reads them. */
export function gridOf(columns: string, narrow = columns): Record<string, string> {
  return { '--columns': columns, '--narrow': narrow }
}

interface RowProps<T> {
  readonly props: ListProps<T>
  readonly row: T
  readonly index: number
}

function Row<T>({ props, row, index }: RowProps<T>): JSX.Element {
  const { idOf, hrefOf, columns, narrow, render, selected, classOf } = props
  const place = { position: 'absolute', left: 0, right: 0, top: `${String(index * ROW_PX)}px` } as const
  return (
    <div role="listitem" style={place}>
      <a
        class={`line ${classOf?.(row) ?? ''}`}
        href={hrefOf(row)}
        style={gridOf(columns, narrow)}
        aria-current={idOf(row) === selected ? 'true' : undefined}
      >
        {render(row)}
      </a>
    </div>
  )
}

interface Held<T> {
  readonly rows: readonly T[]
  readonly waiting: number
  readonly release: () => void
}

/** The rows that are shown: while the list is scrolled, those from when it left the top. */
function useHeld<T>({ rows, isLive = false, idOf }: ListProps<T>, isScrolled: boolean): Held<T> {
  const held = useRef<readonly T[] | undefined>(undefined)
  const first = held.current?.[0]
  if (!isLive || !isScrolled) held.current = undefined
  else held.current ??= rows
  const shown = held.current ?? rows
  const waiting = first === undefined || held.current === undefined ? 0 : newer(rows, idOf(first), idOf)
  const release = (): void => {
    held.current = undefined
  }
  return { rows: shown, waiting, release }
}

function newer<T>(rows: readonly T[], firstId: string, idOf: (row: T) => string): number {
  return Math.max(
    0,
    rows.findIndex((row) => idOf(row) === firstId),
  )
}

function watchView(box: HTMLDivElement | null, onView: (view: { top: number; height: number }) => void) {
  if (box === null) return undefined
  const read = (): void => onView({ top: box.scrollTop, height: box.clientHeight })
  const observer = new ResizeObserver(read)
  observer.observe(box)
  box.addEventListener('scroll', read, { passive: true })
  return () => {
    observer.disconnect()
    box.removeEventListener('scroll', read)
  }
}

function reveal(box: HTMLDivElement | null, index: number): void {
  if (box === null || index < 0) return
  const top = index * ROW_PX
  if (top < box.scrollTop) box.scrollTop = top
  else if (top + ROW_PX > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW_PX - box.clientHeight
}
