/** Set-up of every suite: fails a test if a scripted engine received a frame that the distributed engine drops. */
import { afterEach, expect } from 'vitest'
import { refused } from './strict-reader.js'

afterEach(() => {
  expect(refused.splice(0), 'frames that the real engine drops').toEqual([])
})
