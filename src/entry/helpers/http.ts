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
