import { expect, test } from 'vitest'
import type { CallContext } from '../../../../src/engine/builtins/builtin.js'
import { builtinFunction, triggerType } from '../../../../src/engine/declare/function.js'
import {
  alias,
  any,
  anyText,
  boolean,
  integer,
  list,
  named,
  object,
  oneOf,
  optional,
  refusedLater,
  string,
  withDefault,
} from '../../../../src/engine/declare/schema.js'
import { JsonText } from '../../../../src/wire/protocol/json-text.js'
import { bindingOf } from '../../../kit/builtin-rig.js'

const CONTEXT: CallContext = {
  callerWorkerId: undefined,
  access: undefined,
  metadata: undefined,
  traceparent: undefined,
  baggage: undefined,
}

const colour = named('Colour', oneOf(['red', 'green']))
const echo = builtinFunction({
  id: 'test::echo',
  description: 'Returns its input',
  input: object({
    name: alias(string('A name'), 'title'),
    colour: optional(colour),
    count: withDefault(integer('uint32'), 3),
    later: refusedLater(string(), ''),
    nested: optional(object({ flag: boolean(), tags: optional(list(string())) })),
    parsed: optional(any()),
    kept: optional(anyText()),
  }),
  call: (input) => input,
})

test('a function publishes the schema of its input', () => {
  expect(JSON.parse(JSON.stringify(echo.requestSchema))).toEqual({
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: {
      name: { type: 'string', description: 'A name' },
      colour: { anyOf: [{ $ref: '#/definitions/Colour' }, { type: 'null' }] },
      count: { format: 'uint32', type: 'integer', minimum: 0, default: 3 },
      later: { type: 'string' },
      nested: {
        type: ['object', 'null'],
        properties: { flag: { type: 'boolean' }, tags: { items: { type: 'string' }, type: ['array', 'null'] } },
        required: ['flag'],
      },
      parsed: true,
      kept: true,
    },
    required: ['name', 'later'],
    definitions: { Colour: { enum: ['red', 'green'], type: 'string' } },
  })
})

test('a function receives the declared members alone, with defaults, and null as missing', () => {
  const call = echo.call({ title: 'a', colour: null, other: 1 }, CONTEXT)
  expect(call).toEqual({ name: 'a', colour: undefined, count: 3, later: '' })
  expect(call).not.toHaveProperty('other')
})

test('large members are parsed, except those that stay text', () => {
  const text = new JsonText('{"a":1}')
  expect(echo.call({ name: 'a', parsed: text, kept: text }, CONTEXT)).toMatchObject({ parsed: { a: 1 }, kept: text })
})

test.each<[unknown, string]>([
  ['x', 'expected an object, got the string "x"'],
  [{}, 'member `name` must be a string, got undefined'],
  [{ name: 'a', title: 'b' }, '`name` and `title` are two names of one member; pass one'],
  [{ name: 'a', colour: 'blue' }, 'member `colour` must be `red` or `green`, got the string "blue"'],
  [{ name: 'a', count: -1 }, 'member `count` must be a whole number from 0 to 4294967295, got -1'],
  [{ name: 'a', nested: { flag: 1 } }, 'member `nested.flag` must be true or false, got 1'],
  [
    { name: 'a', nested: { flag: true, tags: [1] } },
    'member `nested.tags` must be a list whose items are each a string',
  ],
])('the input %j is refused: %s', (input, message) => {
  const error = { code: 'deserialization_error', detail: expect.stringContaining(message) as string }
  expect(() => echo.call(input, CONTEXT)).toThrow(expect.objectContaining(error) as Error)
})

test('a trigger type refuses a binding whose config does not fit', () => {
  const bound: unknown[] = []
  const type = triggerType({
    id: 'tick',
    description: 'Fires',
    config: object({ every: integer('uint') }),
    bind: (_, config) => void bound.push(config),
    unbind: () => undefined,
  })
  const bind = (config: unknown): unknown =>
    type.bind(bindingOf({ id: 't', triggerType: 'tick', functionId: 'f', config }))
  expect(() => bind([])).toThrow('config of a trigger of type `tick` must be an object, got an array of 0')
  expect(() => bind({})).toThrow(
    'config of a trigger of type `tick`: member `every` must be a whole number of 0 or more',
  )
  bind({ every: 5 })
  expect(bound).toEqual([{ every: 5 }])
})
