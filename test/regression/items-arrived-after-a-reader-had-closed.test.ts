import { expect, test } from 'vitest'
import { ItemQueue } from '../../src/sdk/channel/item-queue.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'

test('items that arrive after a reader was closed are dropped, like earlier unread ones', async () => {
  const queue = new ItemQueue({
    clock: new VirtualClock(),
    pause: () => undefined,
    resume: () => undefined,
    hasTextListener: () => false,
    onTextDropped: () => undefined,
    onStalled: () => undefined,
  })
  queue.push('taken')
  queue.push('forgotten')
  expect(await queue.take(['text'])).toBe('taken')
  queue.clear()
  queue.finish(undefined)
  queue.push('too late')
  expect(await queue.take(['text'])).toBeNull()
})
