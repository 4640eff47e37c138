/** Connects a local engine to another engine with the worker SDK. Joins the two columns, which do not know each other. */
import type { RemoteCall, RemoteEngine, RemoteEngineOptions } from '../engine/builtins/bridge/remote-engine.js'
import { InvocationError } from '../errors.js'
import { noTracing } from '../sdk/telemetry/trace/spans.js'
import { resolveOptions } from '../sdk/worker/options.js'
import { Worker } from '../sdk/worker/worker.js'
import { toErrorBody } from '../wire/protocol/error-body.js'
import { DEFAULT_NAMESPACE } from '../wire/protocol/names.js'
import type { TraceHeaders } from '../wire/protocol/tracing.js'
import { dialWebSocket } from '../wire/transport/ws-dial.js'

const NO_TRACE: TraceHeaders = { traceparent: undefined, baggage: undefined }

/** Opens a connection that reconnects until it is closed. */
export function connectEngine({
  url,
  namespace = DEFAULT_NAMESPACE,
  clock,
  random,
  log,
}: RemoteEngineOptions): RemoteEngine {
  let trace = NO_TRACE
  const options = resolveOptions(url, {
    // Engines that are bridged to the same one have different names.
    workerName: `iii-bridge-${random.uuid()}`,
    namespace,
    otel: { enabled: false },
    enableMetricsReporting: false,
    diagnostics: (event) => log.warn({ url, event }, 'The bridge to another engine reports an event'),
  })
  const tracing = { ...noTracing, inject: () => trace }
  const worker = new Worker(options, { dial: dialWebSocket, clock, random, tracing })
  return {
    async call({ functionId, data, traceparent, baggage, timeoutMs, signal, metadata, namespace: target }: RemoteCall) {
      const request = {
        function_id: functionId,
        payload: data,
        metadata,
        timeoutMs,
        signal,
        namespace: target ?? DEFAULT_NAMESPACE,
      }
      trace = { traceparent, baggage }
      try {
        // The frame is written before the call returns its promise, with the headers of this call.
        const answered = worker.trigger(request)
        trace = NO_TRACE
        return (await answered) as unknown
      } catch (error) {
        throw error instanceof InvocationError ? error : new InvocationError(toErrorBody(error), { cause: error })
      }
    },
    expose(functionId, handler) {
      worker.registerFunction(functionId, (data: unknown, _, { traceparent, baggage }) =>
        handler(data, { traceparent, baggage }),
      )
    },
    follow(type, config, handler) {
      const functionId = `iii-bridge::${random.uuid()}`
      worker.registerFunction(
        functionId,
        (data: unknown, _, { traceparent, baggage }) => handler(data, { traceparent, baggage }),
        {
          metadata: { internal: true },
        },
      )
      worker.registerTrigger({ type, function_id: functionId, config, namespace })
    },
    close: () => worker.shutdown().then(() => undefined),
  }
}
