/**
 * What programs written for the official package see of telemetry without an engine. Each row runs against the official
 * package and against this one; here with a worker in the process that has telemetry, as a program's own would.
 */
import { SpanStatusCode, type Attributes, type Span, type Tracer } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import * as theirObservability from '@iii-dev/helpers/observability'
import * as theirInternals from '@iii-dev/helpers/observability/internal'
import { registerWorker } from 'iii-node'
import * as ourObservability from 'iii-node/helpers/observability'
import * as ourInternals from 'iii-node/helpers/observability/internal'

const NO_ENGINE = 'ws://127.0.0.1:1'
const raw = globalThis.fetch

const packages = [
  ['official', theirObservability, theirInternals],
  ['this', ourObservability, ourInternals],
] as const

beforeEach(() => {
  vi.spyOn(console, 'info').mockReturnValue()
  vi.spyOn(console, 'warn').mockReturnValue()
  vi.spyOn(console, 'error').mockReturnValue()
  vi.spyOn(console, 'log').mockReturnValue()
})

afterEach(async () => {
  for (const [, { shutdownOtel, unpatchGlobalFetch }] of packages) {
    unpatchGlobalFetch()
    await shutdownOtel()
  }
  globalThis.fetch = raw
})

/** A worker with telemetry that lives on while the test runs; only for this package, whose state is not one singleton. */
function liveWorker(): void {
  const worker = registerWorker(NO_ENGINE, { autoConnect: false, diagnostics: 'silent' })
  expect(worker.telemetry.tracer).not.toBeNull()
  onTestFinished(() => worker.shutdown())
}

/** The parts of a tracer and a span that the official package uses. */
function mockTracer() {
  const attributes: Attributes = {}
  const span = {
    setAttribute: vi.fn((name: string, value: string) => {
      attributes[name] = value
    }),
    setStatus: vi.fn(),
    recordException: vi.fn(),
    end: vi.fn(),
  }
  const startActiveSpan = vi.fn((...args: [string, object, object, (span: Span) => unknown]) =>
    args[3](span as unknown as Span),
  )
  return { span, attributes, startActiveSpan, tracer: { startActiveSpan } as unknown as Tracer }
}

function mockFetch(answer: Response | Error = new Response('hi')) {
  const fetch = vi.fn<typeof globalThis.fetch>(() =>
    answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer.clone()),
  )
  globalThis.fetch = fetch
  return fetch
}

test.each(packages)('%s package: a request is a client span with the attributes of HTTP', async (name, otel) => {
  if (name === 'this') liveWorker()
  const fetch = mockFetch(new Response('hi', { headers: { 'content-type': 'text/plain', 'content-length': '2' } }))
  const { tracer, startActiveSpan, span, attributes } = mockTracer()
  otel.patchGlobalFetch(tracer)
  const headers = { 'Content-Type': 'text/plain', authorization: 'secret' }
  const init = { method: 'post', body: 'héllo', headers }
  await globalThis.fetch('https://api.example.com:8443/users?page=1', init)

  expect(startActiveSpan).toHaveBeenCalledOnce()
  expect(startActiveSpan).toHaveBeenCalledWith(
    'POST /users',
    {
      kind: 2,
      attributes: {
        'http.request.method': 'POST',
        'url.full': 'https://api.example.com:8443/users?page=1',
        'url.scheme': 'https',
        'url.path': '/users',
        'url.query': 'page=1',
        'server.address': 'api.example.com',
        'server.port': 8443,
        'network.protocol.name': 'http',
      },
    },
    expect.anything(),
    expect.any(Function),
  )
  expect(attributes).toEqual({
    'http.request.header.content-type': 'text/plain',
    'http.request.body.size': 6,
    'http.response.status_code': 200,
    'http.response.body.size': 2,
    'http.response.header.content-type': 'text/plain',
  })
  expect(span.setStatus.mock.calls).toEqual([[{ code: SpanStatusCode.OK }]])
  expect(span.recordException).not.toHaveBeenCalled()
  expect(span.end).toHaveBeenCalledOnce()
  const [address, sent] = fetch.mock.calls[0]!
  expect(address).toBe('https://api.example.com:8443/users?page=1')
  expect(sent).toMatchObject({ method: 'post', body: 'héllo' })
  expect(new Headers(sent!.headers).get('authorization')).toBe('secret')
})

