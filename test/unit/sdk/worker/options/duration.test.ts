import { expect, test } from 'vitest'
import { durationMs } from '../../../../../src/sdk/worker/options/duration.js'

test.each([
  [0, 0],
  [1500, 1500],
  ['250ms', 250],
  ['90s', 90_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['2d', 172_800_000],
  ['1h 5m', 3_900_000],
  ['10000000d', 8.64e14],
])('%j is %d ms', (duration, expected) => {
  expect(durationMs('duration', duration)).toBe(expected)
})

test.each([[-1], [NaN], [Infinity], [''], ['soon'], ['1'], ['1h2'], ['-5s'], [undefined], [{}], [1e15], ['10000001d']])(
  '%j is not a duration',
  (duration) => {
    expect(() => durationMs('duration', duration as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('duration must be') as string,
      }),
    )
  },
)
