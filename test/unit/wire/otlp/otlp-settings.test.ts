import { expect, test } from 'vitest'
import { otlpTargets, type OtlpOptions } from '../../../../src/wire/otlp/otlp-settings.js'

const targets = (options: OtlpOptions = {}, env: Record<string, string> = {}) => otlpTargets(options, env, 'otlp')
const urls = (options?: OtlpOptions, env?: Record<string, string>) =>
  Object.values(targets(options, env)).map(({ url }) => url.href)

test('without options and variables, telemetry goes to the standard address as protobuf', () => {
  expect(urls()).toEqual(['traces', 'metrics', 'logs'].map((signal) => `http://localhost:4318/v1/${signal}`))
  expect(targets().OTLP).toMatchObject({
    headers: {},
    protocol: 'http/protobuf',
    timeoutMs: 10_000,
    isCompressed: false,
  })
})

test('a general address is that of a folder; the address of a signal is used unchanged; an option wins over both', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://a/x/?k=1', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://b/own/' }
  expect(urls({}, env)).toEqual(['https://a/x/v1/traces?k=1', 'https://a/x/v1/metrics?k=1', 'http://b/own/'])
  expect(urls({ endpoint: 'http://c' }, env)).toEqual(['http://c/v1/traces', 'http://c/v1/metrics', 'http://c/v1/logs'])
})

test('variables of one signal win over general ones; headers of both are sent; invalid ones count as unset', () => {
  const { OTLP, MTRC } = targets(
    {},
    {
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20t, x-a=1,broken,bad name=1,x-b=%',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-a=2',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_TIMEOUT: 'soon',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '250',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    },
  )
  expect(OTLP).toMatchObject({ protocol: 'http/json', timeoutMs: 250, isCompressed: true })
  expect(OTLP.headers).toEqual({ authorization: 'Bearer t', 'x-a': '2' })
  expect(MTRC).toMatchObject({ protocol: 'http/protobuf', timeoutMs: 10_000, headers: { 'x-a': '1' } })
})

test('an address that cannot be used is an error that names it, without its credentials', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://user:SECRET@host?token=SECRET' }
  expect(() => targets({}, env)).toThrow(/^OTEL_EXPORTER_OTLP_ENDPOINT must be an http/)
  expect(() => targets({}, env)).not.toThrow('SECRET')
  expect(targets({ endpoint: 'http://user:SECRET@host?token=SECRET' }).OTLP.shownUrl).toBe('http://host/v1/traces')
})

test.each([
  [{ endpoint: 'host:4318' }, 'otlp.endpoint must be an http:// or https:// address'],
  [{ endpoint: 5 }, 'otlp.endpoint must be'],
  [{ headers: [] }, 'otlp.headers must be an object'],
  [{ headers: { a: 1 } }, 'otlp.headers has a name or a value that HTTP does not allow: "a"'],
  [{ protocol: 'grpc' }, 'otlp.protocol must be'],
  [{ timeoutMs: 0 }, 'otlp.timeoutMs must be'],
  [{ compression: 'br' }, 'otlp.compression must be'],
  [{ tls: { cert: 'x' } }, 'tls.cert and tls.key must be given together'],
])('%j is refused by name', (options, message) => {
  expect(() => targets(options as OtlpOptions)).toThrow(message)
  expect(() => targets(options as OtlpOptions)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})
