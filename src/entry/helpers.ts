/** `iii-node/helpers`: channels and streams of one's own, as functions that take a client. */
export { ChannelItem } from '../channel/channel-item.js'
export { ChannelDirection, extractChannelRefs, isChannelRef } from '../channel/channel-ref.js'
export { createChannel } from '../worker/create-channel.js'
export { createStream } from '../worker/create-stream.js'
