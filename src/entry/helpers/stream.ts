/** `iii-node/helpers/stream`: inputs and results of stream operations, stream events, and update operations. */
export type {
  StreamDeleteInput,
  StreamDeleteResult,
  StreamGetInput,
  StreamListGroupsInput,
  StreamListInput,
  StreamSetInput,
  StreamSetResult,
  StreamUpdateInput,
  StreamUpdateResult,
} from '../../sdk/worker/stores/stream-operations.js'
export { StreamEventType } from '../../sdk/worker/stores/stream-events.js'
export type {
  StreamAuthInput,
  StreamAuthResult,
  StreamChangeEvent,
  StreamChangeEventDetail,
  StreamContext,
  StreamJoinLeaveEvent,
  StreamJoinResult,
  StreamSentEvent,
} from '../../sdk/worker/stores/stream-events.js'
export type { StreamJoinLeaveTriggerConfig, StreamTriggerConfig } from '../../sdk/worker/triggers/trigger-configs.js'
export { UpdateOp } from '../../sdk/worker/stores/update-op.js'
export type {
  MergePath,
  UpdateAppend,
  UpdateDecrement,
  UpdateIncrement,
  UpdateMerge,
  UpdateOpError,
  UpdateRemove,
  UpdateSet,
} from '../../sdk/worker/stores/update-op.js'
