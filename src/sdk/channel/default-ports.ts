/** What channel ends use that were made without a client: the clock, the sockets and the warnings of the process. */
import { systemClock } from '../../std/time/clock.js'
import { readGuarantees } from '../../wire/protocol/guarantees.js'
import { dialWebSocket } from '../../wire/transport/ws-dial.js'
import { droppedText, stalledText, type ChannelPorts } from './ports.js'

export const defaultChannelPorts: ChannelPorts = {
  dial: dialWebSocket,
  clock: systemClock,
  headers: () => ({}),
  releasesBursts: (headers) => !readGuarantees(headers).has('writes-undelayed'),
  onCallbackError: warn,
  onUnhandledError: warn,
  onTextDropped: (text) => {
    if (text.dropped === 1) warn(`A message was dropped: ${droppedText(text)}`)
  },
  onStalled: (channel) => {
    warn(stalledText(channel))
  },
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
