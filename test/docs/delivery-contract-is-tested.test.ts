import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tableRows } from '../kit/documents.js'

const CONTRACT = 'docs/guide/delivery.md'
const MOMENTS = ['not written yet', 'written, then the link is lost', 'answered']

/** The cells of the contract that promise something. */
const cells = tableRows(CONTRACT, /^# What happens/).flatMap(([message, ...promises]) =>
  MOMENTS.filter((_, index) => promises[index] !== '–').map((moment) => `${String(message)}, ${moment}`),
)
const tests = tableRows('docs/internals/reliability-rows.md', /^## The delivery contract/).map(
  ([message = '', moment = '', name = '', file = '']) => ({
    cell: `${message}, ${moment}`,
    name,
    file: file.replaceAll('`', ''),
  }),
)

test('the contract covers five kinds of messages at three moments', () => {
  expect(
    readFileSync(CONTRACT, 'utf8')
      .split('\n')
      .find((line) => line.startsWith('| message')),
  ).toMatch(new RegExp(MOMENTS.map((moment) => `\\| ${moment} +`).join('')))
  expect(cells).toHaveLength(13)
})

test('each cell of the contract has a test, and no test belongs to any other', () => {
  expect(new Set(tests.map(({ cell }) => cell))).toEqual(new Set(cells))
})

test.each(tests)('$cell: $name', ({ name, file }) => {
  const source = readFileSync(file, 'utf8')
  // The name in the source may go on: it then promises more.
  expect(source.split(`'${name}`)).toHaveLength(2)
})
