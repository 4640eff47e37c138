import { expect, test } from 'vitest'
import { ForwardedEvents, type TransportEvents } from '../../../../src/wire/transport/transport.js'

/** A listener that notes each event. The type demands every event there is, the optional ones too. */
function noting() {
  const noted: string[] = []
  const listener: Required<TransportEvents> = {
    open: () => noted.push('open'),
    text: (frame) => noted.push(`text ${frame}`),
    binary: (frame) => noted.push(`binary ${String(frame.length)}`),
    activity: () => noted.push('activity'),
    pong: () => noted.push('pong'),
    drained: () => noted.push('drained'),
    frameFailed: (error) => noted.push(`frameFailed ${String(error)}`),
    close: ({ code }) => noted.push(`close ${String(code)}`),
  }
  return { noted, listener }
}

const emit: Required<{ [Name in keyof TransportEvents]: (events: TransportEvents) => void }> = {
  open: (events) => events.open(),
  text: (events) => events.text('a'),
  binary: (events) => events.binary(new Uint8Array(2)),
  activity: (events) => events.activity(),
  pong: (events) => events.pong?.(),
  drained: (events) => events.drained(),
  frameFailed: (events) => events.frameFailed?.('broken'),
  close: (events) => events.close({ code: 1000, reason: '' }),
}

test('a wrapper passes every event on, and none before its listener is set', () => {
  const { noted, listener } = noting()
  const events = new ForwardedEvents()
  for (const one of Object.values(emit)) one(events)
  expect(noted).toEqual([])
  events.forwardTo(listener)
  for (const one of Object.values(emit)) one(events)

  expect(noted.map((event) => event.split(' ')[0])).toEqual(Object.keys(emit))
})

test('a listener that cannot take failed frames makes them throw, as without a wrapper', () => {
  const { open, text, binary, activity, drained, close } = noting().listener
  const events = new ForwardedEvents({ open, text, binary, activity, drained, close })

  expect(() => events.frameFailed(new Error('broken'))).toThrow('broken')
})
