import { expect, test } from 'vitest'
import { OpenLinks } from '../../../../src/engine/links/open-links.js'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import { IGNORE_EVENTS } from '../../../../src/wire/transport/transport.js'
import { createMemoryPair } from '../../../../src/wire/transport/memory-pair.js'

test('stopping waits for closing handshakes', async () => {
  const clock = new VirtualClock()
  const links = new OpenLinks()
  const { left, right } = createMemoryPair()
  left.bind(IGNORE_EVENTS)
  right.bind(links.watch(right, IGNORE_EVENTS))
  expect(links.size).toBe(1)
  await links.close(clock, 1000)
  expect([links.size, clock.pendingTimers]).toEqual([0, 0])
  await links.close(clock, 1000)
})

test('a link that does not finish the closing handshake in time is cut', async () => {
  const clock = new VirtualClock()
  const links = new OpenLinks()
  const events: string[] = []
  const { left } = createMemoryPair()
  const mute = Object.assign(Object.create(left) as typeof left, {
    close: () => events.push('close'),
    terminate: () => events.push('terminate'),
  })
  links.watch(mute, IGNORE_EVENTS)
  const closing = links.close(clock, 1000)
  await clock.advance(1000)
  await closing
  expect(events).toEqual(['close', 'terminate'])
})
