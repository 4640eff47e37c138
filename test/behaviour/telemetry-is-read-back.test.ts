/** Frames of telemetry over real sockets, as other programs send them, read back by a worker. */
import { expect, test, vi } from 'vitest'
import type { III } from '../../src/index.js'
import { rawSocket, rawWorker } from '../kit/raw-socket.js'
import { socketRig } from '../kit/local-rig.js'
import { gauge, logFrame, metricFrame, spanFrame, spanId, telemetryFrame, TRACE } from '../kit/telemetry-frames.js'

interface Spans {
  readonly spans: readonly Record<string, unknown>[]
}

/** Asks until the answer fits: frames of other sockets have no order with calls. */
function eventually(worker: III, functionId: string, payload: object, expected: object): Promise<void> {
  return vi.waitFor(async () => {
    expect(await worker.trigger({ function_id: functionId, payload })).toMatchObject(expected)
  })
}

test('spans, logs and metrics sent on a worker link are read back', async () => {
  const rig = await socketRig()
  const reader = await rig.addWorker()
  const { socket } = await rawWorker(rig.engine.url)
  socket.send(spanFrame([{ name: 'charge' }]))
  socket.send(logFrame([{ body: { stringValue: 'charged' }, severityText: 'INFO', traceId: TRACE }]))
  socket.send(metricFrame([gauge('charges', 3)]))
  await eventually(reader, 'engine::traces::list', { trace_id: TRACE }, { spans: [{ name: 'charge' }] })
  await eventually(reader, 'engine::logs::list', { trace_id: TRACE }, { logs: [{ body: 'charged' }] })
  await eventually(reader, 'engine::metrics::list', { metric_name: 'charges' }, { sdk_metrics: [{ name: 'charges' }] })
})

test('a telemetry-only link is accepted and receives no answers', async () => {
  const rig = await socketRig()
  const reader = await rig.addWorker()
  const { socket, frames } = await rawSocket(`${rig.engine.url}/otel`)
  socket.send(spanFrame([{ name: 'charge' }]))
  await eventually(reader, 'engine::traces::tree', { trace_id: TRACE }, { roots: [{ name: 'charge', children: [] }] })
  expect(frames).toEqual([])
})

test('malformed telemetry frames are dropped, and the session stays open', async () => {
  const rig = await socketRig()
  const reader = await rig.addWorker()
  const sender = await rawWorker(rig.engine.url)
  for (const text of ['{', '', '[]', '{}', '{"resourceSpans":[{"scopeSpans":[{"spans":[{"__proto__":{"x":1}}]}]}]}']) {
    sender.socket.send(telemetryFrame('OTLP', text))
  }
  sender.socket.send(Buffer.from('LOGS\xff\x00', 'latin1'))
  sender.socket.send(spanFrame([{ name: 'charge' }]))
  await eventually(reader, 'engine::traces::list', {}, { total: 1, spans: [{ name: 'charge' }] })
  sender.send({ type: 'ping' })
  await sender.next(({ type }) => type === 'pong')
  expect(await reader.trigger({ function_id: 'engine::health::check', payload: {} })).toMatchObject({
    components: { otel: { details: { malformed_frames: 5 } }, spans: { details: { stored: 1 } } },
  })
})

test('a log trigger runs a function for what another program logged', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const seen = vi.fn()
  worker.registerFunction('on-error', async (record: { body: string }) => {
    seen(record.body)
    return null
  })
  worker.registerTrigger({ type: 'log', function_id: 'on-error', config: { level: 'error' } })
  await worker.ready()
  const { socket } = await rawWorker(rig.engine.url)
  const record = (severityText: string) => ({ severityText, body: { stringValue: `an ${severityText}` } })
  socket.send(logFrame([record('INFO'), record('ERROR')]))
  await vi.waitFor(() => expect(seen.mock.calls).toEqual([['an ERROR']]))
})

test('a request over HTTP is a span, and what it calls is part of its trace', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  worker.registerFunction('pay', async () => {
    await worker.trigger({ function_id: 'state::set', payload: { scope: 's', key: 'k', value: 1 } })
    return { status_code: 503, body: {} }
  })
  worker.registerTrigger({ type: 'http', function_id: 'pay', config: { api_path: '/pay/:id', http_method: 'POST' } })
  await worker.ready()
  const traceparent = `00-${TRACE}-${spanId(7)}-01`
  await fetch(`${rig.engine.httpUrl!}/pay/1`, { method: 'POST', headers: { traceparent } })
  await fetch(`${rig.engine.httpUrl!}/pay/1`, { method: 'POST' })
  const { spans } = await worker.trigger<object, Spans>({ function_id: 'engine::traces::list', payload: {} })
  expect(spans.map(({ name, trace_id, parent_span_id }) => [name, trace_id === TRACE, parent_span_id])).toEqual([
    ['POST /pay/:id', true, spanId(7)],
    ['POST /pay/:id', false, null],
  ])
  expect(spans[0]).toMatchObject({
    status: 'error',
    attributes: expect.arrayContaining([['http.response.status_code', '503']]) as unknown,
  })
})
