/**
 * Channels of the bare relay: two joined sockets. Each frame is passed on as it arrived, and the writer's socket is
 * paused while the reader is behind. An id is enough to open an end. Only ends that have been opened are cleaned up.
 */
import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'

const PATH = '/ws/channels/'

/** Bytes that may wait for a reader before its writer is paused; the writers of both packages wait at less. */
const HIGH_WATER_BYTES = 1024 * 1024

/** Writers that connected before their reader. */
const writers = new Map<string, WebSocket>()
const readers = new Map<string, WebSocket>()

/** The answer for a worker that creates a channel. */
export function createChannel(): { readonly writer: object; readonly reader: object } {
  const ref = { channel_id: randomUUID(), access_key: randomUUID() }
  return { writer: { ...ref, direction: 'write' }, reader: { ...ref, direction: 'read' } }
}

/** Accepts a socket that was opened as an end of a channel; false for any other. */
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
  // A close frame is sent after everything before it.
  writer.on('close', () => reader.close())
  reader.on('close', () => writer.close())
  writer.resume()
}