test.each(packages.flatMap(([name, otel]) => [400, 404, 500].map((status) => [name, status, otel] as const)))(
  '%s package: status %i is an error without a message',
  async (_name, status, otel) => {
    mockFetch(new Response('no', { status }))
    const { tracer, span, attributes } = mockTracer()
    otel.patchGlobalFetch(tracer)
    expect((await fetch(new URL('http://a.test/x'))).status).toBe(status)
    expect(span.setStatus.mock.calls).toEqual([[{ code: SpanStatusCode.ERROR }]])
    expect(attributes).toMatchObject({ 'http.response.status_code': status, 'error.type': String(status) })
  },
)

test.each(packages)('%s package: a failure is recorded as it was thrown, and thrown on', async (_name, otel) => {
  const failure = new TypeError('boom')
  mockFetch(failure)
  const { tracer, span, attributes } = mockTracer()
  otel.patchGlobalFetch(tracer)
  await expect(fetch('http://a.test/x')).rejects.toBe(failure)
  expect(attributes).toEqual({ 'error.type': 'TypeError' })
  expect(span.setStatus.mock.calls).toEqual([[{ code: SpanStatusCode.ERROR, message: 'boom' }]])
  expect(span.recordException).toHaveBeenCalledWith(failure)
  expect(span.end).toHaveBeenCalledOnce()
})

test.each(packages)('%s package: a Request keeps its method and headers; `init` wins', async (_name, otel) => {
  const fetch = mockFetch()
  const { tracer, startActiveSpan } = mockTracer()
  otel.patchGlobalFetch(tracer)
  const request = new Request('http://a.test/r', { method: 'PUT', body: 'x', headers: { a: 'b' } })
  await globalThis.fetch(request)
  await globalThis.fetch(request, { method: 'PATCH', headers: { c: 'd' } })
  expect(startActiveSpan.mock.calls.map(([span]) => span)).toEqual(['PUT /r', 'PATCH /r'])
  expect(fetch.mock.calls.map(([input]) => input)).toEqual([request, request])
  const sent = fetch.mock.calls.map(([, init]) => new Headers(init!.headers))
  expect(sent.map((headers) => [headers.get('a'), headers.get('c')])).toEqual([
    ['b', null],
    [null, 'd'],
  ])
})

test.each(packages)(
  '%s package: a request without a valid address has a span named by its method',
  async (_name, otel) => {
    mockFetch()
    const { tracer, startActiveSpan } = mockTracer()
    otel.patchGlobalFetch(tracer)
    await fetch('/relative')
    expect(startActiveSpan.mock.calls[0]![0]).toBe('GET')
    const attributes = { 'http.request.method': 'GET', 'url.full': '/relative' }
    expect(startActiveSpan.mock.calls[0]![1]).toMatchObject({ attributes })
  },
)

test.each(packages)('%s package: patching twice is patching once, and one call undoes it', async (name, otel) => {
  const fetch = mockFetch()
  if (name === 'this') liveWorker()
  const [first, second] = [mockTracer(), mockTracer()]
  otel.patchGlobalFetch(first.tracer)
  const patched = globalThis.fetch
  expect(patched).not.toBe(fetch)
  otel.patchGlobalFetch(second.tracer)
  expect(globalThis.fetch).toBe(patched)
  await globalThis.fetch('http://a.test')
  expect(first.startActiveSpan).toHaveBeenCalledOnce()
  expect(second.startActiveSpan).not.toHaveBeenCalled()
  otel.unpatchGlobalFetch()
  expect(globalThis.fetch).toBe(fetch)
  otel.unpatchGlobalFetch()
  await globalThis.fetch('http://a.test')
  expect(first.startActiveSpan).toHaveBeenCalledOnce()
  otel.patchGlobalFetch(second.tracer)
  await globalThis.fetch('http://a.test')
  expect(second.startActiveSpan).toHaveBeenCalledOnce()
})

