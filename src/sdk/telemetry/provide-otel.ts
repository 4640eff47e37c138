/**
 * Includes OpenTelemetry in bundled programs. Separate from `otel-modules.ts`, which must not import OpenTelemetry when
 * it is loaded.
 */
import * as api from '@opentelemetry/api'
import * as apiLogs from '@opentelemetry/api-logs'
import * as contextAsyncHooks from '@opentelemetry/context-async-hooks'
import * as core from '@opentelemetry/core'
import * as otlpTransformer from '@opentelemetry/otlp-transformer'
import * as resources from '@opentelemetry/resources'
import * as sdkLogs from '@opentelemetry/sdk-logs'
import * as sdkMetrics from '@opentelemetry/sdk-metrics'
import * as sdkTrace from '@opentelemetry/sdk-trace'
import { provideModule } from '../../std/require-module.js'

export function provideOtel(): void {
  provideModule('@opentelemetry/api', api)
  provideModule('@opentelemetry/api-logs', apiLogs)
  provideModule('@opentelemetry/context-async-hooks', contextAsyncHooks)
  provideModule('@opentelemetry/core', core)
  provideModule('@opentelemetry/otlp-transformer', otlpTransformer)
  provideModule('@opentelemetry/resources', resources)
  provideModule('@opentelemetry/sdk-logs', sdkLogs)
  provideModule('@opentelemetry/sdk-metrics', sdkMetrics)
  provideModule('@opentelemetry/sdk-trace', sdkTrace)
}
