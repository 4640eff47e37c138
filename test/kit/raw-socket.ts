/** A bare WebSocket client to a real listener: sends texts, collects frames, and waits for them with a time limit. */
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { Changes } from './waiting.js'

export interface RawSocket {
  readonly socket: WebSocket
  readonly frames: Record<string, unknown>[]
  send(frame: object): void
  /** The first frame that fits, as soon as it is there. */
  next(fits: (frame: Record<string, unknown>) => boolean, withinMs?: number): Promise<Record<string, unknown>>
  /** The close code, as soon as the socket is closed. */
  readonly closed: Promise<number>
}

export async function rawSocket(url: string): Promise<RawSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 256 * 1024 * 1024 })
  const frames: Record<string, unknown>[] = []
  const changes = new Changes()
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) frames.push(JSON.parse(data.toString()) as Record<string, unknown>)
    changes.changed()
  })
  socket.on('error', () => undefined)
  onTestFinished(() => socket.terminate())
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return {
    socket,
    frames,
    closed,
    send: (frame) => socket.send(JSON.stringify(frame)),
    next: async (fits, withinMs) => {
      let found: Record<string, unknown> | undefined
      const take = (): boolean => {
        const index = frames.findIndex(fits)
        if (index >= 0) found = frames.splice(index, 1)[0]
        return found !== undefined
      }
      await changes.until(take, () => `nothing that fits among ${String(frames.length)} frames`, withinMs)
      return found!
    },
  }
}

/** A registered worker on a real socket. */
export async function rawWorker(url: string, functionIds: readonly string[] = []): Promise<RawSocket> {
  const worker = await rawSocket(url)
  const announcement = { type: 'invokefunction', function_id: 'engine::workers::register', action: { type: 'void' } }
  worker.send({ ...announcement, data: { pid: 1 } })
  for (const id of functionIds) worker.send({ type: 'registerfunction', id })
  worker.send({ type: 'ping' })
  await worker.next(({ type }) => type === 'pong')
  return worker
}
