/**
 * Channels of the bare relay: two sockets joined, each frame passed on as it came, the writer's socket paused while the
 * reader's is behind. Whoever knows a channel's id may have an end; nothing is cleaned up beyond ends that were taken.
 */
import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'

const PATH = '/ws/channels/'

/** So much may wait for a reader before its writer is held back; both packages' own writers wait at less. */
const HIGH_WATER_BYTES = 1024 * 1024

/** Writers that came before their reader. */
const writers = new Map<string, WebSocket>()
const readers = new Map<string, WebSocket>()

/** What a worker that asks for a channel is answered. */
export function createChannel(): { readonly writer: object; readonly reader: object } {
  const ref = { channel_id: randomUUID(), access_key: randomUUID() }
  return { writer: { ...ref, direction: 'write' }, reader: { ...ref, direction: 'read' } }
}

/** Takes a socket that was opened as an end of a channel; false for any other. */
export function isChannelEnd(socket: WebSocket, address = ''): boolean {
  if (!address.startsWith(PATH)) return false
  const [id = '', query] = address.slice(PATH.length).split('?')
  const isWriter = new URLSearchParams(query).get('dir') === 'write'
  if (isWriter) socket.pause()
  ;(isWriter ? writers : readers).set(id, socket)
  const [writer, reader] = [writers.get(id), readers.get(id)]
  if (writer !== undefined && reader !== undefined) {
    writers.delete(id)
    readers.delete(id)
    join(writer, reader)
  }
  return true
}

function join(writer: WebSocket, reader: WebSocket): void {
  const written = (): void => {
    if (writer.isPaused && reader.bufferedAmount < HIGH_WATER_BYTES) writer.resume()
  }
  writer.on('message', (bytes: Buffer, binary) => {
    reader.send(bytes, { binary }, written)
    if (reader.bufferedAmount >= HIGH_WATER_BYTES) writer.pause()
  })
  // A close frame leaves after everything before it.
  writer.on('close', () => reader.close())
  reader.on('close', () => writer.close())
  writer.resume()
}
