/** A plain TCP proxy in front of a local port, which may be chosen later. It forwards bytes and closes each side when the other one closes. */
import { connect } from 'node:net'
import { tcpPeer, type SocketPeer } from './socket-peer.js'

export function tcpProxy(port: number | (() => number)): Promise<SocketPeer> {
  return tcpPeer((client) => {
    const server = connect(typeof port === 'number' ? port : port(), '127.0.0.1')
    server.on('error', () => client.destroy())
    client.on('error', () => server.destroy())
    server.once('close', () => client.destroy())
    client.once('close', () => server.destroy())
    client.pipe(server)
    server.pipe(client)
  })
}
