import { expect, test } from 'vitest'
import { edited } from '../../faults/edit.js'

const SOURCE = `
export const LIMIT = 10
export const table = { first: () => send(1), second() { send(1) } }
function start(port: number) {
  return \`\${port}:\${port / 2}\`.replace(/'/g, '')
}
class Calls {
  #open = new Map()
  constructor(readonly send: (x: number) => void) { send(1) }
  /** Not the call: send(1). */
  get size() { return this.#open.size }
  settle(id: string) {
    // send(1) is in a comment
    this.send(
      id.length, // the length
      2,
    )
    if (this.#open.delete(id)) send(1)
  }
}
`
const change = (symbol: string, find: string, replace = 'changed'): string => edited(SOURCE, { symbol, find, replace })

test.each([
  ['a constant', 'LIMIT', '10', 'LIMIT = changed'],
  ['a member of a constant', 'table.second', 'send(1)', 'second() { changed }'],
  ['a function', 'start', '`${port}:${port / 2}`', "return changed.replace(/'/g, '')"],
  ['a regular expression', 'start', "/'/g", "replace(changed, '')"],
  ['a private field', 'Calls.#open', 'new Map()', '#open = changed'],
  ['a constructor', 'Calls.constructor', 'send(1)', '{ changed }'],
  ['a getter', 'Calls.size', 'this.#open.size', 'get size() { return changed }'],
  ['a method', 'Calls.settle', 'send(1)', 'this.#open.delete(id)) changed'],
])('an edit changes the text within %s', (_kind, symbol, find, expected) => {
  expect(change(symbol, find)).toContain(expected)
})

test('white space, comments, line breaks and trailing commas do not matter', () => {
  expect(change('Calls.settle', 'this.send(id.length, 2)')).toMatch(/comment\n {4}changed\n {4}if/)
})

test.each([
  ['the symbol is missing', 'Calls.gone', 'send(1)', 'there is no symbol Calls.gone'],
  ['the text is missing', 'LIMIT', '11', 'occurs 0 times in LIMIT'],
  ['the text occurs twice', 'Calls', 'send(1)', 'occurs 2 times in Calls'],
  ['the text is empty', 'LIMIT', '/* nothing */', 'nothing to find'],
])('an edit fails if %s', (_kind, symbol, find, expected) => {
  expect(() => change(symbol, find)).toThrow(expected)
})

test('an edit that changes nothing fails', () => {
  expect(() => change('LIMIT', '10', '10')).toThrow('changes nothing')
})
