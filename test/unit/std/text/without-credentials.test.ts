import { expect, test } from 'vitest'
import { addressWithoutCredentials, withoutCredentials } from '../../../../src/std/text/without-credentials.js'

test.each([
  ['ws://h:1/otel', 'ws://h:1/otel'],
  ['ws://user:pass@h:1/x', 'ws://h:1/x'],
  ['wss://user@h', 'wss://h'],
  ['ws://a:b:c@@h/x', 'ws://h/x'],
  ['ws://h/x?token=1&y=2#z', 'ws://h/x#z'],
  ['ws://user:pass@h:99999999?token=1', 'ws://h:99999999'],
  ['cannot fetch http://u:p@h/x?k=1, or https://h/y?k=2', 'cannot fetch http://h/x or https://h/y'],
  ['"http://u:p@h/x?k=1" failed', '"http://h/x" failed'],
  ['mail me@h?now', 'mail me@h?now'],
  ['', ''],
])('%s is shown as %s', (text, shown) => {
  expect(withoutCredentials(text)).toBe(shown)
})

test.each(['a'.repeat(100_000), '://'.repeat(30_000), '://?'.repeat(30_000), `http://${'a'.repeat(100_000)}@`])(
  'a hostile text is handled quickly',
  (text) => {
    const startedAt = performance.now()
    withoutCredentials(text)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  },
)

test.each([
  ['//user:pass@host', 'host'],
  ['user:pass@host:99999999?token=1', 'host:99999999'],
  ['ftp://user:pa@ss@host/path?token=1#x', 'ftp://host/path'],
  ['ws://host/@x', 'ws://x'],
  ['nowhere', 'nowhere'],
])('the address %s is shown as %s', (address, shown) => {
  expect(addressWithoutCredentials(address)).toBe(shown)
})
