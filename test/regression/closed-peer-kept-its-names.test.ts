import { expect, onTestFinished, test } from 'vitest'
import { rawSocket } from '../kit/raw-socket.js'
import { socketRig } from '../kit/local-rig.js'
import { frameBytes, TcpWebSocket } from '../kit/tcp-websocket.js'

const registration = JSON.stringify({ type: 'registerfunction', id: 'orders::work' })
const announcement = JSON.stringify({
  type: 'invokefunction',
  function_id: 'engine::workers::register',
  action: { type: 'void' },
  data: { pid: 1 },
})

test.each([
  ['a close frame', (peer: TcpWebSocket) => peer.socket.write(frameBytes({ opcode: 8 }))],
  ['FIN', (peer: TcpWebSocket) => peer.socket.end()],
])('a peer that sent %s and keeps its socket no longer owns anything', async (_, leave) => {
  const { engine } = await socketRig()
  const { functions } = engine.stats()
  const peer = new TcpWebSocket(engine.url)
  onTestFinished(() => void peer.socket.destroy())
  await peer.until(() => peer.isUp, 'handshake')
  for (const text of [announcement, registration]) {
    peer.socket.write(frameBytes({ opcode: 1, payload: Buffer.from(text) }))
  }
  await expect.poll(() => engine.stats().functions).toBe(functions + 1)
  // It does not read the engine's answer, either.
  peer.socket.pause()
  leave(peer)
  await expect.poll(() => engine.stats()).toMatchObject({ functions, sessions: 0 })
  const successor = await rawSocket(engine.url)
  for (const text of [announcement, registration]) successor.send(JSON.parse(text) as object)
  successor.send({ type: 'ping' })
  await successor.next(({ type }) => type === 'pong')
  expect(successor.frames.map(({ type }) => type)).toEqual(['workerregistered'])
})
