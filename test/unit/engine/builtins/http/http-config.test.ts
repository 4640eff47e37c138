import { expect, test } from 'vitest'
import { parseHttpConfig } from '../../../../../src/engine/builtins/http/http-config.js'
import { ErrorCode } from '../../../../../src/errors.js'

const defaults = {
  port: 3111,
  host: '0.0.0.0',
  defaultTimeoutMs: 30_000,
  concurrencyRequestLimit: 1024,
  bodyLimit: 16 * 1024 * 1024,
  cors: { allowedOrigins: 'any', allowsLoopback: false, allowedMethods: [] },
  middleware: [],
}

test.each([undefined, null, {}, { port: null, cors: null, middleware: null }])(
  'without settings (%j) the defaults hold',
  (config) => {
    expect(parseHttpConfig(config)).toEqual(defaults)
  },
)

test('every key is read, and middleware is put in the order of its priority', () => {
  const config = {
    port: 8080,
    host: '127.0.0.1',
    default_timeout: 5000,
    concurrency_request_limit: 10,
    cors: { allowed_origins: ['https://a.example'], allowed_methods: ['GET'] },
    middleware: [
      { function_id: 'last', priority: 20 },
      { function_id: 'first', phase: 'preHandler', priority: -1.5 },
      { function_id: 'second' },
      { function_id: 'third', priority: 0 },
    ],
  }
  expect(parseHttpConfig(config, { body_limit: 1000 })).toEqual({
    port: 8080,
    host: '127.0.0.1',
    defaultTimeoutMs: 5000,
    concurrencyRequestLimit: 10,
    bodyLimit: 1000,
    cors: { allowedOrigins: ['https://a.example'], allowsLoopback: false, allowedMethods: ['GET'] },
    middleware: ['first', 'second', 'third', 'last'],
  })
})

test('a port may be digits in quotes, as environment variables leave it', () => {
  expect(parseHttpConfig({ port: '8080' }).port).toBe(8080)
})

test.each([
  ['a list', [], 'iii-http must be an object, got an array of 0'],
  ['a word', 'on', 'iii-http must be an object'],
  ['an unknown key', { prot: 1 }, 'iii-http.prot (1) is not a known key; accepted: port, host, default_timeout'],
  [
    'a key named __proto__',
    JSON.parse('{"__proto__":{"port":1}}'),
    'iii-http.__proto__ (an object) is not a known key',
  ],
  ['a negative port', { port: -1 }, 'iii-http.port must be a port from 0 to 65535, got -1'],
  ['a port past the last', { port: 65_536 }, 'got 65536'],
  ['a port past the last in quotes', { port: '65536' }, 'got the string "65536"'],
  ['half a port', { port: 1.5 }, 'got 1.5'],
  ['a port in words', { port: 'http' }, 'got the string "http"'],
  ['an empty port', { port: '' }, 'got an empty string'],
  ['a blank host', { host: ' ' }, 'iii-http.host must be a string that is not blank'],
  ['a host of another kind', { host: 1 }, 'iii-http.host'],
  [
    'no time at all',
    { default_timeout: 0 },
    'iii-http.default_timeout must be a whole number from 1 to 2147483647, got 0',
  ],
  ['a time in words', { default_timeout: '30s' }, 'iii-http.default_timeout'],
  ['room for no request', { concurrency_request_limit: 0 }, 'iii-http.concurrency_request_limit'],
  ['cors as a switch', { cors: true }, 'iii-http.cors must be an object, got true'],
  ['an unknown key of cors', { cors: { origins: [] } }, 'iii-http.cors.origins'],
  ['one origin without a list', { cors: { allowed_origins: '*' } }, 'iii-http.cors.allowed_origins must be a list'],
  ['a method that is no string', { cors: { allowed_methods: [1] } }, 'iii-http.cors.allowed_methods'],
  [
    'middleware without a list',
    { middleware: 'auth' },
    'iii-http.middleware must be a list whose items are each an object, got the string "auth"',
  ],
  ['middleware by bare name', { middleware: ['auth'] }, 'iii-http.middleware.0 must be an object'],
  ['middleware without a function', { middleware: [{}] }, 'iii-http.middleware.0.function_id'],
  [
    'another phase',
    { middleware: [{ function_id: 'a' }, { function_id: 'b', phase: 'onError' }] },
    'iii-http.middleware.1.phase must be `preHandler`',
  ],
  ['a priority in words', { middleware: [{ function_id: 'a', priority: 'high' }] }, 'iii-http.middleware.0.priority'],
])('%s is refused by name', (_, config: unknown, message) => {
  expect(() => parseHttpConfig(config)).toThrow(
    expect.objectContaining({ code: ErrorCode.INVALID_CONFIG, message: expect.stringContaining(message) as string }),
  )
})
