/**
 * Creates channels through a client, and channel ends from references. A client provides the required methods under a
 * symbol, so that any other object is rejected before anything is sent.
 */
import { invalidArgument } from '../../errors.js'
import type { StreamChannelRef } from './channel-ref.js'
import { createRefs } from './create-refs.js'
import type { ChannelPorts } from './ports.js'
import { ChannelReader } from './reader.js'
import { ChannelWriter } from './writer.js'

/** A channel: both ends and their references. Send one reference to another worker and use the other end. */
export type Channel = {
  writer: ChannelWriter
  reader: ChannelReader
  writerRef: StreamChannelRef
  readerRef: StreamChannelRef
}

/** The methods of a client for channels. */
export interface ChannelHost {
  readonly address: string
  readonly ports: ChannelPorts
  call(functionId: string, payload: object): Promise<unknown>
}

/** The member of a client with its `ChannelHost`. Global, so that copies of the package work with each other. */
export const CHANNEL_HOST = Symbol.for('iii-node.channel-host')

/** An object that can create channels. */
export interface ChannelClient {
  readonly [CHANNEL_HOST]: ChannelHost
}

/** The end of a reference; its socket opens on first use. */
export function channelEnd(host: ChannelHost, ref: StreamChannelRef): ChannelReader | ChannelWriter {
  return ref.direction === 'read'
    ? new ChannelReader(host.address, ref, host.ports)
    : new ChannelWriter(host.address, ref, host.ports)
}

/**
 * Creates a channel.
 * @param bufferSize messages that the engine buffers for a slow reader, from 1 to 1024. Default 64.
 * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid client, or a size that is not a whole number above 0.
 */
export async function createChannelOn(client: unknown, bufferSize?: number): Promise<Channel> {
  const host = hostOf(client)
  const { writerRef, readerRef } = await createRefs((id, payload) => host.call(id, payload), bufferSize)
  return {
    writer: new ChannelWriter(host.address, writerRef, host.ports),
    reader: new ChannelReader(host.address, readerRef, host.ports),
    writerRef,
    readerRef,
  }
}

function hostOf(client: unknown): ChannelHost {
  const host =
    typeof client === 'object' && client !== null ? (client as Partial<ChannelClient>)[CHANNEL_HOST] : undefined
  if (host !== undefined) return host
  throw invalidArgument('iii', 'a client made by registerWorker', client)
}
