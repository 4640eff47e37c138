/**
 * `createChannel` as a function that takes a client, as the official package has it.
 */
import { createChannelOn, type Channel } from '../../channel/create.js'
import type { IIIClient } from '../client.js'

/**
 * Creates a channel through a client.
 * @param bufferSize messages the engine keeps while the reader is behind. Default 64; the engine allows 1 to 1024.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for a client that was not made by `registerWorker`, or a size that is not a
 * whole number above 0.
 */
export function createChannel(iii: IIIClient, bufferSize?: number): Promise<Channel> {
  return createChannelOn(iii, bufferSize)
}
