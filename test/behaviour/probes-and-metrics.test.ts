import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { healthHandlers, serveHealth, type HealthOptions, type ProbedWorker } from '../../src/entry/health.js'
import { InvocationError } from '../../src/errors.js'
import { registerWorker } from '../../src/index.js'
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import { testEngine } from '../kit/local-rig.js'

async function probes(worker: ProbedWorker, options: HealthOptions = {}) {
  const health = await serveHealth(worker, { port: 0, ...options })
  onTestFinished(() => health.close())
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${health.url}${path}`, { headers: { ...headers, connection: 'close' } })
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() }
  }
  const ready = async () => {
    const { status, text } = await get('/readyz')
    return { status, body: JSON.parse(text) as Record<string, unknown> }
  }
  return { health, get, ready }
}

test('a connected worker is alive and ready', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  await worker.ready()
  const { get, ready } = await probes(worker)

  expect(await get('/healthz')).toMatchObject({ status: 200, text: '{"status":"ok","state":"connected"}\n' })
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'ok', problems: [], waitingNames: [] } })
})

test('a worker without its engine is alive and not ready, and ready again when it is back', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect({ reconnectionConfig: { initialDelayMs: 1 } })
  await worker.ready()
  const { get, ready } = await probes(worker)
  engine.pause()
  engine.drop(worker)
  await expect.poll(async () => (await ready()).status).toBe(503)

  expect((await ready()).body).toMatchObject({
    status: 'unavailable',
    problems: [expect.stringMatching(/^The connection to the engine is reconnecting\./)],
  })
  expect((await get('/healthz')).status).toBe(200)
  engine.resume()
  await expect.poll(async () => (await ready()).status).toBe(200)
})

test('a worker whose engine stops answering is not ready before the connection is given up', async () => {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect()
  await worker.ready()
  await engine.advance('5m')
  expect(worker.health()).toMatchObject({ isReady: true })
  engine.pause()
  await engine.advance('30s')

  expect(worker.health()).toMatchObject({
    state: 'connected',
    isReady: false,
    problems: [expect.stringMatching(/^The engine last answered \d+ s ago\.$/)],
  })
})

test('a refused function makes a worker unready, and the client that failed for good is dead', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect({ diagnostics: 'silent' })
  worker.registerFunction('mine', () => 1)
  await worker.ready()
  const { get, ready } = await probes(worker)
  engine.reject(worker, 'FUNCTION_NAMESPACE_CONFLICT', { functionId: 'mine' })
  await expect.poll(async () => (await ready()).body['problems']).toEqual(['The engine refused mine.'])
  engine.reject(worker)

  await expect.poll(async () => (await get('/healthz')).status).toBe(503)
})

test('through a release the new worker is ready while it waits for names, the old one is not once it drains', async () => {
  const engine = await testEngine({ ports: false })
  const old = engine.connect({ workerName: 'old' })
  let finish: (value: unknown) => void = () => undefined
  old.registerFunction('orders::create', () => new Promise((resolve) => (finish = resolve)))
  await old.ready()
  const running = engine.call('orders::create')
  const next = engine.connect({ workerName: 'new', onConflict: 'wait', diagnostics: 'silent' })
  next.registerFunction('orders::create', () => 'new')
  await expect.poll(() => next.stats().waitingNames).toBe(1)
  const [oldProbes, newProbes] = [await probes(old), await probes(next)]
  const strict = await probes(next, { strict: true })

  expect(await newProbes.ready()).toMatchObject({ status: 200, body: { waitingNames: ['orders::create'] } })
  expect((await strict.ready()).status).toBe(503)
  const drained = old.shutdownAsync()
  await expect.poll(async () => (await oldProbes.ready()).status).toBe(503)
  expect((await oldProbes.ready()).body).toMatchObject({ isDraining: true, problems: ['The worker is shutting down.'] })
  await expect.poll(async () => (await strict.ready()).status).toBe(200)
  finish('done')
  expect(await running).toBe('done')
  await drained
  await expect(fetch(`${oldProbes.health.url}/healthz`)).rejects.toThrow()
  expect(await engine.call('orders::create')).toBe('new')
})

test('metrics count calls and invocations by result and measure them, with traces as exemplars', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect({ otel: {} })
  worker.registerFunction('pay', ({ amount }: { amount: number }) => {
    if (amount < 0) throw new InvocationError({ code: 'BAD_AMOUNT', message: 'negative' })
    return amount
  })
  await worker.ready()
  const { get } = await probes(worker)
  await worker.trigger({ function_id: 'pay', payload: { amount: 1 } })
  await worker.trigger({ function_id: 'pay', payload: { amount: -1 } }).catch(() => undefined)
  const plain = await get('/metrics')
  const open = await get('/metrics', { accept: 'application/openmetrics-text; version=1.0.0' })

  expect(plain.type).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(open.type).toMatch(/^application\/openmetrics-text/)
  expect(open.text).toMatch(/\n# EOF\n$/)
  for (const { text } of [plain, open, await get('/metrics')]) {
    expect(text).toContain('iii_worker_invocation_results_total{function_id="pay",code="ok"} 1')
    expect(text).toContain('iii_worker_call_results_total{function_id="pay",code="BAD_AMOUNT"} 1')
    expect(text).toContain('iii_worker_invocation_duration_seconds_count{function_id="pay"} 2')
    expect(text).toMatch(/^iii_worker_ready 1$/m)
    expect(text).toMatch(/^iii_worker_served_invocations_total 2$/m)
    expect(text).toMatch(/^process_resident_memory_bytes [1-9]/m)
  }
  expect(open.text).toMatch(/_bucket\{le="[^"]+",function_id="pay"\} \d+ # \{trace_id="[0-9a-f]{32}"\}/)
})

test('functions past the thousandth are counted together', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  await worker.ready()
  const { get } = await probes(worker)
  const unknown = Array.from({ length: 1_005 }, (_, index) =>
    worker.trigger({ function_id: `no::${String(index)}`, payload: {} }),
  )
  await Promise.allSettled(unknown)

  const { text } = await get('/metrics')
  expect(text).toContain('iii_worker_call_results_total{function_id="other",code="function_not_found"} 5')
})

test('the handlers serve in a server of the program', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  await worker.ready()
  const handlers = healthHandlers(worker)
  const server = createServer(handlers.readyz).listen(0, '127.0.0.1')
  onTestFinished(() => {
    handlers.close()
    server.close()
  })
  await once(server, 'listening')

  expect((await fetch(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`)).status).toBe(200)
})

