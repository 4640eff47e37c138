/** `iii-node/helpers/http`: handlers of HTTP requests, and functions that the engine calls over HTTP. */
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
