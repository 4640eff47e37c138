/** What covers the page: finding anything by name, and the list of keys. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { connection, engine, useQuery } from '../engine/engine.js'
import { gridOf } from './list.js'
import { overlay } from './keys.js'
import { navigate, to } from './router.js'

interface Entry {
  readonly text: string
  readonly kind: string
  readonly href: string
}

const MAX_SHOWN = 12
const PAGES = [
  'Functions',
  'Traces',
  'Logs',
  'Queues',
  'Runs',
  'State',
  'Streams',
  'Triggers',
  'Channels',
  'Workers',
  'Metrics',
  'Flow',
]

export function Overlay(): JSX.Element | null {
  if (overlay.value === undefined) return null
  return overlay.value === 'palette' ? <Palette /> : <Keys />
}

function Sheet({ label, children }: { readonly label: string; readonly children: ComponentChildren }): JSX.Element {
  const close = (event: Event): void => {
    if (event.target === event.currentTarget) overlay.value = undefined
  }
  return (
    <div class="veil" onClick={close}>
      <div class="sheet" role="dialog" aria-modal="true" aria-label={label}>
        {children}
      </div>
    </div>
  )
}

function Palette(): JSX.Element {
  const text = useSignal('')
  const at = useSignal(0)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const found = useEntries(text.value.trim())
  const open = (entry: Entry | undefined): void => {
    if (entry === undefined) return
    overlay.value = undefined
    navigate(entry.href)
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') at.value = Math.min(at.value + 1, found.length - 1)
    else if (event.key === 'ArrowUp') at.value = Math.max(at.value - 1, 0)
    else if (event.key === 'Enter') open(found[at.value])
    else return
    event.preventDefault()
  }
  const type = (value: string): void => {
    text.value = value
    at.value = 0
  }
  return (
    <Sheet label="Find">
      <input
        ref={input}
        aria-label="Find a function, trace, state scope, queue or page"
        placeholder="Function, trace id, scope, queue or page"
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={press}
      />
      <div role="list">
        {found.map((entry, index) => (
          <div role="listitem" key={entry.href}>
            <a
              class="line"
              href={entry.href}
              style={gridOf('minmax(0,1fr) max-content')}
              aria-current={index === at.value ? 'true' : undefined}
              onClick={() => (overlay.value = undefined)}
            >
              <span class="cut mono">{entry.text}</span>
              <span class="dimmer">{entry.kind}</span>
            </a>
          </div>
        ))}
      </div>
    </Sheet>
  )
}

function useEntries(text: string): Entry[] {
  const { changes } = connection
  const functions = useQuery('functions', engine.functions, changes['engine::functions-available']).value ?? []
  const scopes = useQuery('scopes', engine.scopes, changes.trace).value ?? []
  const queues = useQuery('queues', engine.queues, changes.trace).value ?? []
  const all: Entry[] = [
    ...PAGES.map((name) => ({ text: name, kind: 'page', href: to(name.toLowerCase()) })),
    ...functions.map((row) => ({ text: row.function_id, kind: 'function', href: to('functions', row.function_id) })),
    ...queues.map(({ name }) => ({ text: name, kind: 'queue', href: to('queues', name) })),
    ...scopes.map((scope) => ({ text: scope, kind: 'state', href: to('state', scope) })),
  ]
  const wanted = text.toLowerCase()
  const found = all.filter((entry) => entry.text.toLowerCase().includes(wanted))
  const trace = /^[0-9a-f]{32}$/.test(wanted) ? [{ text: wanted, kind: 'trace', href: to('traces', wanted) }] : []
  return [...trace, ...found].slice(0, MAX_SHOWN)
}

const KEYS: readonly (readonly [string, string])[] = [
  ['⌘K or Ctrl K', 'find a function, trace, scope, queue or page'],
  ['/', 'search on this page'],
  ['j  k', 'next or previous row'],
  ['Enter', 'open the focused row'],
  ['Esc', 'close the detail, or leave a field'],
  ['r', 'run the shown call again with the same input'],
  ['e', 'edit the input, then run it'],
  ['g o', 'overview'],
  ['g f', 'functions'],
  ['g t', 'traces'],
  ['g l', 'logs'],
  ['g q', 'queues'],
  ['g u', 'runs of workflows'],
  ['g s', 'state'],
  ['g e', 'streams'],
  ['g r', 'triggers'],
  ['g w', 'workers'],
  ['g c', 'channels'],
  ['g m', 'metrics'],
  ['g d', 'flow (drawing)'],
  ['?', 'this list'],
]

function Keys(): JSX.Element {
  return (
    <Sheet label="Keys">
      <div class="keys">
        {KEYS.map(([key, text]) => (
          <>
            <span>
              <kbd>{key}</kbd>
            </span>
            <span>{text}</span>
          </>
        ))}
      </div>
    </Sheet>
  )
}
