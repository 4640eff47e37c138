import { expect, onTestFinished, test } from 'vitest'
import { defaultEngineConfig } from '../../src/engine/config/config.js'
import { startEngine, type LocalEngine } from '../../src/engine/engine.js'
import { MAX_CONTROLS_AMID_MESSAGE, MAX_FRAGMENTS } from '../../src/wire/protocol/limits.js'
import { collectGarbage, MemoryPeak } from '../kit/process-watch.js'
import { rawWorker } from '../kit/raw-socket.js'
import { frameBytes, TcpWebSocket } from '../kit/tcp-websocket.js'

const MIB = 1024 * 1024
const isNightly = process.env['TIER'] === 'nightly'
/** What each offender tries to send. */
const OFFERED_BYTES = (isNightly ? 1024 : 48) * MIB
const OFFENDERS = isNightly ? 8 : 2
const MAX_GROWTH_BYTES = 50 * MIB
const LIMIT_MS = isNightly ? 600_000 : 60_000

const TEXT = 0x1
const CONTINUED = 0x0
const PING = 0x9
const PONG = 0xa

interface Flood {
  readonly first?: Buffer
  /** Sent over and over. */
  readonly piece: Buffer
  /** Whether the offender reads from its socket. Default true. */
  readonly reads?: boolean
  /** The close code it gets; undefined for a cut without one. */
  readonly closeCode?: number
}

const begun = frameBytes({ opcode: TEXT, fin: false, payload: Buffer.from('{') })
const fragment = (payload: Buffer): Buffer => frameBytes({ opcode: CONTINUED, fin: false, payload })
const repeated = (piece: Buffer, times: number): Buffer => Buffer.concat(Array.from({ length: times }, () => piece))
const control = (opcode: number): Buffer => frameBytes({ opcode, payload: Buffer.alloc(125) })

const floods: Record<string, Flood> = {
  'fragments of one byte': { first: begun, piece: repeated(fragment(Buffer.from('x')), 5_000), closeCode: 1008 },
  'fragments of no bytes': { first: begun, piece: repeated(fragment(Buffer.alloc(0)), 5_000), closeCode: 1008 },
  'fragments of a kilobyte': { first: begun, piece: repeated(fragment(Buffer.alloc(1024, 'x')), 64), closeCode: 1008 },
  'pongs around a fragment in each chunk': {
    first: begun,
    piece: Buffer.concat([fragment(Buffer.from('x')), repeated(control(PONG), 499)]),
    closeCode: 1008,
  },
  'pings whose answers are not read': { piece: repeated(control(PING), 500), reads: false },
}

async function start(): Promise<LocalEngine> {
  const engine = await startEngine(defaultEngineConfig({ port: 0, httpPort: 0, streamPort: 0 }))
  onTestFinished(() => engine.close())
  return engine
}

/** Sends for as long as it is let, and tells how the engine hung up. */
async function offend(url: string, { first, piece, reads = true }: Flood): Promise<{ code?: number; ended: boolean }> {
  const peer = new TcpWebSocket(url)
  onTestFinished(() => void peer.socket.destroy())
  await peer.until(() => peer.frames.length > 0, 'greeting')
  if (!reads) peer.socket.pause()
  if (first !== undefined) peer.socket.write(first)
  for (let sent = 0; sent < OFFERED_BYTES && !peer.ended && peer.closeCode === undefined; sent += piece.length) {
    if (peer.socket.write(piece)) await new Promise((resolve) => setImmediate(resolve))
    else await roomOrEnd(peer)
  }
  if (!reads) peer.socket.resume()
  await peer.until(() => peer.ended, 'end')
  const code = peer.closeCode
  return { ended: peer.ended, ...(code === undefined ? {} : { code }) }
}

function roomOrEnd({ socket }: TcpWebSocket): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['drain', 'close', 'error']) socket.once(event, () => resolve())
  })
}

test.each(Object.keys(floods))(
  'an engine that is flooded with %s hangs up, stays small and serves the others',
  { timeout: LIMIT_MS },
  async (name) => {
    const flood = floods[name]!
    const engine = await start()
    const steady = await rawWorker(engine.url, ['steady'])
    await offend(engine.url, flood)
    await collectGarbage()
    const memory = new MemoryPeak()
    // eslint-disable-next-line local/real-time -- memory is measured during a load
    const sampling = setInterval(() => {
      memory.sample()
    }, 5)
    onTestFinished(() => clearInterval(sampling))

    for (let offender = 0; offender < OFFENDERS; offender += 1) {
      expect(await offend(engine.url, flood)).toEqual({
        ended: true,
        ...(flood.closeCode === undefined ? {} : { code: flood.closeCode }),
      })
      const id = `00000000-0000-4000-8000-00000000000${String(offender)}`
      steady.send({ type: 'invokefunction', invocation_id: id, function_id: 'steady', data: 1 })
      expect(await steady.next(({ type }) => type === 'invokefunction')).toMatchObject({ function_id: 'steady' })
    }
    await collectGarbage()
    expect(engine.stats().sessions).toBe(1)
    if (process.env['SHOW_FIGURES'] !== undefined)
      process.stdout.write(`${name}: ${(memory.grownBytes / MIB).toFixed(1)} MiB\n`)
    expect(memory.grownBytes).toBeLessThanOrEqual(MAX_GROWTH_BYTES)
  },
)

test('pings between the fragments of a message are allowed', async () => {
  const engine = await start()
  const peer = new TcpWebSocket(engine.url)
  onTestFinished(() => void peer.socket.destroy())
  await peer.until(() => peer.frames.length > 0, 'greeting')
  const [head, ...rest] = Array.from('{"type":"ping"}')
  const pieces = [...rest, ...Array.from({ length: MAX_FRAGMENTS - rest.length - 2 }, () => ' ')].map((text) =>
    fragment(Buffer.from(text)),
  )
  peer.socket.write(
    Buffer.concat([
      frameBytes({ opcode: TEXT, fin: false, payload: Buffer.from(head!) }),
      repeated(control(PONG), MAX_CONTROLS_AMID_MESSAGE),
      ...pieces,
      frameBytes({ opcode: CONTINUED }),
    ]),
  )
  await peer.until(() => peer.frames.some(({ payload }) => payload.toString().includes('pong')), 'answer')

  expect(peer.closeCode).toBeUndefined()
})
