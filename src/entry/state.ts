/** `iii-node/state`: inputs, results and events of state, and a client for it. */
export { stateClient } from '../sdk/worker/stores/state-client.js'
export type { StateClient } from '../sdk/worker/stores/state-client.js'
export { StateEventType } from '../sdk/worker/stores/state-operations.js'
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
} from '../sdk/worker/stores/state-operations.js'
export type { CanTrigger } from '../sdk/worker/calls/trigger-request.js'
