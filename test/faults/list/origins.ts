/** Web pages that reach the engine, and what they read of it (R42). */
import type { Fault } from '../plant.js'

const pages = ['test/reliability/foreign-pages-are-refused.test.ts']
const bodies = ['test/regression/text-bodies-were-parsed-as-json.test.ts']

export const faults: readonly Fault[] = [
  {
    name: 'names-that-end-like-localhost-are-trusted',
    row: 'R42',
    file: 'src/engine/access/origins.ts',
    symbol: 'isLoopback',
    find: "host === 'localhost'",
    replace: "host.endsWith('localhost')",
    tests: pages,
  },
  {
    name: 'pages-of-the-same-host-need-no-trust',
    row: 'R42',
    file: 'src/engine/access/origins.ts',
    symbol: 'OriginPolicy.refusalOf',
    find: 'if (!this.#trusts(host)) return foreignHost(host)',
    replace: '',
    tests: pages,
  },
  {
    name: 'only-the-last-origin-counts',
    row: 'R42',
    file: 'src/engine/access/origins.ts',
    symbol: 'OriginPolicy.refusalOf',
    find: 'for (const each of origin) {',
    replace: 'for (const each of origin.slice(-1)) {',
    tests: pages,
  },
  {
    name: 'streams-are-open-to-every-page',
    row: 'R42',
    file: 'src/engine/builtins/stream/stream-server.ts',
    symbol: 'StreamServer.start',
    find: 'handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS, largeMessages, screen }',
    replace: 'handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS, largeMessages, ...(host === "" ? { screen } : {}) }',
    tests: pages,
  },
  {
    name: 'placeholders-read-the-whole-environment',
    row: 'R42',
    file: 'src/engine/builtins/configuration/configuration-builtin.ts',
    symbol: 'createConfigurationBuiltin',
    find: 'exposedVariables(env, exposeEnv)',
    replace: '(exposeEnv.length === 0 ? env : exposedVariables(env, exposeEnv))',
    tests: pages,
  },
  {
    name: 'text-that-mentions-json-is-parsed',
    row: 'R42',
    file: 'src/engine/builtins/http/request/request-body.ts',
    symbol: 'isJson',
    find: 'return JSON_MEDIA_TYPE.test(mediaType)',
    replace: "return JSON_MEDIA_TYPE.test(mediaType) || contentType?.includes('application/json') === true",
    tests: bodies,
  },
  {
    name: 'sockets-of-refused-clients-stay-open',
    row: 'R42',
    file: 'src/wire/transport/ws-accept.ts',
    symbol: 'refuse',
    find: "socket.once('finish', () => socket.destroy())",
    replace: "socket.once('finish', () => undefined)",
    tests: ['test/regression/refused-clients-kept-their-sockets.test.ts'],
  },
]
