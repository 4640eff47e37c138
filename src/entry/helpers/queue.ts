/** `iii-node/helpers/queue`: the result of an enqueued call. */
export type { EnqueueResult } from '../../sdk/worker/calls/trigger-request.js'
