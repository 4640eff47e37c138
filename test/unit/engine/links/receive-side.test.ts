import { expect, test } from 'vitest'
import { ReceiveSide } from '../../../../src/engine/links/receive-side.js'
import type { Transport } from '../../../../src/wire/transport/transport.js'
import { TickLane } from '../../../../src/std/time/tick-lane.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import { engineRig } from '../../../kit/engine-rig.js'
import { RawWorker } from '../../../kit/raw-worker.js'

/** Frames that are handled in one event-loop tick. */
const SHARE = 64

/** A receive side whose turns the test begins. */
function receiveSideOver() {
  const events: string[] = []
  const turns: (() => void)[] = []
  const transport = {
    isOpen: true,
    bufferedBytes: 0,
    send: () => undefined,
    flushed: () => undefined,
    ping: () => undefined,
    pause: () => events.push('pause'),
    resume: () => events.push('resume'),
    close: () => undefined,
    terminate: () => undefined,
  }
  const clock = Object.assign(new VirtualClock(), { nextTurn: (callback: () => void) => void turns.push(callback) })
  const receiveSide = new ReceiveSide({ clock, lane: new TickLane(clock) }, transport)
  return {
    receiveSide,
    events,
    turns,
    took: (frames: number, bytes = 100) => {
      for (let frame = 0; frame < frames; frame += 1) receiveSide.took(bytes)
    },
  }
}

test('a client that exceeds its share of frames is not read until the next tick, each time', () => {
  const { events, turns, took } = receiveSideOver()
  for (let round = 0; round < 3; round += 1) {
    took(SHARE - 1)
    expect([events, turns.length]).toEqual([[], 0])
    took(1)
    expect([events, turns.length]).toEqual([['pause'], 1])
    turns.pop()?.()
    expect(events.splice(0)).toEqual(['pause', 'resume'])
  }
})

test('large frames use the share up sooner', () => {
  const { events, took } = receiveSideOver()
  took(3, 64 * 1024)
  expect(events).toEqual([])
  took(1, 64 * 1024)
  expect(events).toEqual(['pause'])
})

test('frames that arrive while the next tick is scheduled do not schedule another', () => {
  const { events, turns, took } = receiveSideOver()
  took(5 * SHARE)
  expect([events, turns.length]).toEqual([['pause'], 1])
})

test('a client paused for two reasons is read once neither applies', () => {
  const { receiveSide, events, turns, took } = receiveSideOver()
  took(SHARE)
  receiveSide.hold('unread')
  turns.pop()?.()
  expect(events.splice(0)).toEqual(['pause', 'pause'])
  receiveSide.release('unread')
  expect(events.splice(0)).toEqual(['resume'])
  receiveSide.hold('unread')
  took(SHARE)
  receiveSide.release('unread')
  expect(events.splice(0)).toEqual(['pause', 'pause'])
  turns.pop()?.()
  expect(events).toEqual(['resume'])
})

test('past its share of time a client is read again one at a time with others that are', () => {
  const clock = new VirtualClock()
  const turns: (() => void)[] = []
  const lane = new TickLane({ nextTurn: (callback) => void turns.push(callback) })
  const events: string[] = []
  const receiveSides = ['one', 'other'].map((name) => {
    const transport = { pause: () => events.push(`pause ${name}`), resume: () => events.push(`resume ${name}`) }
    return new ReceiveSide({ clock, lane }, transport as unknown as Transport)
  })
  for (const receiveSide of receiveSides) receiveSide.spent(9)
  expect(events).toEqual([])
  for (const receiveSide of receiveSides) receiveSide.spent(1)
  expect(events.splice(0)).toEqual(['pause one', 'pause other'])
  turns.shift()?.()
  expect(events.splice(0)).toEqual(['resume one'])
  turns.shift()?.()
  expect(events).toEqual(['resume other'])
  expect(turns).toEqual([])
})

test('while one client sends without end, other clients are answered after a few of its frames', async () => {
  const rig = await engineRig()
  const flooder = await rig.worker({ name: 'flooder' })
  const before = rig.engine.stats().framesIn
  let answeredAfter: number | undefined
  const steady = new RawWorker((url, options, events) => {
    const text = (frame: string): void => {
      if (frame.includes('"invocationresult"')) answeredAfter = rig.engine.stats().framesIn - before
      events.text(frame)
    }
    return rig.engine.dial()(url, options, { ...events, text })
  })
  await rig.settle()
  const asked = Array.from({ length: 100 * SHARE }, () => flooder.invoke('missing::function'))
  const id = steady.invoke('engine::workers::list')
  await rig.settle()
  expect(steady.take('invocationresult', { invocation_id: id })['error']).toBeUndefined()
  expect(answeredAfter).toBeGreaterThan(0)
  expect(answeredAfter).toBeLessThanOrEqual(5 * SHARE)
  expect(flooder.frames.map((frame) => frame['invocation_id'])).toEqual(asked)
})
