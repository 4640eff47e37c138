/**
 * `iii-node/stream`: the interface of a custom stream, inputs, results and events of streams, and a client for them.
 */
export type { IStream } from '../sdk/worker/stores/stream-operations.js'
export { streamClient } from '../sdk/worker/stores/stream-client.js'
export type { OptionalStreamName, StreamClient } from '../sdk/worker/stores/stream-client.js'
export { StreamEventType, UpdateOp } from './helpers/stream.js'
export type {
  MergePath,
  StreamAuthInput,
  StreamAuthResult,
  StreamChangeEvent,
  StreamChangeEventDetail,
  StreamContext,
  StreamDeleteInput,
  StreamDeleteResult,
  StreamGetInput,
  StreamJoinLeaveEvent,
  StreamJoinLeaveTriggerConfig,
  StreamJoinResult,
  StreamSentEvent,
  StreamListGroupsInput,
  StreamListInput,
  StreamSetInput,
  StreamSetResult,
  StreamTriggerConfig,
  StreamUpdateInput,
  StreamUpdateResult,
  UpdateAppend,
  UpdateDecrement,
  UpdateIncrement,
  UpdateMerge,
  UpdateOpError,
  UpdateRemove,
  UpdateSet,
} from './helpers/stream.js'
export type { CanTrigger } from '../sdk/worker/calls/trigger-request.js'
