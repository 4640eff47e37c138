/** `iii-node/errors`: error classes, codes, and the test for error objects of the wire. */
export {
  ErrorCode,
  HandlerError,
  IIIError,
  InvocationError,
  NotConnectedError,
  RegistrationRejectedError,
  RemoteError,
  RuntimeError,
  SerdeError,
  TimeoutError,
  WebSocketError,
} from '../errors.js'
export type { ErrorBody, IIIErrorKind, InvocationErrorInit, Outcome, RegistrationRejectedInit } from '../errors.js'
export { isErrorBody } from '../protocol/error-body.js'
