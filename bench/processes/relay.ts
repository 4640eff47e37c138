/**
 * The bare relay that all sides use: sends session info, routes a call to the last registrant of its function and the
 * result back by invocation id, and passes frames on as received bytes. No access rules, no namespaces, no clean-up
 * beyond its maps: the minimum of a router on `ws`. It records a call before it forwards it and writes at once, and
 * announces these guarantees; as `relay.js nothing` it announces none.
 */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { serveCommands } from './commands.js'
import { createChannel, isChannelEnd } from './relay-channels.js'

interface Frame {
  readonly type: string
  readonly id?: string
  readonly function_id?: string
  readonly invocation_id?: string
}

const owners = new Map<string, WebSocket>()
const callers = new Map<string, WebSocket>()

function route(socket: WebSocket, bytes: Buffer): void {
  const frame = JSON.parse(bytes.toString()) as Frame
  switch (frame.type) {
    case 'invokefunction':
      call(socket, frame, bytes)
      break
    case 'invocationresult':
      answer(frame.invocation_id ?? '', bytes)
      break
    case 'registerfunction':
      owners.set(frame.id ?? '', socket)
      break
    case 'ping':
      socket.send('{"type":"pong"}')
      break
    default:
  }
}

function call(socket: WebSocket, frame: Frame, bytes: Buffer): void {
  const { invocation_id, function_id = '' } = frame
  const owner = owners.get(function_id)
  if (owner !== undefined) {
    if (invocation_id !== undefined) callers.set(invocation_id, socket)
    owner.send(bytes, { binary: false })
  } else if (invocation_id !== undefined) {
    // Worker registration is such a call. Any other call is a mistake in the suite and must not hang.
    socket.send(JSON.stringify({ type: 'invocationresult', invocation_id, function_id, ...outcomeOf(function_id) }))
  }
}

function outcomeOf(functionId: string): object {
  if (functionId === 'engine::channels::create') return { result: createChannel() }
  if (functionId.startsWith('engine::')) return { result: { success: true } }
  return { error: { code: 'function_not_found', message: functionId } }
}

function answer(invocationId: string, bytes: Buffer): void {
  const caller = callers.get(invocationId)
  callers.delete(invocationId)
  caller?.send(bytes, { binary: false })
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
const GUARANTEES = 'calls-noted-first, topics-independent, functions-handed-over, writes-undelayed'
if (process.argv[2] !== 'nothing') server.on('headers', (headers) => headers.push(`iii-guarantees: ${GUARANTEES}`))
server.on('connection', (socket, { url }) => {
  if (isChannelEnd(socket, url)) return
  socket.send(JSON.stringify({ type: 'workerregistered', worker_id: randomUUID(), reattach_token: randomUUID() }))
  socket.on('message', (bytes: Buffer, isBinary) => {
    if (!isBinary) route(socket, bytes)
  })
})
server.on('listening', () => {
  const { port } = server.address() as AddressInfo
  serveCommands({ url: () => `ws://127.0.0.1:${port}` })
})
