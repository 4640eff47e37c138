/** `iii-node/internal`: an HTTP request with the ends of both bodies, as a function receives it. */
export type { InternalHttpRequest } from '../sdk/worker/invocations/http-request.js'
export type { IIIErrorKind } from '../errors.js'
export type { Closed } from '../wire/transport/transport.js'
