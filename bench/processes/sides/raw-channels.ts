/**
 * The floor of a channel: bare `ws` at both ends, a stream that passes each chunk to the socket, and one that emits
 * what arrives. No splitting, no checks, no time limits.
 */
import { once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { WebSocket } from 'ws'
import type { End } from '../side.js'
import { connectEnd as connectRaw } from './raw.js'

interface Ref {
  readonly channel_id: string
  readonly access_key: string
  readonly direction: string
}

export async function connectEnd(url: string): Promise<End> {
  const caller = await connectRaw(url)
  const openEnd = ({ channel_id, access_key, direction }: Ref): WebSocket =>
    new WebSocket(`${url}/ws/channels/${channel_id}?key=${access_key}&dir=${direction}`, { perMessageDeflate: false })
  return {
    ...caller,
    serve: (id, handler) => serve(url, id, async (ref) => handler?.({ reader: { stream: readable(openEnd(ref)) } })),
    async createChannel() {
      const created = await caller.call('engine::channels::create', {})
      const { writer, reader } = created as { readonly writer: Ref; readonly reader: Ref }
      const socket = openEnd(writer)
      await once(socket, 'open')
      return { writer: { stream: writable(socket) }, readerRef: reader }
    },
  }
}

/** On a separate socket: the callee of the raw side only returns its payload. */
function serve(url: string, id: string, read: (ref: Ref) => Promise<unknown>): void {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  const send = (message: object): void => socket.send(JSON.stringify(message))
  socket.on('open', () => {
    const worker = { name: 'bench-raw-channels', runtime: 'node', pid: process.pid }
    send({ type: 'invokefunction', function_id: 'engine::workers::register', action: { type: 'void' }, data: worker })
    send({ type: 'registerfunction', id })
  })
  socket.on('message', (bytes: Buffer) => {
    const { type, invocation_id, data } = JSON.parse(bytes.toString()) as Record<string, unknown>
    if (type !== 'invokefunction') return
    void read((data as { readonly reader: Ref }).reader).then((result) =>
      send({ type: 'invocationresult', invocation_id, function_id: id, result }),
    )
  })
}

function writable(socket: WebSocket): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => socket.send(chunk, done),
    final(done) {
      socket.close(1000)
      done()
    },
  })
}

function readable(socket: WebSocket): Readable {
  const stream = new Readable({ read: () => socket.resume() })
  socket.on('message', (bytes: Buffer) => {
    if (!stream.push(bytes)) socket.pause()
  })
  socket.on('close', () => stream.push(null))
  return stream
}
