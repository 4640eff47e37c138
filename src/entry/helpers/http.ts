/** `iii-node/helpers/http`: functions that serve HTTP requests, and functions that the engine serves by making them. */
export { http } from '../../sdk/worker/invocations/http-handler.js'
export type { HttpCallback } from '../../sdk/worker/invocations/http-handler.js'
export { HttpAuthConfig, HttpMethod } from '../../sdk/worker/functions/http-invocation.js'
export type { HttpInvocationConfig } from '../../sdk/worker/functions/http-invocation.js'
export type {
  HttpRequest,
  HttpResponse,
  HttpStreamReader,
  HttpTriggerInfo,
  StreamRequest,
  StreamResponse,
} from '../../sdk/worker/invocations/http-request.js'
export type { IIIError } from '../../errors.js'
export type { ChannelEnd } from '../../sdk/channel/ports.js'
export type { InferInput, SchemaSide, StandardSchemaV1 } from '../../sdk/schema/standard-schema.js'
export type { ReceivedAs } from '../../sdk/worker/functions/contract.js'
export type { RegisterFunctionFormat } from '../../sdk/worker/functions/function-format.js'
export type { Timer, TimerMode } from '../../std/time/clock.js'
export type { DialOptions, Transport, TransportEvents } from '../../wire/transport/transport.js'
