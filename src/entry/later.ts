/** `iii-node/later`: calls at a later time. */
export { callLater, cancelLater, serveLater } from '../sdk/worker/later/call-later.js'
export type { LaterCall, LaterOptions, LaterServer, LaterWorker } from '../sdk/worker/later/call-later.js'
