/** Waits for the frame a pattern is about; silence is reported together with what did arrive. */
import { show } from '../comparison.js'
import { isAbout } from '../discriminate.js'
import { ScenarioFailure } from '../failure.js'
import type { Message, Peer } from '../peer.js'

export interface TakeOptions {
  readonly limitMs: number
  /** Takes the very next message, whatever it is. */
  readonly next?: boolean | undefined
  readonly by?: readonly string[] | undefined
}

/**
 * Takes the first unread frame the pattern is about.
 * @throws {ScenarioFailure} when none comes in time, or the next message is bytes.
 */
export async function takeFrame(peer: Peer, pattern: unknown, options: TakeOptions): Promise<unknown> {
  const isWanted = (message: Message): boolean =>
    options.next === true ||
    (message.kind === 'text' && message.json !== undefined && isAbout(pattern, message.json, options.by))
  const message = await peer.take(isWanted, options.limitMs)
  if (message === undefined) {
    const wanted = options.next === true ? 'frame' : `frame like ${show(pattern)}`
    throw new ScenarioFailure(`${peer.name}: no ${wanted} within ${options.limitMs} ms${circumstances(peer)}`)
  }
  if (message.kind === 'bytes') throw new ScenarioFailure(`${peer.name}: ${showMessage(message)} instead of a frame`)
  return message.json
}

/** What else is known of a socket on which something is missing. */
export function circumstances(peer: Peer): string {
  const closed = peer.closed === undefined ? '' : ` (socket closed with ${peer.closed.code})`
  return `${closed}\n  unread: ${showUnread(peer)}`
}

export function showUnread(peer: Peer): string {
  return peer.unread.length === 0 ? 'nothing' : peer.unread.map(showMessage).join('\n          ')
}

export function showMessage(message: Message): string {
  return message.kind === 'bytes' ? `<${message.bytes.length} bytes>` : message.text.slice(0, 300)
}
