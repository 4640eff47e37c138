import { expect, test } from 'vitest'
import { readAuthAnswer, type Grants } from '../../../src/engine/auth-answer.js'

function grants(answer: unknown): Grants {
  const read = readAuthAnswer(answer)
  if ('problem' in read) throw new Error(read.problem)
  return read
}

test('an empty object grants nothing but registering functions', () => {
  expect(grants({})).toMatchObject({
    allowedTriggerTypes: undefined,
    allowTriggerTypeRegistration: false,
    allowFunctionRegistration: true,
    context: {},
    functionPrefix: undefined,
  })
})

test('grants by namespace are exact ids, prefixes or patterns', () => {
  const [exact, prefix, pattern] = grants({ namespaces: { blue: ['a', 'b::*', 'match("c*d")'] } }).namespaces.get(
    'blue',
  )!
  expect(['a', 'ab'].map((id) => exact!(id))).toEqual([true, false])
  expect(['b::x', 'b::', 'bx'].map((id) => prefix!(id))).toEqual([true, true, false])
  expect(['cxd', 'cx'].map((id) => pattern!(id))).toEqual([true, false])
})

test('a namespace called like an inherited member has no grants by itself', () => {
  expect(grants({ namespaces: { a: [] } }).namespaces.has('constructor')).toBe(false)
  expect(grants(JSON.parse('{"namespaces":{"__proto__":["f"]}}')).namespaces.size).toBe(1)
})

test.each([
  [undefined, /no result/],
  [null, /no result/],
  ['yes', /object/],
  [[], /object/],
  [true, /object/],
  [{ forbidden_functions: 'f' }, /forbidden_functions/],
  [{ allowed_functions: [1] }, /allowed_functions/],
  [{ namespaces: { blue: 'f' } }, /namespaces/],
  [{ allow_function_registration: 'no' }, /allow_function_registration/],
  [{ function_registration_prefix: 5 }, /function_registration_prefix/],
])('%j refuses the connection', (answer, problem) => {
  expect(readAuthAnswer(answer)).toEqual({ problem: expect.stringMatching(problem) as unknown })
})
