/**
 * A frame of telemetry that filled the socket by itself left it unmarked, so the next call was written on top of it
 * instead of waiting until the socket had room.
 */
import { expect, test } from 'vitest'
import { Connection } from '../../src/sdk/connection/connection.js'
import { connectionOptions, DEFAULT_RECONNECTION } from '../../src/sdk/connection/options.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { HIGH_WATER_BYTES, type Transport, type TransportEvents } from '../../src/wire/transport/transport.js'

/** A transport whose peer does not read until the test allows it. */
class UnreadTransport implements Transport {
  readonly sent: (string | Uint8Array)[] = []
  readonly #events: TransportEvents
  readonly isOpen = true
  bufferedBytes = 0

  constructor(events: TransportEvents) {
    this.#events = events
  }

  send(frame: string | Uint8Array): void {
    this.sent.push(frame)
    this.bufferedBytes += frame.length
  }

  peerReads(): void {
    this.bufferedBytes = 0
    this.#events.drained()
  }

  open(): void {
    this.#events.open()
  }

  flushed(callback: () => void): void {
    callback()
  }
  ping(): void {}
  pause(): void {}
  resume(): void {}
  close(): void {}
  terminate(): void {}
}

test('a call waits until a large frame of telemetry has left the socket', () => {
  let transport: UnreadTransport | undefined
  const connection = new Connection(
    {
      clock: new VirtualClock(),
      random: { next: () => 0.5, uuid: () => '' },
      dial: (_url, _options, events) => (transport = new UnreadTransport(events)),
    },
    connectionOptions(['ws://x'], DEFAULT_RECONNECTION),
    {
      headers: () => ({}),
      opened: () => undefined,
      frame: () => undefined,
      lost: () => undefined,
      ended: () => undefined,
      stateChanged: () => undefined,
    },
  )
  connection.connect()
  transport?.open()
  const fates: string[] = []
  const letter = { written: () => fates.push('written'), expired: () => undefined, discarded: () => undefined }

  expect(connection.offer(new Uint8Array(HIGH_WATER_BYTES + 1))).toBe(true)
  expect(connection.post('call', letter)).toBe('queued')
  expect(transport?.sent).toHaveLength(1)
  transport?.peerReads()
  expect(transport?.sent.at(-1)).toBe('call')
  expect(fates).toEqual(['written'])
})
