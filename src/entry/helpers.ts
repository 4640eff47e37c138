/** `iii-node/helpers`: channels and streams of one's own, as functions that take a client. */
export { ChannelItem } from '../sdk/channel/channel-ref.js'
export { ChannelDirection, extractChannelRefs, isChannelRef } from '../sdk/channel/channel-ref.js'
export { createChannel } from '../sdk/worker/calls/create-channel.js'
export { createStream } from '../sdk/worker/stores/create-stream.js'
