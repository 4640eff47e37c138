import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { proxyFromEnvironment } from '../../../../src/wire/transport/proxy.js'

beforeEach(() => {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, '')
    vi.stubEnv(name.toLowerCase(), '')
  }
})
afterEach(() => vi.unstubAllEnvs())

test.each([
  [{}, 'wss://a', undefined],
  [{ HTTPS_PROXY: 'http://s:1' }, 'wss://a', 'http://s:1/'],
  [{ HTTPS_PROXY: 'http://s:1' }, 'ws://a', undefined],
  [{ HTTP_PROXY: 'http://p:1' }, 'ws://a', 'http://p:1/'],
  [{ HTTP_PROXY: 'http://p:1' }, 'http://a', 'http://p:1/'],
  [{ ALL_PROXY: 'http://all:1' }, 'wss://a', 'http://all:1/'],
  [{ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, 'wss://a', 'http://lower:1/'],
  [{ HTTPS_PROXY: 'bare:3128' }, 'wss://a', 'http://bare:3128/'],
  [{ ALL_PROXY: 'http://all:1' }, 'ws+unix:/run/iii.sock', undefined],
])('with %j the proxy of %s is %s', (variables, address, expected) => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  expect(proxyFromEnvironment(address)?.href).toBe(expected)
})

test.each([
  ['*', 'wss://a', true],
  ['a', 'wss://a', true],
  ['A.Test', 'wss://a.test', true],
  ['a.test', 'wss://sub.a.test', true],
  ['.a.test', 'wss://sub.a.test', true],
  ['*.a.test', 'wss://sub.a.test', true],
  ['a.test', 'wss://ba.test', false],
  ['b, a', 'wss://a', true],
  ['b a', 'wss://a', true],
  ['a:443', 'wss://a', true],
  ['a:80', 'ws://a', true],
  ['a:444', 'wss://a', false],
  ['a:49134', 'ws://a:49134', true],
  ['10.0.0.0/8', 'ws://10.1.2.3', true],
  ['10.0.0.0/8', 'ws://11.1.2.3', false],
  ['10.0.0.0/99', 'ws://10.1.2.3', false],
  ['10.1.2.3', 'ws://10.1.2.3', true],
  ['10.1.2.3:80', 'ws://10.1.2.3', true],
  ['::1', 'ws://[::1]', true],
  ['[::1]:80', 'ws://[::1]:81', false],
  ['fd00::/8', 'ws://[fd12::1]', true],
  ['10.0.0.0/8', 'ws://[fd12::1]', false],
  ['localhost', 'ws://127.0.0.1', false],
  ['nonsense/x/y, ,', 'ws://127.0.0.1', false],
])('NO_PROXY=%s excepts %s: %s', (list, address, isExcepted) => {
  vi.stubEnv('ALL_PROXY', 'http://all:1')
  vi.stubEnv('NO_PROXY', list)
  expect(proxyFromEnvironment(address) === undefined).toBe(isExcepted)
})

test('a variable that does not name a proxy is an error without its credentials', () => {
  vi.stubEnv('HTTPS_PROXY', 'socks5://user:secret-word@p')
  const text = 'HTTPS_PROXY must be the http:// or https:// address of a proxy, got socks5://p'
  expect(() => proxyFromEnvironment('wss://a')).toThrow(text)
})
