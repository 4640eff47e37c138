/** `iii-node/internal`: an HTTP request with the channel ends of both bodies, as a function receives it. */
export type { InternalHttpRequest } from '../sdk/worker/invocations/http-request.js'
