import { expect, test } from 'vitest'
import { readInvocation } from '../../../../../src/engine/builtins/http-functions/invocation.js'

const env = { TOKEN: 't0k3n', EMPTY: '', BROKEN: 'a\nb' }
const url = 'https://example.com'

test('missing members have defaults, and no call may take longer than a minute', () => {
  expect(readInvocation({ url }, env)).toEqual({
    url,
    method: 'POST',
    timeoutMs: 30_000,
    headers: {},
    authorize: { type: 'none' },
  })
  expect(readInvocation({ url, timeout_ms: 999_999 }, env).timeoutMs).toBe(60_000)
})

test('secrets are read from the environment', () => {
  const auth = (given: object) => readInvocation({ url, auth: given }, env).authorize
  expect(auth({ type: 'bearer', token_key: 'TOKEN' })).toEqual({
    type: 'header',
    name: 'Authorization',
    value: 'Bearer t0k3n',
  })
  expect(auth({ type: 'api_key', header: 'x-key', value_key: 'TOKEN' })).toMatchObject({
    name: 'x-key',
    value: 't0k3n',
  })
  expect(auth({ type: 'hmac', secret_key: 'TOKEN' })).toEqual({ type: 'hmac', secret: 't0k3n' })
})

test.each([
  [{}, 'INVALID_ARGUMENTS'],
  [{ url: 5 }, 'INVALID_ARGUMENTS'],
  [{ url, method: 'TRACE' }, 'INVALID_ARGUMENTS'],
  [{ url, timeout_ms: 0 }, 'INVALID_ARGUMENTS'],
  [{ url, headers: { a: 1 } }, 'INVALID_ARGUMENTS'],
  [{ url, headers: { 'a b': 'x' } }, 'INVALID_ARGUMENTS'],
  [{ url, headers: { a: 'x\r\nb: y' } }, 'INVALID_ARGUMENTS'],
  [{ url, auth: {} }, 'INVALID_ARGUMENTS'],
  [{ url, auth: { type: 'basic' } }, 'INVALID_ARGUMENTS'],
  [{ url, auth: { type: 'bearer' } }, 'INVALID_ARGUMENTS'],
  [{ url, auth: { type: 'bearer', token_key: 'BROKEN' } }, 'INVALID_ARGUMENTS'],
  [{ url, auth: { type: 'bearer', token_key: 'MISSING' } }, 'token_not_found'],
  [{ url, auth: { type: 'hmac', secret_key: 'EMPTY' } }, 'secret_not_found'],
  [{ url, auth: { type: 'hmac', secret_key: 'constructor' } }, 'secret_not_found'],
  [{ url, auth: { type: 'api_key', header: 'x', value_key: 'MISSING' } }, 'api_key_not_found'],
])('%j is refused with %s, without showing a secret', (given, code) => {
  const refused = expect.objectContaining({
    code,
    message: expect.not.stringMatching(/t0k3n|a\nb/) as unknown,
  }) as Error
  expect(() => readInvocation(given, env)).toThrow(refused)
})
