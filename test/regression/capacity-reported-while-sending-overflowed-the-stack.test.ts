import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { TelemetryOutbox } from '../../src/sdk/telemetry/export/telemetry-outbox.js'

test('a connection that reports capacity during a send receives each frame once', () => {
  const link = { isUp: false }
  const sent: number[] = []
  const outbox = new TelemetryOutbox(
    {
      clock: new VirtualClock(),
      isUp: () => link.isUp,
      isOver: () => false,
      offer: (frame) => {
        if (!link.isUp) return false
        sent.push(frame[0]!)
        outbox.flush()
        return true
      },
    },
    { maxFrames: 10, maxFramesOffline: 10, maxBytes: 100 },
  )
  for (const id of [1, 2, 3]) outbox.send(new Uint8Array([id]), 1)
  link.isUp = true
  outbox.flush()
  expect(sent).toEqual([1, 2, 3])
})
