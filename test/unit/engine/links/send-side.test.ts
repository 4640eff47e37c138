import { expect, test } from 'vitest'
import { createCounters } from '../../../../src/engine/counters.js'
import { ReceiveSide } from '../../../../src/engine/links/receive-side.js'
import { defaultLimits } from '../../../../src/engine/limits.js'
import { SendSide } from '../../../../src/engine/links/send-side.js'
import type { EngineMessage } from '../../../../src/wire/protocol/messages.js'
import { silentLog } from '../../../../src/std/log.js'
import { TickLane } from '../../../../src/std/time/tick-lane.js'
import { SharedBytes } from '../../../../src/wire/transport/shared-bytes.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'

/** A transport whose buffer is as full as the test says. */
function sendSideOver(maxPeerBytes: number) {
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
  const receiveSide = new ReceiveSide({ clock, lane: new TickLane(clock) }, transport)
  const unread = new SharedBytes({ clock, maxBytes: Infinity, onCut: () => undefined })
  const parts = { counters: createCounters(), limits: { ...defaultLimits, maxPeerBytes }, log: silentLog, unread }
  return {
    sendSide: new SendSide(parts, transport, receiveSide),
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
  const { sendSide, transport, events } = sendSideOver(1000)
  sendSide.send(result('x'.repeat(500)))
  expect([sendSide.isFull, events]).toEqual([false, []])
  sendSide.send(result('x'.repeat(500)))
  sendSide.send(result('x'))
  expect([sendSide.isFull, events]).toEqual([true, ['pause']])
  expect([sendSide.isPaused, sendSide.unreadBytes]).toEqual([true, transport.bufferedBytes])
  transport.bufferedBytes = 0
  sendSide.drained()
  sendSide.drained()
  expect([sendSide.isFull, events]).toEqual([false, ['pause', 'resume']])
  expect(sendSide.isPaused).toBe(false)
})

test('a backlog of twice the cap ends the link, which is counted', () => {
  const { sendSide, events, counters } = sendSideOver(1000)
  sendSide.send(result('x'.repeat(1000)))
  expect(counters.cutOff.unread).toBe(0)
  sendSide.send(result('x'.repeat(1000)))
  expect(events).toEqual(['pause', 'terminate'])
  expect(counters.cutOff.unread).toBe(1)
})

test('values that cannot be serialised are reported and not counted as sent', () => {
  const { sendSide, counters } = sendSideOver(1000)
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const error = sendSide.send({ ...result(''), result: cycle } as EngineMessage)
  expect(error).toMatchObject({ code: 'serialization_error' })
  expect(counters.framesOut).toBe(0)
})
