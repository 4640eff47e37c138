/** Connects a local engine to another engine with the worker SDK. Joins the two columns, which do not know each other. */
import type {
  RemoteCall,
  RemoteEngine,
  RemoteEngineOptions,
  RemoteHandler,
} from '../engine/builtins/bridge/remote-engine.js'
import { InvocationError, NotConnectedError, type ErrorBody } from '../errors.js'
import type { Random } from '../std/random.js'
import { addressWithoutCredentials } from '../std/text/without-credentials.js'
import { noTracing } from '../sdk/telemetry/trace/spans.js'
import type { FunctionHandler } from '../sdk/worker/functions/function-handler.js'
import { resolveOptions } from '../sdk/worker/options/options.js'
import { Worker } from '../sdk/worker/worker.js'
import { toErrorBody } from '../wire/protocol/error-body.js'
import { DEFAULT_NAMESPACE } from '../wire/protocol/names.js'
import type { TraceHeaders } from '../wire/protocol/tracing.js'
import { dialWebSocket } from '../wire/transport/ws-dial.js'

const NO_TRACE: TraceHeaders = { traceparent: undefined, baggage: undefined }

/** Opens a connection that reconnects until it is closed. */
export function connectEngine(options: RemoteEngineOptions): RemoteEngine {
  return new WorkerOnEngine(options)
}

class WorkerOnEngine implements RemoteEngine {
  readonly #worker: Worker
  readonly #namespace: string
  readonly #random: Random
  /** Headers of the call that is being written. */
  #trace = NO_TRACE

  constructor({ url, namespace = DEFAULT_NAMESPACE, headers, clock, random, log }: RemoteEngineOptions) {
    this.#namespace = namespace
    this.#random = random
    const shownUrl = addressWithoutCredentials(url)
    const options = resolveOptions(url, {
      // Engines that are bridged to the same one have different names.
      workerName: `iii-bridge-${random.uuid()}`,
      namespace,
      headers,
      otel: { enabled: false },
      enableMetricsReporting: false,
      diagnostics: (event) => {
        if (event.kind === 'state')
          log.info({ url: shownUrl, state: event.state }, 'The connection of the bridge has changed')
        else log.warn({ url: shownUrl, event }, 'The bridge to another engine reports an event')
      },
    })
    const tracing = { ...noTracing, inject: () => this.#trace }
    this.#worker = new Worker(options, { dial: dialWebSocket, clock, random, tracing })
  }

  async call({
    functionId,
    data,
    namespace = DEFAULT_NAMESPACE,
    traceparent,
    baggage,
    ...rest
  }: RemoteCall): Promise<unknown> {
    this.#trace = { traceparent, baggage }
    try {
      // The frame is written before the promise is returned, with the headers of this call.
      const answer = this.#worker.trigger<unknown, unknown>({
        function_id: functionId,
        payload: data,
        namespace,
        ...rest,
      })
      this.#trace = NO_TRACE
      return await answer
    } catch (error) {
      throw error instanceof InvocationError ? error : new InvocationError(errorBody(error), { cause: error })
    }
  }

  expose(functionId: string, handler: RemoteHandler): void {
    this.#worker.registerFunction(functionId, served(handler))
  }

  follow(type: string, config: object, handler: RemoteHandler): void {
    const functionId = `iii-bridge::${this.#random.uuid()}`
    this.#worker.registerFunction(functionId, served(handler), { metadata: { internal: true } })
    this.#worker.registerTrigger({ type, function_id: functionId, config, namespace: this.#namespace })
  }

  async close(): Promise<void> {
    await this.#worker.shutdown()
  }
}

/** An error of the connection keeps its code. */
function errorBody(error: unknown): ErrorBody {
  return error instanceof NotConnectedError ? { code: error.code, message: error.message } : toErrorBody(error)
}

function served(handler: RemoteHandler): FunctionHandler {
  return (data: unknown, _, { traceparent, baggage }) => handler(data, { traceparent, baggage })
}
