/**
 * What channel ends take from their client and report to it, and the list of a client's open ends, which end with it.
 * Knows neither sockets nor items.
 */
import type { IIIError } from '../../errors.js'
import type { Clock } from '../../std/time/clock.js'
import { systemClock } from '../../std/time/clock.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import type { Dial } from '../../wire/transport/transport.js'
import { dialWebSocket } from '../../wire/transport/ws-dial.js'

/** An end with a socket, as its client sees it. */
export interface ChannelEnd {
  /** Bytes to be sent, and bytes received that are still unread; text counts in UTF-16 units. */
  readonly heldBytes: number
  /** Whether work is left on it: its last bytes are on their way, or it is a response that has not ended. */
  readonly isBusy: boolean
  /** Cuts the socket; what waits on this end rejects with the error. */
  abandon(error: IIIError): void
}

/** The ends of one client that have a socket. They end with it. */
export class ChannelEnds {
  readonly #open = new Set<ChannelEnd>()
  #over: IIIError | undefined
  #settled: Deferred<void> | undefined

  /** Why no end can be opened any more. */
  get over(): IIIError | undefined {
    return this.#over
  }

  /** Ends with a socket. */
  get size(): number {
    return this.#open.size
  }

  /** Bytes that all ends hold together. */
  get heldBytes(): number {
    let bytes = 0
    for (const end of this.#open) bytes += end.heldBytes
    return bytes
  }

  /** Lists an end. */
  add(end: ChannelEnd): void {
    this.#open.add(end)
  }

  /** Removes an end from the list. */
  delete(end: ChannelEnd): void {
    this.#open.delete(end)
    if (!this.#isBusy()) this.#settled?.resolve()
  }

  /** Resolves once no end is busy. */
  idle(): Promise<void> {
    if (!this.#isBusy()) return Promise.resolve()
    this.#settled ??= deferred()
    return this.#settled.promise
  }

  /** Cuts every end; later ones are refused with the same error. */
  abandonAll(error: IIIError): void {
    this.#over ??= error
    for (const end of [...this.#open]) end.abandon(error)
  }

  #isBusy(): boolean {
    for (const end of this.#open) if (end.isBusy) return true
    return false
  }
}

/** Text of a channel that was dropped, since nothing listened. */
export interface DroppedText {
  /** The channel. */
  readonly channelId: string
  /** How many messages of this end so far. */
  readonly dropped: number
}

/** A reader that waits for one kind of items while the other kind before them is not taken. */
export interface StalledChannel {
  /** The channel. */
  readonly channelId: string
  /** The kind that nothing takes. */
  readonly unread: 'text' | 'binary'
}

/** What a channel end takes from its client; the process's own by default. */
export interface ChannelPorts {
  /** Opens a transport. */
  readonly dial: Dial
  /** Tells the time and sets timers. */
  readonly clock: Clock
  /** Handshake headers, the same as the client's. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Hears what a callback of the user threw. */
  readonly onCallbackError: (error: unknown) => void
  /** Receives why a channel failed where no other code would: its Node stream has no listener, or a writer was cut after `close`. */
  readonly onUnheardError: (error: unknown) => void
  /** Receives each text message that is dropped because nothing listens and too many are kept already. */
  readonly onTextDropped: (text: DroppedText) => void
  /** Receives ends whose reader has waited for 5 s behind items that nothing takes. */
  readonly onStalled: (channel: StalledChannel) => void
  /** Whether small items are acknowledged at once; `undefined` where the engine decides. */
  readonly releasesBursts?: () => boolean | undefined
  /** Where ends are listed as long as they have a socket. */
  readonly ends?: ChannelEnds
}

export const defaultChannelPorts: ChannelPorts = {
  dial: dialWebSocket,
  clock: systemClock,
  headers: () => ({}),
  onCallbackError: warn,
  onUnheardError: warn,
  onTextDropped: (text) => {
    if (text.dropped === 1) warn(`A message was dropped: ${droppedText(text)}`)
  },
  onStalled: (channel) => {
    warn(stalledText(channel))
  },
}

/** Says that text was dropped. */
export function droppedText({ channelId }: DroppedText): string {
  return `a text message of channel ${channelId} came while nothing listened, and too many are kept already`
}

/** Says what a stalled channel waits for. */
export function stalledText({ channelId, unread }: StalledChannel): string {
  const [first, second] = unread === 'binary' ? ['bytes', 'text messages'] : ['text messages', 'bytes']
  return `Channel ${channelId} is stalled: its reader waits for ${second} behind ${first} that nothing has read for 5 s. Read both, for example with \`items()\``
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}
