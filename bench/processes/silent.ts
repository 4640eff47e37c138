/** `silent.js <url>`: serves functions over a bare socket and never answers; counts the calls that it received. */
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { serveCommands } from './commands.js'

const socket = new WebSocket(process.argv[2] ?? '', { perMessageDeflate: false })
let taken = 0
socket.on('message', (bytes: Buffer) => {
  const text = bytes.toString()
  if (text.includes('"type":"invokefunction"')) taken += 1
  else if (text.includes('"type":"pong"')) socket.emit('placed')
})
await once(socket, 'open')
// The functions take effect after the worker registration.
const announcement = { name: 'bench-silent', runtime: 'node', pid: process.pid }
send({ type: 'invokefunction', function_id: 'engine::workers::register', action: { type: 'void' }, data: announcement })

function send(message: object): void {
  socket.send(JSON.stringify(message))
}

serveCommands({
  async serve(id: string) {
    const placed = once(socket, 'placed')
    send({ type: 'registerfunction', id })
    // Its result arrives after the registration has taken effect.
    send({ type: 'ping' })
    await placed
  },
  taken: () => taken,
})
