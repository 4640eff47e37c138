import { expect, test, vi } from 'vitest'
import { resolveOtelConfig } from '../../../../../src/sdk/telemetry/otel-config.js'
import { w3cPropagator } from '../../../../../src/sdk/telemetry/trace/propagation.js'
import { createTracing } from '../../../../../src/sdk/telemetry/trace/spans.js'
import { Telemetry } from '../../../../../src/sdk/telemetry/telemetry.js'
import { VirtualClock } from '../../../../../src/std/time/virtual-clock.js'
import { collectingSink } from '../../../../kit/collecting-sink.js'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

function rig() {
  const sink = collectingSink()
  const config = resolveOtelConfig({ metricsEnabled: false, logsEnabled: false }, { newId: () => 'id' })
  const telemetry = new Telemetry(config, { clock: new VirtualClock(), sink })
  return { sink, telemetry, tracing: createTracing(telemetry, Infinity) }
}

/** A value that counts how often it is written as JSON. */
function counted() {
  const toJSON = vi.fn(() => ({ n: 1 }))
  return { value: { toJSON }, toJSON }
}

test('trace headers are read once for a served call, and written once for a call that is made', () => {
  const { tracing } = rig()
  const extract = vi.spyOn(w3cPropagator(), 'extract')
  const inject = vi.spyOn(w3cPropagator(), 'inject')
  const traceparent = `00-${TRACE_ID}-b7ad6b7169203331-01`
  const handling = tracing.begin({ functionId: 'f', input: {}, traceparent, baggage: 'a=1' })!
  expect([extract.mock.calls.length, inject.mock.calls.length]).toEqual([1, 0])
  const headers = handling.run(() => tracing.inject())
  handling.succeeded(1)
  expect([extract.mock.calls.length, inject.mock.calls.length]).toEqual([1, 1])
  expect(headers).toEqual({ traceparent: expect.stringContaining(TRACE_ID) as string, baggage: 'a=1' })
})

test('outside a trace no headers are read or written', () => {
  const { tracing } = rig()
  const extract = vi.spyOn(w3cPropagator(), 'extract')
  const inject = vi.spyOn(w3cPropagator(), 'inject')
  tracing.begin({ functionId: 'f', input: {}, traceparent: undefined, baggage: undefined })
  expect(tracing.inject()).toEqual({ traceparent: undefined, baggage: undefined })
  expect([extract.mock.calls.length, inject.mock.calls.length]).toEqual([0, 0])
})

test.each([
  ['01', 1],
  ['00', 0],
])('the payloads of a call with the flags %s are written %i times', (flags, times) => {
  const { sink, telemetry, tracing } = rig()
  const [input, output] = [counted(), counted()]
  const traceparent = `00-${TRACE_ID}-b7ad6b7169203331-${flags}`
  const handling = tracing.begin({ functionId: 'f', input: input.value, traceparent, baggage: undefined })!
  handling.succeeded(output.value)
  telemetry.flushNow()
  expect([input.toJSON.mock.calls.length, output.toJSON.mock.calls.length, sink.frames.length]).toEqual([
    times,
    times,
    times,
  ])
})
