import { expect, test } from 'vitest'
import { expandVariables } from '../../../../src/engine/config/expand-variables.js'

const expand = (text: string, env: Record<string, string> = {}): string => expandVariables(text, env, 'f.yaml')

test.each([
  ['a: ${A}', 'a: 1'],
  ['${A}${A:x}-${B:y}', '11-y'],
  ['${B:}', ''],
  ['${B:http://h:1/p}', 'http://h:1/p'],
  ['no $A or {A}', 'no $A or {A}'],
  ['${E:default}', ''],
])('%s is expanded to %s', (text, expected) => {
  expect(expand(text, { A: '1', E: '' })).toBe(expected)
})

test('the value of a variable is not expanded again', () => {
  expect(expand('${A}', { A: '${B}', B: 'no' })).toBe('${B}')
})

test('a missing variable is named with its line', () => {
  expect(() => expand('a\nb: ${MISSING}')).toThrow(/^f\.yaml:2: .*MISSING is not set/)
  expect(() => expand('${toString}')).toThrow(/toString is not set/)
})
