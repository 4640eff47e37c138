/** `iii-node/helpers/queue`: the answer to an enqueued call. */
export type { EnqueueResult } from '../../sdk/worker/calls/trigger-request.js'
