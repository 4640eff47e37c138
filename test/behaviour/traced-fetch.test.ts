import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { executeTracedRequest, patchGlobalFetch, unpatchGlobalFetch } from 'iii-node/helpers/observability'
import { createTestEngine } from 'iii-node/testing'

interface Seen {
  readonly method: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server that answers with the status its path names. */
async function webServer(): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      seen.push({ method: request.method, headers: request.headers, body })
      response.writeHead(Number(/\d{3}/.exec(request.url ?? '')?.[0] ?? 200), {
        'content-type': 'text/plain',
        'set-cookie': 'canary',
      })
      response.end('hello')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, seen }
}

const original = globalThis.fetch

afterEach(() => {
  expect(globalThis.fetch).toBe(original)
})

test('a traceparent and a baggage that the request has are kept', async () => {
  const { url, seen } = await webServer()
  const engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: true } })
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  worker.registerFunction('own', async () => {
    const own = { traceparent, baggage: 'tenant=acme' }
    await fetch(`${url}/200`, { headers: own })
    await fetch(new Request(`${url}/200`, { headers: own }))
    await fetch(`${url}/200`, { headers: { baggage: 'tenant=acme' } })
  })
  await worker.ready()
  await engine.call('own')
  await worker.shutdown()
  await engine.close()

  const [inInit, inRequest, added] = seen.map(({ headers }) => headers)
  for (const headers of [inInit, inRequest]) expect(headers).toMatchObject({ traceparent, baggage: 'tenant=acme' })
  expect(added?.['traceparent']).toMatch(/^00-[0-9a-f]{32}-/)
  expect(added?.['traceparent']).not.toBe(traceparent)
  expect(added?.['baggage']).toBe('tenant=acme')
})

test('a request in a handler is a client span of its worker, and the trace goes on in its headers', async () => {
  const { url, seen } = await webServer()
  const engine = await createTestEngine({ ports: false })
  const other = engine.connect({ workerName: 'other', otel: { enabled: true, serviceName: 'other' } })
  const worker = engine.connect({ workerName: 'shop', otel: { enabled: true, serviceName: 'shop' } })
  worker.registerFunction('buy', async () => {
    const response = await fetch(`${url}/orders/404?a=1&token=canary-token`, {
      method: 'post',
      body: 'héllo',
      headers: { 'content-type': 'text/plain', authorization: 'canary-auth', cookie: 'canary-cookie' },
    })
    return response.text()
  })
  await worker.ready()
  expect(await engine.call('buy')).toBe('hello')
  await worker.telemetry.flush()
  await other.shutdown()
  await worker.shutdown()
  await engine.close()

  const client = engine.spans().find(({ kind }) => kind === 3)!
  const parent = engine.spans().find(({ name }) => name === 'execute buy')!
  expect(client).toMatchObject({
    name: 'POST /orders/404',
    traceId: parent.traceId,
    parentSpanId: parent.spanId,
    resource: { 'service.name': 'shop' },
    status: { code: 2 },
    attributes: {
      'http.request.method': 'POST',
      'url.scheme': 'http',
      'url.path': '/orders/404',
      'url.query': 'a=1&token=REDACTED',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(url).port),
      'network.protocol.name': 'http',
      'http.request.header.content-type': 'text/plain',
      'http.request.body.size': 6,
      'http.response.status_code': 404,
      'http.response.header.content-type': 'text/plain',
      'error.type': '404',
    },
  })
  expect(seen[0]).toMatchObject({ method: 'POST', body: 'héllo', headers: { authorization: 'canary-auth' } })
  expect(seen[0]!.headers['traceparent']).toBe(`00-${client.traceId}-${client.spanId}-01`)
  expect(JSON.stringify(client)).not.toContain('canary')
})

