/** Addresses of pages: the path of the page, without reloading. */
import { signal } from '@preact/signals'

interface Address {
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

function read(): Address {
  const parts = location.pathname.split('/').filter((part) => part !== '')
  return { path: parts.map(decoded), query: new URLSearchParams(location.search) }
}

/** An address that was typed may contain an invalid escape. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export const address = signal<Address>(read())

/** The address of a page from its parts, which may contain any character. */
export function to(...parts: readonly string[]): string {
  return `/${parts.map(encodeURIComponent).join('/')}`
}

export function navigate(href: string): void {
  if (href === location.pathname + location.search) return
  history.pushState(null, '', href)
  address.value = read()
}

/** Changes the query of the address without a step in the history. */
export function setQuery(name: string, value: string): void {
  const query = new URLSearchParams(location.search)
  if (value === '') query.delete(name)
  else query.set(name, value)
  const text = query.toString()
  history.replaceState(null, '', location.pathname + (text === '' ? '' : `?${text}`))
  address.value = read()
}

/** Follows links to pages, and the buttons of the browser. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    address.value = read()
  })
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link?.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return
    event.preventDefault()
    navigate(link.pathname + link.search)
  })
}
