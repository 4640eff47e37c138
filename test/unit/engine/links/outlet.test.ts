import { expect, test } from 'vitest'
import { createCounters } from '../../../../src/engine/counters.js'
import { Inlet } from '../../../../src/engine/links/inlet.js'
import { defaultLimits } from '../../../../src/engine/limits.js'
import { Outlet } from '../../../../src/engine/links/outlet.js'
import type { EngineMessage } from '../../../../src/wire/protocol/messages.js'
import { silentLog } from '../../../../src/std/log.js'
import { TickLane } from '../../../../src/std/time/tick-lane.js'
import { LargeMessages } from '../../../../src/wire/transport/large-messages.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'

/** A transport whose buffer is as full as the test says. */
function outletOver(maxPeerBytes: number) {
  const events: string[] = []
  const transport = {
    isOpen: true,
    bufferedBytes: 0,
    send: (frame: string | Uint8Array) => {
      transport.bufferedBytes += frame.length
    },
    flushed: () => undefined,
    ping: () => undefined,
    pause: () => events.push('pause'),
    resume: () => events.push('resume'),
    close: () => events.push('close'),
    terminate: () => events.push('terminate'),
  }
  const clock = new VirtualClock()
  const inlet = new Inlet({ clock, lane: new TickLane(clock) }, transport)
  const unread = new LargeMessages({ clock, maxBytes: Infinity, onCut: () => undefined })
  const parts = { counters: createCounters(), limits: { ...defaultLimits, maxPeerBytes }, log: silentLog, unread }
  return {
    outlet: new Outlet(parts, transport, inlet),
    transport,
    events,
    counters: parts.counters,
  }
}

const result = (text: string): EngineMessage => ({
  type: 'invocationresult',
  invocation_id: '00000000-0000-4000-8000-000000000000',
  function_id: 'f',
  result: text,
})

test('a worker that does not read is not read from until its backlog is gone', () => {
  const { outlet, transport, events } = outletOver(1000)
  outlet.send(result('x'.repeat(500)))
  expect([outlet.congested, events]).toEqual([false, []])
  outlet.send(result('x'.repeat(500)))
  outlet.send(result('x'))
  expect([outlet.congested, events]).toEqual([true, ['pause']])
  expect([outlet.isPaused, outlet.unreadBytes]).toEqual([true, transport.bufferedBytes])
  transport.bufferedBytes = 0
  outlet.drained()
  outlet.drained()
  expect([outlet.congested, events]).toEqual([false, ['pause', 'resume']])
  expect(outlet.isPaused).toBe(false)
})

test('a backlog of twice the cap ends the link, which is counted', () => {
  const { outlet, events, counters } = outletOver(1000)
  outlet.send(result('x'.repeat(1000)))
  expect(counters.cutOff.unread).toBe(0)
  outlet.send(result('x'.repeat(1000)))
  expect(events).toEqual(['pause', 'terminate'])
  expect(counters.cutOff.unread).toBe(1)
})

test('values that cannot be written are told and not counted as sent', () => {
  const { outlet, counters } = outletOver(1000)
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const error = outlet.send({ ...result(''), result: cycle } as EngineMessage)
  expect(error).toMatchObject({ code: 'serialization_error' })
  expect(counters.framesOut).toBe(0)
})
