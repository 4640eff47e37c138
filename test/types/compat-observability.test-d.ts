/** Ours against theirs for the observability helpers, as in the type test of the other subpaths. */
import { describe, expectTypeOf, test } from 'vitest'
import type * as theirs from '@iii-dev/helpers/observability'
import type * as theirInternals from '@iii-dev/helpers/observability/internal'
import type * as ours from 'iii-node/helpers/observability'
import type * as ourInternals from 'iii-node/helpers/observability/internal'

/** Classes with private members never fit another package's; what can be used of them can be compared. */
type Public<T> = { [K in keyof T]: T[K] }

describe('functions', () => {
  test('fit the official ones', () => {
    expectTypeOf<typeof ours.currentSpanId>().toExtend<typeof theirs.currentSpanId>()
    expectTypeOf<typeof ours.currentSpanIsRecording>().toExtend<typeof theirs.currentSpanIsRecording>()
    expectTypeOf<typeof ours.currentTraceId>().toExtend<typeof theirs.currentTraceId>()
    expectTypeOf<typeof ours.executeTracedRequest>().toExtend<typeof theirs.executeTracedRequest>()
    expectTypeOf<typeof ours.extractBaggage>().toExtend<typeof theirs.extractBaggage>()
    expectTypeOf<typeof ours.extractContext>().toExtend<typeof theirs.extractContext>()
    expectTypeOf<typeof ours.extractTraceparent>().toExtend<typeof theirs.extractTraceparent>()
    expectTypeOf<typeof ours.flushOtel>().toExtend<typeof theirs.flushOtel>()
    expectTypeOf<typeof ours.getAllBaggage>().toExtend<typeof theirs.getAllBaggage>()
    expectTypeOf<typeof ours.getBaggageEntry>().toExtend<typeof theirs.getBaggageEntry>()
    expectTypeOf<typeof ours.initOtel>().toExtend<typeof theirs.initOtel>()
    expectTypeOf<typeof ours.injectBaggage>().toExtend<typeof theirs.injectBaggage>()
    expectTypeOf<typeof ours.injectTraceparent>().toExtend<typeof theirs.injectTraceparent>()
    expectTypeOf<typeof ours.patchGlobalFetch>().toExtend<typeof theirs.patchGlobalFetch>()
    expectTypeOf<typeof ours.recordSpanEvent>().toExtend<typeof theirs.recordSpanEvent>()
    expectTypeOf<typeof ours.redact>().toExtend<typeof theirs.redact>()
    expectTypeOf<typeof ours.redactAndTruncate>().toExtend<typeof theirs.redactAndTruncate>()
    expectTypeOf<typeof ours.registerWorkerGauges>().toExtend<typeof theirs.registerWorkerGauges>()
    expectTypeOf<typeof ours.removeBaggageEntry>().toExtend<typeof theirs.removeBaggageEntry>()
    expectTypeOf<typeof ours.resolveMaxBytesFromEnv>().toExtend<typeof theirs.resolveMaxBytesFromEnv>()
    expectTypeOf<typeof ours.safeStringify>().toExtend<typeof theirs.safeStringify>()
    expectTypeOf<typeof ours.setBaggageEntry>().toExtend<typeof theirs.setBaggageEntry>()
    expectTypeOf<typeof ours.setCurrentSpanAttribute>().toExtend<typeof theirs.setCurrentSpanAttribute>()
    expectTypeOf<typeof ours.setCurrentSpanError>().toExtend<typeof theirs.setCurrentSpanError>()
    expectTypeOf<typeof ours.shutdownOtel>().toExtend<typeof theirs.shutdownOtel>()
    expectTypeOf<typeof ours.stopWorkerGauges>().toExtend<typeof theirs.stopWorkerGauges>()
    expectTypeOf<typeof ours.unpatchGlobalFetch>().toExtend<typeof theirs.unpatchGlobalFetch>()
    expectTypeOf<typeof ours.withSpan<string>>().toExtend<typeof theirs.withSpan<string>>()
    expectTypeOf<typeof ourInternals.getMeter>().toExtend<typeof theirInternals.getMeter>()
    expectTypeOf<typeof ourInternals.getTracer>().toExtend<typeof theirInternals.getTracer>()
    expectTypeOf<typeof ours.REDACTED_PLACEHOLDER>().toEqualTypeOf<typeof theirs.REDACTED_PLACEHOLDER>()
  })

  test('of loggers: another version of the logs API is another declaration, so what can be called is compared', () => {
    expectTypeOf<Parameters<ours.OtelLogger['emit']>[0]>().toHaveProperty('body')
    expectTypeOf<keyof theirs.OtelLogger>().toExtend<keyof ours.OtelLogger>()
    expectTypeOf<ReturnType<typeof theirs.getLogger>>().extract<null>().toEqualTypeOf<null>()
    expectTypeOf<ReturnType<typeof ours.getLogger>>().toEqualTypeOf<ours.OtelLogger | null>()
    expectTypeOf<`${theirs.SeverityNumber}`>().toEqualTypeOf<`${ours.SeverityNumber}`>()
  })
})

describe('types', () => {
  test('that users receive fit the official ones', () => {
    expectTypeOf<ours.Meter>().toExtend<theirs.Meter>()
    expectTypeOf<ours.Span>().toExtend<theirs.Span>()
    expectTypeOf<ours.OtelLogEvent>().toExtend<theirs.OtelLogEvent>()
    expectTypeOf<ours.WorkerMetrics>().toExtend<theirs.WorkerMetrics>()
    expectTypeOf<Public<ours.Logger>>().toExtend<Public<theirs.Logger>>()
    expectTypeOf<ConstructorParameters<typeof theirs.Logger>>().toExtend<ConstructorParameters<typeof ours.Logger>>()
    expectTypeOf<Public<ours.WorkerMetricsCollector>>().toExtend<Public<theirs.WorkerMetricsCollector>>()
    expectTypeOf<keyof theirs.BaggageSpanProcessor>().toExtend<keyof ours.BaggageSpanProcessor>()
    expectTypeOf<ours.BaggageSpanProcessor>().toExtend<theirs.BaggageSpanProcessor>()
  })

  test('that users construct for the official ones fit ours', () => {
    expectTypeOf<theirs.OtelConfig>().toExtend<ours.OtelConfig>()
    expectTypeOf<theirs.ReconnectionConfig>().toExtend<ours.ReconnectionConfig>()
    expectTypeOf<theirs.TracedFetchInit>().toExtend<ours.TracedFetchInit>()
    expectTypeOf<theirs.WorkerGaugesOptions>().toExtend<ours.WorkerGaugesOptions>()
    expectTypeOf<theirs.WorkerMetricsCollectorOptions>().toExtend<ours.WorkerMetricsCollectorOptions>()
    expectTypeOf<ConstructorParameters<typeof theirs.WorkerMetricsCollector>>().toExtend<
      ConstructorParameters<typeof ours.WorkerMetricsCollector>
    >()
  })
})
