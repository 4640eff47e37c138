/**
 * The interface between channel ends and their client, and the list of open ends, which are closed with the client.
 * Independent of sockets and items.
 */
import type { IIIError } from '../../errors.js'
import type { Clock } from '../../std/time/clock.js'
import { deferred, type Deferred } from '../../std/async/deferred.js'
import type { Dial, DialOptions, Transport } from '../../wire/transport/transport.js'

/** A connected channel end, as its client sees it. */
export interface ChannelEnd {
  /** Bytes to be sent, and received bytes that are unread; text counts in UTF-16 units. */
  readonly heldBytes: number
  /** Whether work is left: its last bytes are being sent, or it is an unfinished response. */
  readonly isBusy: boolean
  /** Cuts the socket; pending operations of this end reject with the error. */
  abandon(error: IIIError): void
}

/** The ends of one client that have a socket. They are closed with it. */
export class OpenEnds {
  /** The ends with a socket. */
  protected readonly open = new Set<ChannelEnd>()
  #over: IIIError | undefined

  /** Why no end can be opened any more. */
  get over(): IIIError | undefined {
    return this.#over
  }

  /** Lists an end. */
  add(end: ChannelEnd): void {
    this.open.add(end)
  }

  /** Removes an end from the list. */
  delete(end: ChannelEnd): void {
    this.open.delete(end)
  }

  /** Cuts every end; later ones are refused with the same error. */
  abandonAll(error: IIIError): void {
    this.#over ??= error
    for (const end of [...this.open]) end.abandon(error)
  }
}

/** The same for a client that drains. */
export class ChannelEnds extends OpenEnds {
  #settled: Deferred<void> | undefined

  /** Ends with a socket. */
  get size(): number {
    return this.open.size
  }

  /** Bytes that all ends hold together. */
  get heldBytes(): number {
    let bytes = 0
    for (const end of this.open) bytes += end.heldBytes
    return bytes
  }

  /** Removes an end from the list. */
  override delete(end: ChannelEnd): void {
    super.delete(end)
    if (!this.#isBusy()) this.#settled?.resolve()
  }

  /** Resolves once no end is busy. */
  idle(): Promise<void> {
    if (!this.#isBusy()) return Promise.resolve()
    this.#settled ??= deferred()
    return this.#settled.promise
  }

  #isBusy(): boolean {
    for (const end of this.open) if (end.isBusy) return true
    return false
  }
}

/** Event: a text message of a channel was dropped, because nothing read it. */
export interface DroppedText {
  /** The channel. */
  readonly channelId: string
  /** Number of messages dropped by this end so far. */
  readonly dropped: number
}

/** Event: a channel reader waits behind unread items of the other kind. */
export interface StalledChannel {
  /** The channel. */
  readonly channelId: string
  /** The kind that is not read. */
  readonly unread: 'text' | 'binary'
}

/** Dependencies of the socket of a channel end from its client. */
export interface EndpointPorts {
  /** Opens a transport. */
  readonly dial: Dial
  /** Tells the time and sets timers. */
  readonly clock: Clock
  /** Handshake headers, the same as those of the client. */
  readonly headers: DialOptions['headers']
  /** Receives errors thrown by callbacks of the user. */
  readonly onCallbackError: (error: unknown) => void
  /** Whether small items are acknowledged at once, by the headers of the engine's handshake response. Default: no. */
  readonly releasesBursts?: (headers: Transport['peerHeaders']) => boolean
  /** The list of ends with a socket. */
  readonly ends?: OpenEnds
}

/** Dependencies of a channel end from its client. */
export interface ChannelPorts extends EndpointPorts {
  /**
   * Receives errors of a channel that no other code would receive: its Node stream has no listener, or a writer was cut
   * after `close`.
   */
  readonly onUnhandledError: (error: unknown) => void
  /** Called for each text message that is dropped because it has no listener and too many are queued. */
  readonly onTextDropped: (text: DroppedText) => void
  /** Called for ends whose reader has waited for 5 s behind items that are not read. */
  readonly onStalled: (channel: StalledChannel) => void
  /** Reports the options of an operation that are not among the known names. */
  readonly reportUnknown?: (options: object, known: ReadonlySet<string>) => void
}

/** Reports dropped text. */
export function droppedText({ channelId }: DroppedText): string {
  return `a text message of channel ${channelId} arrived without a listener, and too many are queued already`
}

/** Reports why a channel has stalled. */
export function stalledText({ channelId, unread }: StalledChannel): string {
  const [first, second] = unread === 'binary' ? ['bytes', 'text messages'] : ['text messages', 'bytes']
  return `Channel ${channelId} is stalled: its reader waits for ${second} behind ${first} that nothing has read for 5 s. Read both, for example with \`items()\``
}
