/** `iii-node/helpers/http`: functions that serve HTTP requests, and functions that the engine serves by making them. */
export { http } from '../../worker/http-handler.js'
export type { HttpCallback } from '../../worker/http-handler.js'
export { HttpAuthConfig, HttpMethod } from '../../worker/http-invocation.js'
export type { HttpInvocationConfig } from '../../worker/http-invocation.js'
export type {
  HttpRequest,
  HttpResponse,
  HttpStreamReader,
  HttpTriggerInfo,
  StreamRequest,
  StreamResponse,
} from '../../worker/http-request.js'
