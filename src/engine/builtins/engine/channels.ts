/**
 * `engine::channels::create`: creates a channel between two workers. The channel outlives the connection that created
 * it, and counts towards the limit of that connection until it ends.
 */
import { EngineFunctions } from '../../../wire/protocol/names.js'
import type { BuiltinFunction } from '../builtin.js'
import type { ChannelTable } from '../../channels/channel-table.js'
import { builtinFunction } from '../../declare/function.js'
import { integer, named, object, oneOf, optional, string } from '../../declare/schema.js'

const direction = named('ChannelDirection', oneOf(['read', 'write']))
const channelRef = named('StreamChannelRef', object({ channel_id: string(), access_key: string(), direction }))

export function createChannelFunction(channels: ChannelTable): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.CREATE_CHANNEL,
    description: 'Creates a channel and returns a reference to each of its ends',
    input: object({ buffer_size: optional(integer('uint', 'Items kept for the reader; default 64'), null) }),
    output: object({ writer: channelRef, reader: channelRef }),
    call: ({ buffer_size: bufferItems }, { callerWorkerId }) => {
      const { writer, reader } = channels.create(bufferItems, callerWorkerId)
      return { writer, reader }
    },
  })
}
