/** The host of a URL for a listener: an address a client on this machine can use, also where it listens on all. */
export function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
