/** `iii-node/channel`: the two ends of a channel. */
export { ChannelReader } from '../sdk/channel/reader.js'
export { ChannelWriter } from '../sdk/channel/writer.js'
export type { ChannelOperationOptions } from '../sdk/channel/writer.js'
export type { StreamChannelRef } from '../sdk/channel/channel-ref.js'
export type { Channel } from '../sdk/channel/create.js'
export type {
  ChannelEnd,
  ChannelEnds,
  ChannelPorts,
  DroppedText,
  EndpointPorts,
  OpenEnds,
} from '../sdk/channel/ports.js'
export type {
  Closed,
  Dial,
  DialOptions,
  HandshakeHeaders,
  Transport,
  TransportEvents,
} from '../wire/transport/transport.js'
export type { Clock, Timer, TimerMode } from '../std/time/clock.js'
