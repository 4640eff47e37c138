/**
 * Ports of a worker for its channels: address, sockets, headers and reports. The only connection between the two.
 */
import type { ChannelHost } from '../../channel/create.js'
import { ChannelEnds, droppedText, type ChannelPorts } from '../../channel/ports.js'
import type { ConnectionPorts } from '../../connection/connection.js'
import { ErrorCode, NotConnectedError } from '../../../errors.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { Link } from '../link.js'
import type { WorkerOptions } from '../options/options.js'
import type { WorkerCounters } from '../diagnostics/stats.js'
import type { UnknownOptions } from '../../../std/text/unknown-options.js'
import type { TriggerFunction } from './trigger-request.js'

/** The parts of a worker that channels stand on. */
export interface ChannelParts {
  readonly options: WorkerOptions
  readonly ports: ConnectionPorts
  readonly link: Link
  readonly counters: WorkerCounters
  readonly report: Report
  readonly unknown: UnknownOptions
  readonly ownTrigger: TriggerFunction
}

export class WorkerChannels implements ChannelHost {
  readonly ports: ChannelPorts
  /** Ends with a socket. */
  readonly #ends = new ChannelEnds()
  readonly #link: Link
  readonly #trigger: TriggerFunction

  constructor({ options, ports, link, counters, report, unknown, ownTrigger }: ChannelParts) {
    this.#link = link
    this.#trigger = ownTrigger
    this.ports = {
      dial: ports.dial,
      clock: ports.clock,
      ends: this.#ends,
      headers: () => link.headers(),
      releasesBursts: (headers) => options.needsOf(headers).releaseBursts,
      onCallbackError: (error) => {
        report({ kind: 'callback_failed', error })
      },
      onUnhandledError: (error) => {
        report({ kind: 'channel_failed', error })
      },
      onTextDropped: (text) => {
        counters.droppedChannelMessages += 1
        report({ kind: 'frame_dropped', reason: droppedText(text) })
      },
      reportUnknown: (given, known) => {
        unknown.check('channel options', given, known)
      },
      onStalled: (channel) => {
        report({ kind: 'channel_stalled', ...channel })
      },
    }
  }

  /** Channels are on the engine that made them. */
  get address(): string {
    return this.#link.connection.address
  }

  /** Bytes that the ends hold. */
  get heldBytes(): number {
    return this.#ends.heldBytes
  }

  call(functionId: string, payload: object): Promise<unknown> {
    return this.#trigger({ function_id: functionId, payload })
  }

  /** Resolves once no end has anything to send. */
  idle(): Promise<void> {
    return this.#ends.idle()
  }

  /** Cuts every end: the worker ends. */
  cut(): void {
    const text = 'iii is shutting down; the channel was cut, and data on its way may be lost'
    this.#ends.abandonAll(new NotConnectedError(ErrorCode.SHUTDOWN, text, { outcome: 'unknown' }))
  }
}
