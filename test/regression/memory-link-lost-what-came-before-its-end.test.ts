import { expect, test } from 'vitest'
import { createMemoryPair } from '../../src/wire/transport/memory-pair.js'
import type { TransportEvents } from '../../src/wire/transport/transport.js'
import { testEngine } from '../kit/local-rig.js'
import { stalled } from '../kit/waiting.js'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function recorder(): { readonly seen: string[]; readonly events: TransportEvents } {
  const seen: string[] = []
  const ignore = (): void => undefined
  const events = {
    open: () => seen.push('open'),
    text: (text: string) => seen.push(text),
    binary: ignore,
    activity: ignore,
    drained: ignore,
    close: () => seen.push('close'),
  }
  return { seen, events }
}

test('a listener added after a close with a code receives earlier frames before the close', async () => {
  const { left, right } = createMemoryPair()
  left.send('first')
  left.close()
  await turn()
  const { seen, events } = recorder()
  right.bind(events)
  await turn()

  expect(seen).toEqual(['open', 'first', 'close'])
})

test('a paused end receives the close after all earlier frames', async () => {
  const { left, right } = createMemoryPair()
  const { seen, events } = recorder()
  right.bind(events)
  right.pause()
  left.send('first')
  left.close()
  await turn()
  expect(seen).toEqual(['open'])
  right.resume()
  await turn()

  expect(seen).toEqual(['open', 'first', 'close'])
})

test.each(['late', 'slow'])('a %s reader of a channel without sockets gets all of it', async (kind) => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  await worker.ready()
  const { writer, reader } = await worker.channels.create()
  const items = Array.from({ length: kind === 'late' ? 3 : 5_000 }, (_, index) => `item ${index}`)
  const first = kind === 'slow' ? reader.messages().next() : undefined
  let sent = 0
  const written = (async () => {
    for (; sent < items.length; sent += 1) await writer.sendMessage(items[sent]!)
    await writer.close()
  })()
  await stalled(() => sent)
  const received = first === undefined ? [] : [(await first).value]
  for await (const message of reader.messages()) received.push(message)
  await written

  expect(received).toEqual(items)
})
