/**
 * Addresses of an engine: `ws:`, `wss:`, `http:`, `https:`, and `ws+unix:` for a Unix domain socket, whose file and path
 * are separated by a colon: `ws+unix:/run/iii.sock:/otel`.
 */
const UNIX = 'ws+unix:'
const SCHEMES: readonly string[] = ['ws:', 'wss:', 'http:', 'https:', UNIX]

/** Whether a text is an address that a WebSocket can be dialled to. */
export function isEngineAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, host, pathname, hash } = new URL(text)
  if (!SCHEMES.includes(protocol) || hash !== '') return false
  return protocol === UNIX ? host === '' && pathname.startsWith('/') : host !== ''
}

/** Whether the connection to an address uses TLS. */
export function isSecureAddress(address: string): boolean {
  return /^(?:wss|https):/i.test(address)
}

/** Whether an address is that of a Unix domain socket. */
export function isUnixAddress(address: string): boolean {
  return address.toLowerCase().startsWith(UNIX)
}

/** An address with a suffix added to its path. The query stays behind the path. A path that ends with it stays the same. */
export function appendPath(address: string, suffix: string): URL {
  const url = new URL(address)
  const [file = '', ...path] = isUnixAddress(address) ? url.pathname.split(':') : ['', url.pathname]
  const given = path.join(':')
  const before = given.replace(/\/+$/, '')
  const whole = before.endsWith(suffix) ? given : `${before}${suffix}`
  url.pathname = isUnixAddress(address) ? `${file}:${whole}` : whole
  return url
}
