/** `silent.js <url>`: serves functions over a bare socket and never answers; counts the calls that reached it. */
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

serveCommands({
  async serve(id: string) {
    const placed = once(socket, 'placed')
    socket.send(JSON.stringify({ type: 'registerfunction', id }))
    // Its answer comes after the registration has taken effect.
    socket.send('{"type":"ping"}')
    await placed
  },
  taken: () => taken,
})
