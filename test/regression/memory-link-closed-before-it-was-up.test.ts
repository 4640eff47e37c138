import { expect, test } from 'vitest'
import { createMemoryPair } from '../../src/wire/transport/memory-pair.js'
import type { Closed } from '../../src/wire/transport/transport.js'

test.each(['close', 'terminate'] as const)(
  'an end that received %s before it was bound reports it once bound',
  async (how) => {
    const { left, right } = createMemoryPair()
    const seen: (string | Closed)[] = []
    left[how]()
    for (const end of [left, right]) {
      end.bind({
        open: () => seen.push('open'),
        text: () => seen.push('text'),
        binary: () => seen.push('binary'),
        activity: () => undefined,
        drained: () => undefined,
        close: ({ code }) => seen.push({ code, reason: '' }),
      })
    }
    await Promise.resolve()
    await Promise.resolve()

    const closed = { code: how === 'close' ? 1005 : 1006, reason: '' }
    expect(seen).toEqual([closed, closed])
  },
)
