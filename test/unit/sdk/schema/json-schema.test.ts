import { toJsonSchema } from '@valibot/to-json-schema'
import { type } from 'arktype'
import * as v from 'valibot'
import { expect, test, vi } from 'vitest'
import * as z from 'zod'
import * as zm from 'zod/mini'
import * as z3 from 'zod3'
import { jsonSchemaOf, nestedUnder, type ToJsonSchema } from '../../../../src/sdk/schema/json-schema.js'
import type { SchemaSide, StandardSchemaV1 } from '../../../../src/sdk/schema/standard-schema.js'

function emit(schema: StandardSchemaV1, side: SchemaSide = 'input', converter?: ToJsonSchema): Record<string, unknown> {
  return jsonSchemaOf(schema, { side, toJsonSchema: converter, argument: side, instead: 'request_format' })
}

/** The schema without the converter it brings along, as zod 4.0 and 4.1 make it. */
function withoutOwnConverter<T extends StandardSchemaV1>(schema: T): T {
  const { jsonSchema: _own, ...standard } = schema['~standard'] as StandardSchemaV1['~standard'] & {
    jsonSchema?: unknown
  }
  return Object.create(schema, { '~standard': { value: standard } }) as T
}

const draft07 = 'http://json-schema.org/draft-07/schema#'
const valibotConverter: ToJsonSchema = (schema: v.GenericSchema, { io }) => toJsonSchema(schema, { typeMode: io })
const withDefault = z.object({ n: z.number().describe('how many'), tag: z.string().default('none') })

const schemas: readonly (readonly [string, StandardSchemaV1, ToJsonSchema?])[] = [
  ['zod 4', withDefault],
  ['zod 4 before 4.2', withoutOwnConverter(withDefault)],
  ['zod mini', zm.object({ n: zm.number(), tag: zm._default(zm.string(), 'none') })],
  ['zod 3', z3.object({ n: z3.number(), tag: z3.string().default('none') })],
  ['valibot with a converter', v.object({ n: v.number(), tag: v.optional(v.string(), 'none') }), valibotConverter],
  ['arktype', type({ n: 'number', tag: "string = 'none'" })],
]

for (const [name, schema, converter] of schemas) {
  test(`${name} becomes JSON Schema draft-07 of what is accepted`, () => {
    expect(emit(schema, 'input', converter)).toMatchObject({
      $schema: draft07,
      type: 'object',
      properties: { n: { type: 'number' }, tag: { type: 'string' } },
      required: ['n'],
    })
  })
}

test('the output side says what is given', () => {
  for (const schema of [withDefault, withoutOwnConverter(withDefault)]) {
    expect(emit(schema, 'output')).toMatchObject({ required: ['n', 'tag'] })
  }
})

test('descriptions survive when another copy of zod converts', () => {
  expect(emit(withoutOwnConverter(withDefault))).toMatchObject({ properties: { n: { description: 'how many' } } })
})

test('a date is documented as the text it travels as, and a result of nothing as null', () => {
  const at = { at: z.coerce.date() }
  expect(emit(z.object(at))).toMatchObject({ properties: { at: { type: 'string', format: 'date-time' } } })
  expect(emit(withoutOwnConverter(z.object(at)))).toMatchObject({ properties: { at: { format: 'date-time' } } })
  expect(emit(z.void(), 'output')).toMatchObject({ type: 'null' })
  expect(emit(z.undefined(), 'output')).toMatchObject({ type: 'null' })
  expect(emit(z3.void(), 'output')).toMatchObject({ type: 'null' })
})

test('a schema that takes anything may be empty', () => {
  for (const anything of [z.any(), z.unknown().describe('free'), z3.any(), type('unknown')]) {
    expect(emit(anything)).not.toHaveProperty('type')
  }
})

const refused: readonly (readonly [string, StandardSchemaV1, string, SchemaSide?])[] = [
  ['an empty schema for a refined one', z.any().refine((value) => value === 1), 'its own converter gave an empty'],
  ['a BigInt', z.object({ big: z.bigint() }), 'bigint at /properties/big has no JSON Schema'],
  ['what a transform gives', z.object({ n: z.string().transform(Number) }), 'transform at', 'output'],
  ['what a transform of zod 3 gives', z3.string().transform(Number), 'the output of a transform', 'output'],
  [
    'a schema without a converter',
    { '~standard': { vendor: 'x', version: 1, validate: () => ({ issues: [] }) } },
    'it has no converter',
  ],
]

for (const [name, schema, reason, side] of refused) {
  test(`${name} is refused with the reason and what to do`, () => {
    const emitted = (): unknown => emit(schema, side)
    expect(emitted).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', name: 'RuntimeError' }) as Error)
    expect(emitted).toThrow(reason)
    expect(emitted).toThrow('Pass `toJsonSchema`, or write `request_format` yourself')
  })
}

test('the converter given is asked when nothing else works, and may not answer with nothing', () => {
  const given = vi.fn((): unknown => ({ type: 'integer' }))
  expect(emit(z.string(), 'input', given)).toMatchObject({ type: 'string' })
  expect(given).not.toHaveBeenCalled()
  expect(emit(z.bigint(), 'input', given)).toEqual({ type: 'integer' })
  expect(given).toHaveBeenCalledWith(expect.anything(), { io: 'input', target: 'draft-07' })
  for (const [answer, reason] of [
    [{}, 'an empty JSON Schema'],
    [{ $schema: draft07, title: 'T' }, 'an empty JSON Schema'],
    [undefined, 'undefined instead of a JSON Schema'],
    [[], 'an array of 0 instead of a JSON Schema'],
  ] as const) {
    expect(() => emit(v.string(), 'input', () => answer)).toThrow(reason)
  }
  const failing = (): unknown => {
    throw new Error('cannot')
  }
  expect(() => emit(v.string(), 'input', failing)).toThrow('`toJsonSchema`: cannot')
})

test('a schema moved under a member keeps its references, and data that looks like one', () => {
  const tree = z.object({
    name: z.string().default('#/x'),
    get children() {
      return z.array(tree)
    },
  })
  const nested = nestedUnder('body', emit(tree))
  expect(nested).toMatchObject({
    $schema: draft07,
    type: 'object',
    required: ['body'],
    properties: { body: { properties: { children: { items: { $ref: '#/properties/body' } } } } },
  })
  const shared = nestedUnder('body', { $ref: '#/definitions/a', definitions: { a: { default: { $ref: '#' } } } })
  expect(shared['properties']).toEqual({
    body: { $ref: '#/properties/body/definitions/a', definitions: { a: { default: { $ref: '#' } } } },
  })
})