test('fetch is one patch for all workers, and the last one to end puts the original back', async () => {
  const engine = await createTestEngine({ ports: false })
  const one = engine.connect({ workerName: 'one', otel: { enabled: true } })
  const patched = globalThis.fetch
  expect(patched).not.toBe(original)
  const two = engine.connect({ workerName: 'two', otel: { enabled: true } })
  engine.connect({ workerName: 'three', otel: { enabled: true, fetchInstrumentationEnabled: false } })
  expect(globalThis.fetch).toBe(patched)
  await one.shutdown()
  expect(globalThis.fetch).toBe(patched)
  await two.shutdown()
  expect(globalThis.fetch).toBe(original)
  await engine.close()
})

test('a `fetch` that the program sets after ours stays in place', async () => {
  const engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: true } })
  const theirs = globalThis.fetch.bind(globalThis)
  globalThis.fetch = theirs
  await worker.shutdown()
  expect(globalThis.fetch).toBe(theirs)
  globalThis.fetch = original
  await engine.close()
})

test('a handler of a worker without telemetry makes no span when another worker has patched fetch', async () => {
  const { url, seen } = await webServer()
  const engine = await createTestEngine({ ports: false })
  const on = engine.connect({ workerName: 'on', otel: { enabled: true } })
  const off = engine.connect({ workerName: 'off', otel: { enabled: false } })
  off.registerFunction('quiet', async () => (await fetch(`${url}/`)).status)
  await off.ready()
  expect(await engine.call('quiet')).toBe(200)
  await on.shutdown()
  await engine.close()
  expect(engine.spans()).toEqual([])
  expect(seen[0]!.headers['traceparent']).toBeUndefined()
})

test('addresses in OTEL_FETCH_IGNORE_URLS are fetched without a span', async () => {
  const { url } = await webServer()
  vi.stubEnv('OTEL_FETCH_IGNORE_URLS', ' /health , ,/poll')
  const engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: true } })
  for (const path of ['/health', '/a/poll?x', '/other']) await fetch(url + path)
  await worker.shutdown()
  await engine.close()
  expect(engine.spans().map(({ name }) => name)).toEqual(['GET /other'])
})

test('a request that fails leaves its error, and credentials in the address stay out', async () => {
  const engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: true } })
  await expect(executeTracedRequest('http://canary-user:canary-pass@127.0.0.1:1/x')).rejects.toThrow(TypeError)
  await expect(fetch('http://127.0.0.1:1/y')).rejects.toThrow(TypeError)
  await worker.shutdown()
  await engine.close()
  expect(engine.spans().map(({ name, status, attributes }) => [name, status.code, attributes['error.type']])).toEqual([
    ['GET /x', 2, 'TypeError'],
    ['GET /y', 2, 'TypeError'],
  ])
  expect(JSON.stringify(engine.spans().map(({ attributes }) => attributes))).not.toContain('canary')
})

test('a tracer given by the program is called with name, options, context and function', async () => {
  const { url } = await webServer()
  const startActiveSpan = vi.fn((...args: unknown[]) => (args[3] as (span: unknown) => unknown)(span))
  const span = {
    setAttribute: vi.fn(),
    setAttributes: vi.fn(),
    setStatus: vi.fn(),
    recordException: vi.fn(),
    end: vi.fn(),
  }
  patchGlobalFetch({ startActiveSpan, startSpan: vi.fn() } as never)
  await fetch(`${url}/x`)
  unpatchGlobalFetch()
  unpatchGlobalFetch()
  expect(startActiveSpan.mock.calls).toEqual([['GET /x', expect.anything(), expect.anything(), expect.any(Function)]])
  expect(span.end).toHaveBeenCalledOnce()
})

test('without telemetry executeTracedRequest is a plain fetch', async () => {
  const { url, seen } = await webServer()
  expect((await executeTracedRequest(`${url}/plain`, { headers: { a: 'b' } })).status).toBe(200)
  expect(seen[0]!.headers).toMatchObject({ a: 'b' })
  expect(seen[0]!.headers['traceparent']).toBeUndefined()
})
