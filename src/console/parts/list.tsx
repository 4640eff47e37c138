/**
 * A list of rows of equal height, of which only the visible ones exist. `j` and `k` move, `Enter` opens. While someone
 * reads further down, new rows wait until they are asked for.
 */
import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks'
import { useKey } from './keys.js'
import { navigate } from './router.js'

export const ROW_PX = 28
/** Rows above and below the visible ones. */
const MARGIN = 12

/** The rows of a scrolled box that are seen, and some above and below. */
interface SeenRows {
  readonly first: number
  readonly count: number
  /** Whether the box is scrolled away from its top. */
  readonly isScrolled: boolean
}

/**
 * Follows the rows of `ROW_PX` that a box shows. The component is rendered again for other rows only. Scrolling must
 * not measure the box, since that would lay out the page in each frame.
 */
export function useSeenRows(box: { readonly current: HTMLDivElement | null }): SeenRows {
  const seen = useSignal<SeenRows>({ first: 0, count: 800 / ROW_PX + 2 * MARGIN, isScrolled: false })
  useEffect(
    () =>
      watchView(box.current, ({ top, height }) => {
        // In steps of the margin, so that most steps of scrolling render nothing.
        const first = Math.max(0, (Math.floor(top / ROW_PX / MARGIN) - 1) * MARGIN)
        const count = Math.ceil(height / ROW_PX / MARGIN + 3) * MARGIN
        const isScrolled = top > ROW_PX
        const before = seen.peek()
        if (before.first === first && before.count === count && before.isScrolled === isScrolled) return
        seen.value = { first, count, isScrolled }
      }),
    [seen],
  )
  return seen.value
}

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
  const { label, columns, narrow, heads, empty, selected, idOf, hrefOf, render, classOf } = props
  const box = useRef<HTMLDivElement>(null)
  const { first, count, isScrolled } = useSeenRows(box)
  const { rows, waiting, release } = useHeld(props, isScrolled)
  const drawn = useDrawn<T>(
    useCallback((row, index) => draw(props, row, index), [idOf, hrefOf, render, classOf, selected]),
  )
  const at = useMemo(
    () => (selected === undefined ? -1 : rows.findIndex((row) => idOf(row) === selected)),
    [rows, selected],
  )
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
        <div
          class="lines"
          role="list"
          style={{ ...gridOf(columns, narrow), height: `${String(rows.length * ROW_PX)}px` }}
        >
          {drawn([rows.slice(first, first + count), first])}
        </div>
      </div>
    </>
  )
}

/** The columns of a row, as the style sheet reads them. */
export function gridOf(columns: string, narrow = columns): Record<string, string> {
  return { '--columns': columns, '--narrow': narrow }
}

/** The rows of a list that exist, from the first one. */
type SomeRows<T> = readonly [rows: readonly T[], first: number]

/**
 * Draws a row once while it is seen, unless the drawing function changes: a step of scrolling draws the new rows alone.
 */
export function useDrawn<T>(draw: (row: T, index: number) => JSX.Element): (some: SomeRows<T>) => JSX.Element[] {
  const before = useRef({ draw, lines: new Map<number, { readonly row: T; readonly line: JSX.Element }>() })
  return ([rows, first]) => {
    const known = before.current.draw === draw ? before.current.lines : undefined
    const lines: typeof before.current.lines = new Map()
    rows.forEach((row, at) => {
      const index = first + at
      const same = known?.get(index)
      lines.set(index, same?.row === row ? same : { row, line: draw(row, index) })
    })
    before.current = { draw, lines }
    return Array.from(lines.values(), ({ line }) => line)
  }
}

/** The place of a row in its list. */
export function placeOf(index: number): { top: string } {
  return { top: `${String(index * ROW_PX)}px` }
}

function draw<T>(props: ListProps<T>, row: T, index: number): JSX.Element {
  const { idOf, hrefOf, render, selected, classOf } = props
  const id = idOf(row)
  return (
    <div key={id} role="listitem" style={placeOf(index)}>
      <a class={`line ${classOf?.(row) ?? ''}`} href={hrefOf(row)} aria-current={id === selected ? 'true' : undefined}>
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
  let height = 0
  const read = (): void => onView({ top: box.scrollTop, height })
  const observer = new ResizeObserver(([entry]) => {
    height = entry?.contentRect.height ?? height
    read()
  })
  observer.observe(box)
  // The browser fires this once in a frame.
  box.addEventListener('scroll', read, { passive: true })
  return () => {
    observer.disconnect()
    box.removeEventListener('scroll', read)
  }
}

/** Scrolls a box as little as it takes to show a row. */
export function reveal(box: HTMLDivElement | null, index: number): void {
  if (box === null || index < 0) return
  const top = index * ROW_PX
  if (top < box.scrollTop) box.scrollTop = top
  else if (top + ROW_PX > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW_PX - box.clientHeight
}
