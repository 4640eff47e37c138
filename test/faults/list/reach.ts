/** Engines far away: addresses, certificates and proxies (R41: what a worker survives). */
import type { Fault } from '../plant.js'

const dials = ['test/behaviour/several-addresses-and-fresh-headers.test.ts']
const far = ['test/behaviour/reaching-an-engine-far-away.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'each-metric-reads-all-of-the-engine',
    row: 'R44',
    file: 'src/console-server/engine-metrics.ts',
    symbol: 'engineMetrics',
    find: '(latest ??= stats())',
    replace: '(latest = stats())',
    tests: ['test/behaviour/probes-and-metrics-of-the-engine.test.ts'],
  },
  {
    name: 'a-failed-address-is-dialled-again-first',
    row: 'R41',
    file: 'src/sdk/connection/addresses.ts',
    symbol: 'Addresses.#next',
    find: 'this.#at + step + 1',
    replace: 'this.#at + step',
    tests: dials,
  },
  {
    name: 'refused-credentials-are-tried-at-full-speed',
    row: 'R41',
    file: 'src/sdk/connection/addresses.ts',
    symbol: 'Addresses.#failed',
    find: 'isRefused ? [REFUSED_BACKOFF, place.refusals] : [',
    replace: 'isRefused ? [this.#options.backoff, place.refusals] : [',
    tests: dials,
  },
  {
    name: 'certificates-are-read-once',
    row: 'R41',
    file: 'src/wire/transport/reach.ts',
    symbol: 'dialThrough',
    find: 'const tls = tlsOf()',
    replace: 'const tls = ((tlsOf as { kept?: object }).kept ??= tlsOf() ?? {})',
    tests: far,
  },
  {
    name: 'hanging-proxies-keep-their-socket',
    row: 'R41',
    file: 'src/wire/transport/proxy.ts',
    symbol: 'proxyAgent',
    find: 'release: () => ended.abort()',
    replace: 'release: () => undefined',
    tests: far,
  },
  {
    name: 'certificates-of-addresses-behind-a-proxy-are-checked-for-localhost',
    row: 'R41',
    file: 'src/wire/transport/tls-options.ts',
    symbol: 'namedFor',
    find: 'checkServerIdentity(host, certificate)',
    replace: "checkServerIdentity('localhost', certificate)",
    tests: far,
  },
]
