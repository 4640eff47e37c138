/** `iii-node/helpers/stream`: what the operations of a stream take and answer, its events, and update operations. */
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
} from '../../worker/stream-operations.js'
export { StreamEventType } from '../../worker/stream-events.js'
export type {
  StreamAuthInput,
  StreamAuthResult,
  StreamChangeEvent,
  StreamChangeEventDetail,
  StreamContext,
  StreamJoinLeaveEvent,
  StreamJoinResult,
  StreamSentEvent,
} from '../../worker/stream-events.js'
export type { StreamJoinLeaveTriggerConfig, StreamTriggerConfig } from '../../worker/trigger-configs.js'
export { UpdateOp } from '../../worker/update-op.js'
export type {
  MergePath,
  UpdateAppend,
  UpdateDecrement,
  UpdateIncrement,
  UpdateMerge,
  UpdateOpError,
  UpdateRemove,
  UpdateSet,
} from '../../worker/update-op.js'
