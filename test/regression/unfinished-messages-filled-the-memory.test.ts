import { expect, test } from 'vitest'
import { FrameIntake } from '../../src/engine/links/frame-intake.js'
import { ReceiveSide } from '../../src/engine/links/receive-side.js'
import { TickLane } from '../../src/std/time/tick-lane.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { SharedBytes } from '../../src/wire/transport/shared-bytes.js'
import { createMemoryPair } from '../../src/wire/transport/memory-pair.js'
import { engineRig, type EngineRig } from '../kit/engine-rig.js'
import { rawSocket, type RawSocket } from '../kit/raw-socket.js'

const MIB = 1024 * 1024
const LISTENER = { name: 'iii-worker-manager', config: { host: '127.0.0.1', port: 0 } }

interface Rig extends EngineRig {
  /** A client that has sent so much of a message. */
  sender(bytes: number): Promise<RawSocket>
  /** Waits until the engine has so many bytes of large messages. */
  holds(bytes: number): Promise<void>
}

async function limitedRig(served: readonly object[] = [], urlOf = (rig: EngineRig) => rig.engine.url): Promise<Rig> {
  const rig = await engineRig({ workers: [LISTENER, ...served] as never }, { maxLargeMessageBytes: 8 * MIB })
  return {
    ...rig,
    async sender(bytes) {
      const client = await rawSocket(urlOf(rig))
      client.socket.send(Buffer.alloc(bytes, 'x'), { fin: false, binary: false })
      return client
    },
    async holds(bytes) {
      await expect.poll(() => rig.engine.stats().waiting.largeMessageBytes).toBe(bytes)
    },
  }
}

test('clients with unfinished messages share one limit, and the client with the largest message is disconnected', async () => {
  const rig = await limitedRig()
  const small = await rig.sender(MIB)
  await rig.holds(MIB)
  const [first, second] = [await rig.sender(3 * MIB), await rig.sender(5 * MIB)]
  expect(await second.closed).toBe(1013)
  await rig.holds(4 * MIB)
  expect(rig.engine.stats().cutOff.largeMessages).toBe(1)
  expect(rig.lines).toContainEqual({
    level: 'warn',
    fields: { reason: 'too many large messages', bytes: expect.any(Number) as unknown },
    message: 'A client with an unfinished large message was cut off',
  })

  // Their links are as before, and what they end counts no more.
  for (const { socket } of [small, first]) socket.send('x', { binary: false })
  await expect.poll(() => rig.engine.stats().malformedFrames).toBe(2)
  await rig.holds(0)
  expect(rig.engine.stats().sessions).toBe(2)
})

test('an unfinished message is released when its client disconnects', async () => {
  const rig = await limitedRig()
  const client = await rig.sender(3 * MIB)
  await rig.holds(3 * MIB)
  client.socket.terminate()
  await rig.holds(0)
})

test('a client that stops amid a message is disconnected after some seconds, one that continues is not', async () => {
  const rig = await limitedRig()
  const [silent, slow] = [await rig.sender(MIB), await rig.sender(MIB)]
  for (let second = 1; second <= 11; second += 1) {
    await rig.holds(2 * MIB + second - 1)
    slow.socket.send('x', { fin: false })
    await rig.holds(2 * MIB + second)
    expect(silent.socket.readyState).toBe(silent.socket.OPEN)
    await rig.clock.advance(1_000)
  }
  expect(await silent.closed).toBe(1013)
  await rig.holds(MIB + 11)
  expect(rig.engine.stats()).toMatchObject({ sessions: 1, cutOff: { largeMessages: 1 } })
})

test('whole messages that wait to be read count as well', () => {
  const maxBytes = 8 * MIB
  const cut: number[] = []
  const largeMessages = new SharedBytes({ clock: new VirtualClock(), maxBytes, onCut: (_, bytes) => cut.push(bytes) })
  const lane = new TickLane({ nextTurn: () => undefined })
  const ignore = (): void => undefined
  const intakeOf = (): FrameIntake => {
    const receiveSide = new ReceiveSide({ clock: new VirtualClock(), lane }, createMemoryPair().right)
    return new FrameIntake({ lane, largeMessages }, receiveSide, {
      small: ignore,
      large: ignore,
      costly: ignore,
      binary: ignore,
    })
  }
  const intakes = [3, 4, 2].map((size) => {
    const intake = intakeOf()
    intake.take(JSON.stringify('x'.repeat(size * MIB)))
    return intake
  })
  expect(cut).toEqual([4 * MIB + 2])
  expect([lane.size, largeMessages.bytes]).toEqual([2, 5 * MIB + 4])
  for (const intake of intakes) intake.finish()
  expect([lane.size, largeMessages.bytes]).toEqual([0, 0])
})

test('clients of the stream server share the same limit', async () => {
  const streams = { name: 'iii-stream', config: { host: '127.0.0.1', port: 0 } }
  const rig = await limitedRig([streams], ({ engine }) => engine.streamUrl ?? '')
  const clients = [await rig.sender(3 * MIB), await rig.sender(6 * MIB)]
  expect(await clients[1]?.closed).toBe(1013)
  await rig.holds(3 * MIB)
})
