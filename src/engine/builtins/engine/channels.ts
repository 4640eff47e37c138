/**
 * `engine::channels::create`: creates a channel between two workers. The channel outlives the connection that created
 * it, and counts towards the limit of that connection until it ends.
 */
import { EngineFunctions } from '../../../wire/protocol/names.js'
import { integer, optional } from '../../config/builtin-fields.js'
import { builtinFunction } from '../../config/builtin-input.js'
import type { BuiltinFunction } from '../builtin.js'
import type { ChannelTable } from '../../channels/channel-table.js'

export function createChannelFunction(channels: ChannelTable): BuiltinFunction {
  return builtinFunction({
    id: EngineFunctions.CREATE_CHANNEL,
    description: 'Creates a channel and returns a reference to each of its ends',
    requestSchema: {
      type: 'object',
      properties: { buffer_size: { type: 'integer', minimum: 1, maximum: 1024, default: 64 } },
    },
    input: { buffer_size: optional(integer(0)) },
    call: ({ buffer_size: bufferItems }, { callerWorkerId }) => {
      const { writer, reader } = channels.create(bufferItems, callerWorkerId)
      return { writer, reader }
    },
  })
}
