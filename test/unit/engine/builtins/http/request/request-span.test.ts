import { expect, test } from 'vitest'
import type { SpanStart } from '../../../../../../src/engine/instruments.js'
import { startHttp } from '../../../../../kit/builtin-rig.js'

test('the span of a request shows its query without the values of sensitive keys', async () => {
  const { host, route, call } = await startHttp()
  const spans: SpanStart[] = []
  host.instruments.openSpan = (span) => {
    spans.push(span)
    return undefined
  }
  host.serve('f', () => ({}))
  await route('f', { api_path: '/' })
  for (const path of ['/?a=%20b&a=2', '/?access_token=s3cret&a=1', '/']) await call({ path })
  expect(spans.map(({ attributes }) => attributes['url.query'])).toEqual([
    'a=%20b&a=2',
    'access_token=REDACTED&a=1',
    undefined,
  ])
})
