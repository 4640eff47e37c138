import { expect, test } from 'vitest'
import { answerFrom, failed } from '../../../../../../src/engine/builtins/http/answer/answer.js'
import { InvocationError } from '../../../../../../src/errors.js'
import { seededRandom } from '../../../../../kit/seeded-random.js'

const JSON_TYPE = 'application/json'

/** Status, body and content type of the response for a return value. */
function summary(value: unknown): [number, string, string | undefined] {
  const { status, body, headers } = answerFrom(value)
  return [status, body, headers.get('content-type')?.join()]
}

test.each([
  ['text', [200, '{}', JSON_TYPE]],
  [7, [200, '{}', JSON_TYPE]],
  [false, [200, '{}', JSON_TYPE]],
  [[1], [200, '{}', JSON_TYPE]],
  [{ hello: 'world' }, [200, '{}', JSON_TYPE]],
  [{ status_code: 404 }, [404, '{}', JSON_TYPE]],
  [{ body: 'plain' }, [200, '"plain"', JSON_TYPE]],
  [{ body: null }, [200, 'null', JSON_TYPE]],
  [{ body: 0 }, [200, '0', JSON_TYPE]],
  [{ body: [1, { a: 'é' }] }, [200, '[1,{"a":"é"}]', JSON_TYPE]],
  [{ headers: { 'Content-Type': 'text/html' }, body: '<p>' }, [200, '<p>', 'text/html']],
  [{ headers: { 'content-type': 'text/html' }, body: null }, [200, '', 'text/html']],
  [{ headers: { 'content-type': 'text/html' } }, [200, '{}', 'text/html']],
  [{ headers: { 'content-type': 'text/csv' }, body: { a: 1 } }, [200, '{"a":1}', 'text/csv']],
  [{ headers: { 'content-type': JSON_TYPE }, body: { a: 1 } }, [200, '{"a":1}', JSON_TYPE]],
  [{ headers: { 'content-type': JSON_TYPE }, body: 'raw' }, [200, 'raw', JSON_TYPE]],
  [{ headers: { 'content-type': JSON_TYPE }, body: null }, [200, '', JSON_TYPE]],
  [{ headers: ['CONTENT-TYPE: text/plain'], body: 'x' }, [200, 'x', 'text/plain']],
])('the value %j becomes %j', (value: unknown, expected) => {
  expect(summary(value)).toEqual(expected)
})

test.each(['404', null, undefined, -1, 0, 99, 100, 101, 199, 1000, 70_000, 404.5, NaN, Infinity, {}, [404], true])(
  'the status %j is invalid for a final response, so the status is 200',
  (status_code: unknown) => {
    expect(answerFrom({ status_code }).status).toBe(200)
  },
)

test.each([200, 204, 302, 418, 599, 600, 999])('the status %d is taken', (status_code) => {
  expect(answerFrom({ status_code }).status).toBe(status_code)
})

test.each<[string, unknown, Record<string, string[]>]>([
  ['an object of strings', { 'X-A': '1', 'x-b': '' }, { 'x-a': ['1'], 'x-b': [''] }],
  ['values of other kinds', { a: 1, b: ['x'], c: null, d: { e: 'f' }, ok: 'yes' }, { ok: ['yes'] }],
  ['names no header can have', { 'a b': '1', '': '2', é: '3', 'a:b': '4', ok: 'yes' }, { ok: ['yes'] }],
  ['values no header can have', { a: 'x\r\nset-cookie: y', b: 'x\ny', c: '\u0000', ok: 'yes' }, { ok: ['yes'] }],
  ['values beyond ASCII', { a: '→', b: 'é' }, { a: ['\u00e2\u0086\u0092'], b: ['\u00c3\u00a9'] }],
  [
    'lines',
    ['X-A: 1', 'set-cookie: a=b; path=/', 'Set-Cookie:c=d'],
    { 'x-a': ['1'], 'set-cookie': ['a=b; path=/', 'c=d'] },
  ],
  ['lines that are none', ['no colon', '', ':', ': x', 5, null, ['a: b'], 'ok: a:b'], { ok: ['a:b'] }],
  [
    'headers of the connection',
    {
      Connection: 'close',
      'transfer-encoding': 'chunked',
      'Content-Length': '3',
      upgrade: 'h2c',
      trailer: 'x',
      ok: '1',
    },
    { ok: ['1'] },
  ],
  ['a string', 'x-a: 1', {}],
  ['a number', 5, {}],
  ['a name that is a prototype', JSON.parse('{"__proto__":"1"}'), { ['__proto__']: ['1'] }],
])('%s as headers', (_, headers, expected) => {
  const { 'content-type': _type, ...kept } = Object.fromEntries(answerFrom({ headers }).headers)
  expect(Object.entries(kept)).toEqual(Object.entries(expected))
})

test('a failure shows the code and message of the error, never its stack, and an id of twelve hex digits', () => {
  const error = new InvocationError({ code: 'E1', message: 'boom', stacktrace: 'at secret.js' })
  const answer = failed(error, seededRandom(1))
  expect(answer.status).toBe(500)
  expect(answer.errorId).toMatch(/^[0-9a-f]{12}$/)
  expect(JSON.parse(answer.body)).toEqual({ error: { code: 'E1', message: 'boom', error_id: answer.errorId } })
})

test.each([new Error('x'), 'x', { message: 'x' }])(
  'a failure that is not an error of this package has a code too',
  (thrown) => {
    expect(JSON.parse(failed(thrown, seededRandom(1)).body)).toMatchObject({
      error: { code: 'invocation_failed', message: 'x' },
    })
  },
)
