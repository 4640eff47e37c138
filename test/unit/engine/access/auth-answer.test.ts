import { expect, test } from 'vitest'
import { readAuthAnswer, type Grants } from '../../../../src/engine/access/auth-answer.js'

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

const LIST = ['a', 'b::*', 'half*', 'match("c*d")']
const MATCHED = ['a', 'b::x', 'b::', 'half', 'halfway', 'half::x', 'cxd']
const UNMATCHED = ['ab', 'b', 'bx', 'hal', 'xhalf', 'cx', '']

test('grants and denials by namespace are exact ids, prefixes or patterns', () => {
  const granted = grants({ namespaces: { blue: LIST }, forbidden_functions: LIST })
  for (const matches of [granted.namespaces.get('blue')!, granted.forbiddenFunctions]) {
    expect(MATCHED.filter((id) => !matches(id))).toEqual([])
    expect(UNMATCHED.filter((id) => matches(id))).toEqual([])
  }
})

test('with grants denied by default, missing grants are empty and given ones apply', () => {
  const denied = readAuthAnswer({}, true) as Grants
  expect(denied).toMatchObject({
    homes: ['default'],
    allowedTriggerTypes: new Set(),
    allowTriggerTypeRegistration: false,
    allowFunctionRegistration: false,
  })
  const said = { namespaces: { blue: [] }, allowed_trigger_types: ['cron'], allow_function_registration: true }
  expect(readAuthAnswer(said, true)).toMatchObject({
    homes: ['blue'],
    allowedTriggerTypes: new Set(['cron']),
    allowFunctionRegistration: true,
  })
})

test('a namespace named like an inherited property has no grants by default', () => {
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
