import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import {
  BasicTracerProvider,
  InMemorySpanExporter as OldExporter,
  SimpleSpanProcessor as OldProcessor,
} from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'
import { BaggageSpanProcessor } from '../../../../../src/sdk/telemetry/trace/baggage-span-processor.js'

const baggage = propagation.createBaggage({ tenant: { value: 'a b' }, 'iii.function.id': { value: 'f' } })
const parent = propagation.setBaggage(ROOT_CONTEXT, baggage)

test('baggage becomes attributes in a provider of OpenTelemetry 2', () => {
  const exporter = new InMemorySpanExporter()
  const spanProcessors = [new BaggageSpanProcessor(), new SimpleSpanProcessor({ exporter })]
  new TracerProvider({ spanProcessors }).getTracer('t').startSpan('s', {}, parent).end()
  expect(exporter.getFinishedSpans()[0]!.attributes).toEqual({ tenant: 'a b', 'iii.function.id': 'f' })
})

test('baggage becomes attributes in a provider of OpenTelemetry 1.30', () => {
  const exporter = new OldExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new BaggageSpanProcessor(), new OldProcessor(exporter)] })
  provider.getTracer('t').startSpan('s', {}, parent).end()
  provider.getTracer('t').startSpan('without', {}, context.active()).end()
  expect(exporter.getFinishedSpans().map(({ attributes }) => attributes)).toEqual([
    { tenant: 'a b', 'iii.function.id': 'f' },
    {},
  ])
})
