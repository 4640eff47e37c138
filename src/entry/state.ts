/** `iii-node/state`: what the operations and events of state carry, and a client for them. */
export { stateClient } from '../worker/state-client.js'
export type { StateClient } from '../worker/state-client.js'
export { StateEventType } from '../worker/state-operations.js'
export type {
  IState,
  StateDeleteInput,
  StateDeleteResult,
  StateEventData,
  StateGetInput,
  StateListInput,
  StateSetInput,
  StateSetResult,
  StateUpdateInput,
  StateUpdateResult,
} from '../worker/state-operations.js'
