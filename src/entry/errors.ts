/** `iii-node/errors`: error classes, error codes, and a type guard for error objects of the wire. */
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
  ValidationError,
  WebSocketError,
} from '../errors.js'
export type {
  ErrorBody,
  IIIErrorKind,
  InvocationErrorInit,
  Outcome,
  RegistrationRejectedInit,
  RegistrationRejectedOptions,
  ValidationErrorInit,
  ValidationIssue,
} from '../errors.js'
export { isErrorBody } from '../wire/protocol/error-body.js'
