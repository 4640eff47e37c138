/** `iii-node/helpers`: functions that create channels and custom streams for a client. */
export { ChannelItem } from '../sdk/channel/channel-ref.js'
export { ChannelDirection, extractChannelRefs, isChannelRef } from '../sdk/channel/channel-ref.js'
export { createChannel } from '../sdk/worker/calls/create-channel.js'
export { createStream } from '../sdk/worker/stores/create-stream.js'
