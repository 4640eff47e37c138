import { expect, test, vi } from 'vitest'
import {
  redact,
  redactAndTruncate,
  resolveMaxBytesFromEnv,
  safeStringify,
  shownPayload,
  tracesPayloads,
} from '../../../../../src/sdk/telemetry/trace/payload.js'

const CANARY = 'canary-7f3a'

const TELLING = [
  'api_key', 'apiKey', 'api-key', 'X-API-Key', 'password', 'userPassword', 'secret', 'client_secret', 'credential',
  'credentials', 'Authorization', 'proxy-authorization', 'auth_token', 'access_token', 'refresh_token', 'bearer',
  'private_key', 'token', 'TOKEN', 'csrf_token', 'x-amz-security-token', 'access_key', 'cookie', 'Set-Cookie',
  'accessToken', 'authToken', 'refreshToken', 'idToken', 'sessionToken', 'oauth2Token', 'clientSecret', 'privateKey',
  'accessKeyId', 'access-token', 'AccessToken', 'accessTokenValue',
] // prettier-ignore

test.each(TELLING)('the value under %s is replaced, at any depth', (key) => {
  const { json } = redactAndTruncate({ a: [{ [key]: CANARY }, { [key]: { deep: CANARY } }], keep: 1 })
  expect(json).not.toContain(CANARY)
  expect(JSON.parse(json)).toEqual({ a: [{ [key]: '[REDACTED]' }, { [key]: '[REDACTED]' }], keep: 1 })
  expect(JSON.stringify(redact({ [key]: CANARY }))).not.toContain(CANARY)
})

test.each(['tokens', 'tokenizer', 'mytoken', 'maxTokens', 'TOKENTokenizer', 'keyboard', 'monkey', 'author'])(
  'the value under %s stays',
  (key) => {
    expect(redactAndTruncate({ [key]: 1 }).json).toBe(JSON.stringify({ [key]: 1 }))
  },
)

test('redact returns a copy: the original keeps its secrets and its prototype key', () => {
  const original = JSON.parse('{"password":"x","list":[{"token":1}],"__proto__":{"a":1}}') as Record<string, unknown>
  const copy = redact(original) as Record<string, unknown>
  expect(original).toEqual(JSON.parse('{"password":"x","list":[{"token":1}],"__proto__":{"a":1}}'))
  expect(Object.keys(copy)).toEqual(['password', 'list', '__proto__'])
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
})

test('a secret that only appears through toJSON is replaced, too', () => {
  expect(redactAndTruncate({ config: { toJSON: () => ({ password: CANARY }) } }).json).not.toContain(CANARY)
})

test('a payload that is not JSON is shown up to the part that cannot be written', () => {
  const cyclic: Record<string, unknown> = { n: 1n, password: CANARY }
  cyclic['self'] = cyclic
  expect(JSON.parse(redactAndTruncate(cyclic).json)).toEqual({ n: '1', password: '[REDACTED]', self: '[Circular]' })
  expect(redactAndTruncate(undefined)).toEqual({ json: 'null', truncated: false })
  expect(redactAndTruncate(() => 1).json).toBe('null')
  const throwing = Object.defineProperty({}, 'x', { enumerable: true, get: () => { throw new Error('no') } }) // prettier-ignore
  expect(redactAndTruncate(throwing).json).toBe('"[unserializable]"')
})

test.each([0, 1, 5, 17, 18, 19, 20, 21, 22, 40, 100])(
  'a limit of %i bytes is kept and never splits a character',
  (max) => {
    const value = { text: 'aé€😀'.repeat(20) }
    const { json, truncated } = redactAndTruncate(value, max)
    expect(truncated).toBe(max > 0)
    if (max === 0) return
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(max)
    expect(json).not.toContain('\uFFFD')
    if (max > 18) expect(json.endsWith('..."[TRUNCATED]"')).toBe(true)
  },
)

test('a payload of many megabytes is named by its size in a span, with a limit or without', () => {
  const huge = { text: 'x'.repeat(5 * 1024 * 1024) }
  for (const limit of [null, 100]) {
    expect(shownPayload(huge, limit)).toEqual({ json: '"[5242891 characters, not shown]"', truncated: true })
  }
  expect(shownPayload({ a: 1, token: CANARY }, null)).toEqual({
    json: '{"a":1,"token":"[REDACTED]"}',
    truncated: false,
  })
})

test('a payload within its limit stays whole', () => {
  const json = '{"text":"é"}'
  expect(redactAndTruncate({ text: 'é' }, Buffer.byteLength(json))).toEqual({ json, truncated: false })
})

test.each([
  [undefined, null],
  ['', null],
  ['0', null],
  ['unlimited', null],
  ['Unlimited', null],
  ['-5', null],
  ['1.5', null],
  ['10x', null],
  [' 128 ', 128],
  ['4096', 4096],
] as const)('III_TRACE_PAYLOAD_MAX_BYTES=%s comes to %s', (text, bytes) => {
  // prettier-ignore
  vi.stubEnv('III_TRACE_PAYLOAD_MAX_BYTES', text)
  expect(resolveMaxBytesFromEnv()).toBe(bytes)
})

test.each([
  [undefined, true],
  ['', true],
  ['0', true],
  ['no', true],
  ['1', false],
  ['true', false],
  ['TRUE', false],
] as const)('III_DISABLE_TRACE_PAYLOADS=%s leaves payloads shown: %s', (text, shown) => {
  // prettier-ignore
  vi.stubEnv('III_DISABLE_TRACE_PAYLOADS', text)
  expect(tracesPayloads()).toBe(shown)
})

test('safeStringify writes an object that occurs twice both times, and a cycle once', () => {
  const shared = { a: 1 }
  expect(safeStringify({ x: shared, y: shared })).toBe('{"x":{"a":1},"y":{"a":1}}')
  const cycle: unknown[] = []
  cycle.push(cycle)
  expect(safeStringify(cycle)).toBe('["[Circular]"]')
  expect(safeStringify(undefined)).toBe('[unserializable]')
})