test('a port in use and options that are off are coded errors', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  const { health, get } = await probes(worker)

  await expect(serveHealth(worker, { port: health.port })).rejects.toMatchObject({ code: 'PORT_IN_USE' })
  await expect(serveHealth(worker, { port: 70_000 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await expect(serveHealth({} as never, { port: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(await get('/other')).toMatchObject({ status: 404 })
  expect((await fetch(`${health.url}/healthz`, { method: 'POST' })).status).toBe(405)
})

test('the health option and its variable serve probes until the worker ends', async () => {
  const engine = await testEngine()
  const worker = registerWorker(engine.url, { health: { port: 0 }, otel: { enabled: false } })
  const port = await freePort()
  vi.stubEnv('III_HEALTH_PORT', `127.0.0.1:${String(port)}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  const byVariable = registerWorker(engine.url, { otel: { enabled: false } })
  onTestFinished(async () => {
    await worker.shutdown()
    await byVariable.shutdown()
  })
  const probe = (): Promise<number> =>
    fetch(`http://127.0.0.1:${String(port)}/readyz`, { headers: { connection: 'close' } }).then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(probe).toBe(200)
  await byVariable.shutdown()

  await expect.poll(probe).toBe(0)
})

test('a port in use is reported, and the worker works', async () => {
  const engine = await testEngine()
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  onTestFinished(() => void taken.close())
  const events: DiagnosticEvent[] = []
  const { port } = taken.address() as AddressInfo
  const worker = registerWorker(engine.url, {
    health: { port },
    otel: { enabled: false },
    diagnostics: (event) => events.push(event),
  })
  onTestFinished(() => worker.shutdown())
  await worker.ready()

  await expect
    .poll(() => events.find(({ kind }) => kind === 'probes_failed'))
    .toMatchObject({
      error: { code: 'PORT_IN_USE' },
    })
  expect(() => registerWorker(engine.url, { health: { port: -1 } })).toThrow(/port must be a whole number/)
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
