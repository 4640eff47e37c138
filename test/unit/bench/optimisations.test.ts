import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { OPTIMISATIONS } from '../../../bench/optimisations.js'
import { pickSuites } from '../../../bench/suites/pick.js'

test.each(OPTIMISATIONS)('The code that $what removes occurs once in its file', ({ file, find, replace, suite }) => {
  expect(readFileSync(file, 'utf8').split(find)).toHaveLength(2)
  expect(replace).not.toBe(find)
  expect(pickSuites([suite])).toHaveLength(1)
})
