/** `iii-node/channel`: the two ends of a channel. */
export { ChannelReader } from '../channel/reader.js'
export { ChannelWriter } from '../channel/writer.js'
export type { ChannelOperationOptions } from '../channel/writer.js'
export type { StreamChannelRef } from '../channel/channel-ref.js'
export type { Channel } from '../channel/create.js'
