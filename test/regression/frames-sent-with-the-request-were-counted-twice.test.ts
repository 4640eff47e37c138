import { expect, test } from 'vitest'
import { frameBytes, TcpWebSocket } from '../kit/tcp-websocket.js'
import { socketRig } from '../kit/local-rig.js'

const TEXT = 1
const ping = (filler: number): Buffer =>
  frameBytes({ opcode: TEXT, payload: Buffer.from(`{"type":"ping","filler":"${'x'.repeat(filler)}"}`) })
/** One for each encoding of the length. */
const [short, middle, long] = [ping(0), ping(3_000), ping(70_000)]
const cases = [short, middle, long].flatMap((frame) =>
  [...Array.from({ length: 20 }, (_, cut) => cut + 1), frame.length].map((cut) => ({ size: frame.length, cut, frame })),
)

test.each(cases)(
  'a frame of $size bytes of which $cut come with the request is read like any other',
  async ({ frame, cut }) => {
    const { engine } = await socketRig()
    const peer = new TcpWebSocket(engine.url, frame.subarray(0, cut))
    const pongs = (): number => peer.frames.filter(({ payload }) => payload.toString() === '{"type":"pong"}').length
    // The answer to the request shows that the first bytes were taken on their own.
    await peer.until(() => peer.frames.length > 0, 'greeting')

    peer.socket.write(Buffer.concat([frame.subarray(cut), short]))

    await peer.until(() => pongs() === 2, 'pong')
    expect(peer.ended).toBe(false)
    peer.socket.destroy()
  },
)