test.each(packages)(
  '%s package: tracer, meter and logger exist from initOtel to shutdownOtel',
  async (name, otel, i) => {
    if (name === 'this') liveWorker()
    await otel.shutdownOtel()
    for (let round = 0; round < 2; round += 1) {
      expect([i.getTracer(), i.getMeter(), otel.getLogger(), globalThis.fetch]).toEqual([null, null, null, raw])
      otel.initOtel({ engineWsUrl: NO_ENGINE })
      expect([i.getTracer(), i.getMeter(), otel.getLogger()]).not.toContain(null)
      expect(globalThis.fetch).not.toBe(raw)
      await otel.shutdownOtel()
    }
    expect([i.getTracer(), i.getMeter(), otel.getLogger(), globalThis.fetch]).toEqual([null, null, null, raw])
  },
)

test.each(packages)('%s package: a second initOtel starts anew, unless it is switched off', async (name, otel, i) => {
  if (name === 'this') liveWorker()
  otel.initOtel({ engineWsUrl: NO_ENGINE })
  const first = [i.getMeter(), otel.getLogger()]
  const patched = globalThis.fetch
  otel.initOtel({ engineWsUrl: NO_ENGINE, enabled: false })
  expect([i.getMeter() === first[0], otel.getLogger() === first[1]]).toEqual([true, true])
  otel.initOtel({ engineWsUrl: NO_ENGINE })
  expect([i.getMeter() === first[0], otel.getLogger() === first[1]]).toEqual([false, false])
  expect([i.getTracer(), i.getMeter(), otel.getLogger()]).not.toContain(null)
  expect(globalThis.fetch).toBe(patched)
  await otel.shutdownOtel()
  expect([i.getTracer(), i.getMeter(), otel.getLogger(), globalThis.fetch]).toEqual([null, null, null, raw])
})

test.each(packages)('%s package: enabled: false starts nothing', (name, otel, i) => {
  if (name === 'this') liveWorker()
  otel.initOtel({ enabled: false })
  expect([i.getTracer() === null, i.getMeter() === null, otel.getLogger() === null]).toEqual([true, true, true])
})

test.each(packages.flatMap((row) => ['0', 'no', 'off', 'false', 'FALSE'].map((text) => [row[0], text, row] as const)))(
  '%s package: OTEL_ENABLED=%s starts nothing, unless the option says otherwise',
  async (name, text, [, otel, i]) => {
    if (name === 'this') liveWorker()
    vi.stubEnv('OTEL_ENABLED', text)
    otel.initOtel({ engineWsUrl: NO_ENGINE })
    expect([i.getTracer() === null, i.getMeter() === null, otel.getLogger() === null]).toEqual([true, true, true])
    otel.initOtel({ engineWsUrl: NO_ENGINE, enabled: true })
    expect(i.getTracer()).not.toBeNull()
    await otel.shutdownOtel()
    expect(i.getTracer()).toBeNull()
  },
)

test.each(packages.flatMap((row) => ['1', 'true', 'yes', ''].map((text) => [row[0], text, row] as const)))(
  '%s package: OTEL_ENABLED=%s starts telemetry',
  (_name, text, [, otel, i]) => {
    vi.stubEnv('OTEL_ENABLED', text)
    otel.initOtel({ engineWsUrl: NO_ENGINE })
    expect(i.getTracer()).not.toBeNull()
  },
)

test.each(packages)('%s package: metrics and fetch have switches of their own', async (_name, otel, i) => {
  vi.stubEnv('OTEL_METRICS_ENABLED', 'no')
  otel.initOtel({ engineWsUrl: NO_ENGINE, fetchInstrumentationEnabled: false })
  expect([i.getTracer() === null, i.getMeter() === null, otel.getLogger() === null]).toEqual([false, true, false])
  expect(globalThis.fetch).toBe(raw)
})

test.each(packages)('%s package: initOtel patches again over an old wrapper that was put back', async (name, otel) => {
  if (name === 'this') liveWorker()
  otel.initOtel({ engineWsUrl: NO_ENGINE })
  const kept = globalThis.fetch
  expect(kept).not.toBe(raw)
  await otel.shutdownOtel()
  globalThis.fetch = kept
  otel.initOtel({ engineWsUrl: NO_ENGINE })
  expect(globalThis.fetch).not.toBe(kept)
  await otel.shutdownOtel()
  expect(globalThis.fetch).toBe(kept)
})
