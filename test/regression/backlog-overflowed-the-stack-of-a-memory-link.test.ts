import { expect, test } from 'vitest'
import { createMemoryPair } from '../../src/wire/transport/memory-pair.js'

test('three hundred thousand frames held back arrive in order, without a stack overflow', async () => {
  const { left, right } = createMemoryPair()
  const count = 300_000
  let received = 0
  let inOrder = true
  const quiet = { open: () => {}, binary: () => {}, activity: () => {}, drained: () => {}, close: () => {} }
  left.bind({ ...quiet, text: () => {} })
  right.bind({
    ...quiet,
    text: (frame) => {
      inOrder &&= frame === String(received)
      received += 1
    },
  })
  left.fence.hold()
  for (let index = 0; index < count; index += 1) left.send(String(index))
  left.fence.open()
  await new Promise((resolve) => setImmediate(resolve))

  expect([received, inOrder]).toEqual([count, true])
})

test('a frame whose reader throws is not delivered again', async () => {
  const { left, right } = createMemoryPair()
  const seen: string[] = []
  const quiet = { open: () => {}, binary: () => {}, activity: () => {}, drained: () => {}, close: () => {} }
  const escaped = new Promise((resolve) => process.once('uncaughtExceptionMonitor', resolve))
  const listeners = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  process.once('uncaughtException', () => undefined)
  left.bind({ ...quiet, text: () => {} })
  right.bind({
    ...quiet,
    text: (frame) => {
      seen.push(frame)
      if (frame === 'a') throw new Error('reader')
    },
  })
  left.send('a')
  await escaped
  left.send('b')
  await new Promise((resolve) => setImmediate(resolve))
  for (const listener of listeners) process.on('uncaughtException', listener)

  expect(seen).toEqual(['a', 'b'])
})
