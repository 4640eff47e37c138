import { TracerProvider } from '@opentelemetry/sdk-trace'
import type { Tracer } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { liveSpanProcessor } from '../../../../../src/sdk/telemetry/trace/live-spans.js'
import { VirtualClock } from '../../../../../src/std/time/virtual-clock.js'
import { spansOf } from '../../../../../src/testing/otlp.js'
import { collectingSink } from '../../../../kit/collecting-sink.js'

function rig() {
  const clock = new VirtualClock()
  const sink = collectingSink()
  const processor = liveSpanProcessor({ clock, sink }, 100)
  const tracer: Tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer('t')
  return { clock, sink, processor, tracer, shown: () => sink.payloads('OTLP').flatMap(spansOf) }
}

test('a span that still runs is shown once, without an end', async () => {
  const { clock, tracer, shown } = rig()
  tracer.startSpan('long').setAttribute('n', 1)
  tracer.startSpan('short').end()
  await clock.advance(1_000)
  expect(shown()).toMatchObject([{ name: 'long', endMs: 0, attributes: { n: 1 } }])
  expect(clock.pendingTimers).toBe(0)
})

test('nothing is written to a full sink, and nothing counts as lost', async () => {
  const { clock, sink, tracer } = rig()
  sink.hasRoom = false
  tracer.startSpan('long')
  await clock.advance(100)
  expect([sink.frames.length, sink.dropped]).toEqual([0, 0])
})

test('of more spans at a time than it keeps, the first are shown', async () => {
  const { clock, tracer, shown } = rig()
  for (let n = 0; n < 10_100; n++) tracer.startSpan(String(n))
  await clock.advance(100)
  expect(shown()).toHaveLength(10_000)
  tracer.startSpan('later')
  await clock.advance(100)
  expect(shown().at(-1)).toMatchObject({ name: 'later' })
})

test('after shutdown nothing is shown', async () => {
  const { clock, processor, tracer, shown } = rig()
  tracer.startSpan('long')
  await processor.shutdown()
  await clock.advance(100)
  expect(shown()).toEqual([])
})
