import { expect, test } from 'vitest'
import { createCounters } from '../../../../src/engine/counters.js'
import { screenOf } from '../../../../src/engine/access/origins.js'
import { silentLog } from '../../../../src/std/log.js'

const rules = { allowedOrigins: [], allowedHosts: ['engine.example'] }

/** The status that a request with these headers gets; `undefined` when it passes. */
function statusOf(host: string, servesPages: boolean, headers: Readonly<Record<string, string>>): number | undefined {
  const screen = screenOf({ host, origins: rules, servesPages }, { log: silentLog, counters: createCounters() })
  return screen(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])))?.status
}

test.each(['evil.example', 'evil.example:3113', 'localhost.evil.example', '', '127.0.0.1.evil.example'])(
  'a port of pages on loopback refuses a plain request to the host `%s`',
  (host) => {
    expect(statusOf('127.0.0.1', true, { host })).toBe(403)
    expect(statusOf('::1', true, { host })).toBe(403)
    expect(statusOf('localhost', true, { host })).toBe(403)
  },
)

test('a port of pages on loopback refuses a request without a host', () => {
  expect(statusOf('127.0.0.1', true, {})).toBe(403)
})

test.each([
  '127.0.0.1:3113',
  'localhost:3113',
  'a.localhost',
  '[::1]:3113',
  '192.0.2.7',
  'engine.example:3113',
  'LOCALHOST',
])('a port of pages on loopback answers a plain request to the trusted host `%s`', (host) => {
  expect(statusOf('127.0.0.1', true, { host })).toBeUndefined()
})

test('a trusted host does not let a foreign page in', () => {
  expect(statusOf('127.0.0.1', true, { host: 'localhost:3113', origin: 'https://evil.example' })).toBe(403)
  expect(statusOf('127.0.0.1', true, { host: 'localhost:3113', origin: 'http://localhost:5173' })).toBeUndefined()
})

test('other ports, and those that are not bound to loopback, answer programs under any host', () => {
  expect(statusOf('127.0.0.1', false, { host: 'engine:49134' })).toBeUndefined()
  expect(statusOf('0.0.0.0', true, { host: 'console:3113' })).toBeUndefined()
  expect(statusOf('127.0.0.1', false, { host: 'evil.example', 'sec-fetch-mode': 'websocket' })).toBe(403)
})
