/** The way in: makes a worker with the clock, the randomness and the sockets of a web page. */
import { workerCodec } from '../../wire/protocol/codec.js'
import { webClock } from '../../std/time/web-clock.js'
import { webRandom } from '../../std/web-random.js'
import { webDial, type WebPlatform, type WebSocketLike } from '../../wire/transport/web-transport.js'
import type { DeclaredStreams, RegisteredStream } from '../worker/registered-types.js'
import { resolveOptions, withTicket, type BrowserOptions } from './options.js'
import { followOn, type FollowOptions, type StreamFollower } from './follow-stream.js'
import { PageWorker, type BrowserWorker } from './worker.js'

/** What a worker takes from the browser; tests pass sockets of their own. */
export const webPlatform: WebPlatform = {
  clock: webClock,
  open(url) {
    const { WebSocket } = globalThis as unknown as { readonly WebSocket: new (url: string) => WebSocketLike }
    return new WebSocket(url)
  },
}

const probe = {
  frame: workerCodec.encode({ type: 'ping' }),
  isAnswer: (frame: string): boolean => frame.length < 64 && workerCodec.decode(frame).type === 'pong',
}

/**
 * Creates a worker in a web page and connects it to an engine. Returns at once: what is registered before the
 * connection is up is sent when it opens, and again after every reconnect.
 *
 * @param address the WebSocket URL of a guarded listener of the engine. A token may be part of its query.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid address or an option that is off,
 * `INVALID_NAMESPACE` for a blank namespace.
 */
export function registerWorker(address: string, options?: BrowserOptions): BrowserWorker {
  return registerWorkerOn(webPlatform, address, options)
}

/** `registerWorker` with sockets of the caller. */
export function registerWorkerOn(platform: WebPlatform, address: string, options: BrowserOptions = {}): BrowserWorker {
  const resolved = resolveOptions(address, options, () => webRandom.uuid())
  const { ticket, addresses } = resolved
  // Channels are opened by the keys in their addresses, and need no ticket.
  const addressOf = (url: string): Promise<string> => withTicket(url, addresses.includes(url) ? ticket : undefined)
  const dial = webDial({ ...platform, addressOf, probe })
  return new PageWorker(
    { ...resolved, traceparent: platform.traceparent },
    { dial, clock: platform.clock, random: webRandom },
  )
}

/* eslint-disable @typescript-eslint/no-explicit-any -- the type of the items is the caller's to name */
/** Follows one item of a stream whose items `Register` declares. */
export function followStream<Name extends RegisteredStream>(
  url: string,
  options: FollowOptions & { stream: Name; item: string },
): StreamFollower<DeclaredStreams[Name], DeclaredStreams[Name] | null>
/** Follows a group of a stream whose items `Register` declares. */
export function followStream<Name extends RegisteredStream>(
  url: string,
  options: FollowOptions & { stream: Name },
): StreamFollower<DeclaredStreams[Name], DeclaredStreams[Name][]>
/**
 * Follows one item of a stream over the stream port.
 * @param url the WebSocket URL of the stream port. A token may be part of its query.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid address or an invalid option. The loop over the
 * follower throws `FORBIDDEN` when a join handler refuses the client.
 */
export function followStream<T = any>(
  url: string,
  options: FollowOptions & { item: string },
): StreamFollower<T, T | null>
/** Follows a group of a stream over the stream port. */
export function followStream<T = any>(url: string, options: FollowOptions): StreamFollower<T, T[]>
export function followStream(url: string, options: FollowOptions): StreamFollower<unknown, unknown> {
  return followOn(webPlatform, url, options)
}
/* eslint-enable @typescript-eslint/no-explicit-any */
