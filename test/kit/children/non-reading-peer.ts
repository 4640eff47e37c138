/** A process that takes a worker's frames and answers none. Tells its port, and when all expected frames have come. */
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const [expected = '0'] = process.argv.slice(2)

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
server.on('listening', () => console.log(`port ${String((server.address() as AddressInfo).port)};`))
server.on('connection', (socket) => {
  let received = 0
  socket.send('{"type":"workerregistered","worker_id":"w","reattach_token":"t"}')
  socket.on('message', () => {
    received += 1
    if (received === Number(expected)) console.log('all received')
  })
})
