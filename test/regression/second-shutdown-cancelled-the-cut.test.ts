import { expect, test } from 'vitest'
import { CLOSE_TIMEOUT_MS, connectionOptions, DEFAULT_RECONNECTION } from '../../src/sdk/connection/options.js'
import { Connection, type ConnectionEvents } from '../../src/sdk/connection/connection.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import type { TransportEvents } from '../../src/wire/transport/transport.js'
import { seededRandom } from '../kit/seeded-random.js'

const noEvents: ConnectionEvents = {
  headers: () => ({}),
  opened: () => undefined,
  frame: () => undefined,
  lost: () => undefined,
  ended: () => undefined,
  stateChanged: () => undefined,
}

test('closing twice still cuts a peer that never answers the close frame', async () => {
  const clock = new VirtualClock()
  let link: TransportEvents | undefined
  const dial = (_url: string, _options: unknown, events: TransportEvents) => {
    link = events
    return {
      bufferedBytes: 0,
      isOpen: true,
      send: () => undefined,
      flushed: () => undefined,
      ping: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      close: () => undefined, // The peer is deaf: no close event follows.
      terminate: () => {
        events.close({ code: 1006, reason: '' })
      },
    }
  }
  const ports = { dial, clock, random: seededRandom(1) }
  const connection = new Connection(ports, connectionOptions('ws://peer', DEFAULT_RECONNECTION), noEvents)
  connection.connect()
  link?.open()

  let ended = 0
  void connection.close().then(() => (ended += 1))
  void connection.close().then(() => (ended += 1))
  await clock.advance(CLOSE_TIMEOUT_MS)

  expect(ended).toBe(2)
})
