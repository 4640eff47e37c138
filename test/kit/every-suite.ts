/** What every suite is set up with: a test in which a played engine received what the real one would drop fails. */
import { afterEach, expect } from 'vitest'
import { refused } from './strict-reader.js'

afterEach(() => {
  expect(refused.splice(0), 'frames that the real engine drops').toEqual([])
})
