/** `iii-node/browser`: a worker in a web page, and a follower of streams. Imports nothing of Node. */
export { followStream, registerWorker } from '../sdk/browser/register-worker.js'
export type { BrowserOptions } from '../sdk/browser/options.js'
export type { BrowserWorker } from '../sdk/browser/worker.js'
export { ChannelReader, ChannelWriter } from '../sdk/browser/channels.js'
export type { Channel } from '../sdk/browser/channels.js'
export type { EndpointPorts } from '../sdk/channel/ports.js'
export type { FollowOptions, StreamFollower, StreamUpdate } from '../sdk/browser/follow-stream.js'
export { TriggerAction } from '../sdk/worker/calls/trigger-request.js'
export { defineFunction } from '../sdk/worker/functions/contract.js'
export { IIIConnectionState } from '../sdk/connection/state.js'
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
