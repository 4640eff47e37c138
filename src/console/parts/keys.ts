/** Keyboard: single keys of the page that is open, `g` and a letter to go to a page, and keys of lists. */
import { signal } from '@preact/signals'
import { useLayoutEffect } from 'preact/hooks'
import { systemClock, type Timer } from '../../std/time/clock.js'
import { navigate } from './router.js'

/** What covers the page. */
export const overlay = signal<'palette' | 'keys' | undefined>(undefined)

/** Letter after `g` → path. */
const GO_TO: Readonly<Record<string, string>> = {
  o: '/',
  f: '/functions',
  t: '/traces',
  l: '/logs',
  q: '/queues',
  u: '/runs',
  s: '/state',
  r: '/triggers',
  e: '/streams',
  w: '/workers',
  c: '/channels',
  m: '/metrics',
  d: '/flow',
}

const GO_MS = 1_000

type Handler = (event: KeyboardEvent) => void
/** The latest handler of a key comes first. */
const handlers = new Map<string, Handler[]>()
let going: Timer | undefined

/** Handles a key while the component is shown: from the moment on in which it can be seen. */
export function useKey(key: string, handler: Handler | undefined): void {
  useLayoutEffect(() => {
    if (handler === undefined) return undefined
    handlers.set(key, [handler, ...(handlers.get(key) ?? [])])
    return () => {
      handlers.set(
        key,
        (handlers.get(key) ?? []).filter((one) => one !== handler),
      )
    }
  }, [key, handler])
}

export function startKeys(): void {
  addEventListener('keydown', (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key === 'k') {
      event.preventDefault()
      overlay.value = overlay.value === 'palette' ? undefined : 'palette'
    } else if (event.key === 'Escape') escape(event)
    else if (!event.metaKey && !event.ctrlKey && !event.altKey && !isTyping(event.target)) press(event)
  })
}

function escape(event: KeyboardEvent): void {
  if (overlay.value !== undefined) overlay.value = undefined
  else if (isTyping(event.target)) event.target.blur()
  else handlers.get('Escape')?.[0]?.(event)
}

function press(event: KeyboardEvent): void {
  if (overlay.value !== undefined) return
  const { key } = event
  if (going !== undefined) {
    going.cancel()
    going = undefined
    const path = GO_TO[key]
    if (path !== undefined) navigate(path)
  } else if (key === 'g') {
    going = systemClock.after(GO_MS, () => {
      going = undefined
    })
  } else if (key === '?') overlay.value = 'keys'
  else if (key === '/') {
    const search = document.querySelector<HTMLInputElement>('.search')
    if (search === null) return
    event.preventDefault()
    search.focus()
  } else handlers.get(key)?.[0]?.(event)
}

function isTyping(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}
