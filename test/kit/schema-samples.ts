/** Schemas as the libraries of three languages write them: ours are made now, those of Python and Rust are recorded. */
import { readFileSync } from 'node:fs'
import { type } from 'arktype'
import * as v from 'valibot'
import { z } from 'zod'
import { z as z3 } from 'zod3'
import { jsonSchemaOf } from '../../src/sdk/schema/json-schema.js'
import type { StandardSchemaV1 } from '../../src/sdk/schema/standard-schema.js'
import type { EngineSchemas, FunctionSchemas } from '../../src/generate/engine-schemas.js'

type Samples = Readonly<Record<string, StandardSchemaV1>>

const category = z.object({
  name: z.string(),
  get children() {
    return z.array(category)
  },
})

const zod4: Samples = {
  object: z.object({ sku: z.string().describe('The article'), quantity: z.number().int().default(1) }),
  optional: z.object({ a: z.string().optional(), b: z.string().nullable(), c: z.string().nullish() }),
  enums: z.object({ size: z.enum(['small', 'large']), one: z.literal(1), either: z.literal(['a', 2, true, null]) }),
  union: z.union([z.string(), z.number(), z.object({ at: z.iso.datetime() })]),
  tagged: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('cat'), lives: z.number() }),
    z.object({ kind: z.literal('dog'), tricks: z.array(z.string()) }),
  ]),
  tuple: z.tuple([z.string(), z.number()]).rest(z.boolean()),
  record: z.record(z.string(), z.array(z.email())),
  strict: z.strictObject({ a: z.string() }),
  loose: z.looseObject({ a: z.string() }),
  catchall: z.object({ a: z.string() }).catchall(z.number()),
  intersection: z.intersection(z.object({ a: z.string() }), z.object({ b: z.uuid() })),
  recursive: category,
  anything: z.any(),
  never: z.object({ a: z.never().optional() }),
  nothing: z.void(),
}

const node3: z3.ZodType = z3.lazy(() => z3.object({ value: z3.number(), next: node3.optional() }))

const zod3: Samples = {
  object: z3.object({ sku: z3.string(), at: z3.string().datetime(), note: z3.string().nullable() }),
  union: z3.union([z3.string(), z3.array(z3.number())]),
  tagged: z3.discriminatedUnion('kind', [
    z3.object({ kind: z3.literal('a'), a: z3.string() }),
    z3.object({ kind: z3.literal('b'), b: z3.boolean() }),
  ]),
  tuple: z3.tuple([z3.string(), z3.number()]),
  record: z3.record(z3.object({ n: z3.number().int() })),
  recursive: z3.object({ root: node3 }),
  enums: z3.enum(['x', 'y']),
}

type Folder = { name: string; folders: Folder[] }
const folder: v.GenericSchema<Folder> = v.object({ name: v.string(), folders: v.array(v.lazy(() => folder)) })

const valibot: Samples = {
  object: v.object({ sku: v.pipe(v.string(), v.description('The article')), quantity: v.optional(v.number(), 1) }),
  variant: v.variant('type', [
    v.object({ type: v.literal('card'), last4: v.string() }),
    v.object({ type: v.literal('cash') }),
  ]),
  strict: v.strictObject({ a: v.nullable(v.string()) }),
  loose: v.looseObject({ a: v.string() }),
  tuple: v.strictTuple([v.string(), v.number()]),
  picklist: v.picklist(['a', 'b', 'c']),
  record: v.record(v.string(), v.union([v.string(), v.boolean()])),
  recursive: folder,
}

const arktype: Samples = {
  object: type({ sku: 'string', 'quantity?': 'number.integer' }),
  union: type("'small' | 'large' | number"),
  array: type('string[]'),
  tuple: type(['string', 'number']),
  record: type({ '[string]': 'boolean' }),
  nested: type({ user: { name: 'string > 0', 'email?': 'string.email' }, tags: 'string[] | null' }),
}

const libraries = { arktype, valibot, zod3, zod4 }

function recorded(name: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(`test/unit/generate/recorded/${name}.json`, 'utf8')) as Record<string, unknown>
}

/** A function for each sample, named `<library>::<sample>`, with the schema on both sides. */
export function schemaSamples(): FunctionSchemas[] {
  const ours = Object.entries(libraries).flatMap(([library, samples]) =>
    Object.entries(samples).map(([name, schema]) => {
      const convert = (side: 'input' | 'output'): unknown =>
        jsonSchemaOf(schema, { side, argument: side, instead: 'request_format' })
      const formats = { request_format: convert('input'), response_format: convert('output') }
      return { function_id: `${library}::${name}`, namespace: 'default', ...formats }
    }),
  )
  const others = ['pydantic', 'schemars'].flatMap((library) =>
    Object.entries(recorded(library)).map(([name, schema]) => {
      const formats = { request_format: schema, response_format: schema }
      return { function_id: `${library}::${name}`, namespace: 'default', ...formats }
    }),
  )
  return [...ours, ...others]
}

/** An engine that has only these functions. */
export function engineWith(functions: readonly FunctionSchemas[], others: Partial<EngineSchemas> = {}): EngineSchemas {
  return { version: 1, functions, trigger_types: [], streams: [], routes: [], ...others }
}

/** What no schema library writes: names, descriptions and combinations that break naive output. */
export function hostileSamples(): FunctionSchemas[] {
  const names = [
    '__proto__',
    'constructor',
    'a\nb',
    "it's",
    'back\\slash',
    '*/',
    '`${1}`',
    '\u202ereversed',
    '\ud800',
    '',
    '1a',
  ]
  const texts = [
    '*/ export const x = 1 /*',
    '@ts-expect-error',
    ' * @ts-ignore\n@deprecated',
    '// @ts-nocheck',
    '\u2028',
    '\u0000\u0007',
  ]
  const deep = (depth: number): unknown => {
    let schema: unknown = { type: 'string' }
    for (let level = 0; level < depth; level += 1) schema = { type: 'object', properties: { inner: schema } }
    return schema
  }
  const chain = (length: number, link: (ref: object) => unknown): unknown => {
    const definitions: Record<string, unknown> = { [`D${String(length)}`]: { type: 'string' } }
    for (let at = 0; at < length; at += 1)
      definitions[`D${String(at)}`] = link({ $ref: `#/definitions/D${String(at + 1)}` })
    return { $ref: '#/definitions/D0', definitions }
  }
  const alternatives = (count: number, at: number): object => ({
    anyOf: Array.from({ length: count }, (_, each) => ({
      type: 'object',
      required: [`m${String(at)}_${String(each)}`],
    })),
  })
  const schemas: Record<string, unknown> = {
    names: JSON.parse(
      `{"type":"object","properties":{${names.map((name) => `${JSON.stringify(name)}:{"type":"string"}`).join()}}}`,
    ),
    'required without properties': { type: 'object', required: ['a', '__proto__'] },
    definitions: {
      definitions: {
        Any: { type: 'string' },
        'III Client': { type: 'number' },
        IIIFunctions: { type: 'null' },
        string: { type: 'boolean' },
      },
      anyOf: ['Any', 'III Client', 'IIIFunctions', 'string'].map((name) => ({ $ref: `#/definitions/${name}` })),
    },
    literals: { enum: [...names, -0, 1.5, null, [1, [2]], { a: { b: 'c' } }, {}] },
    'type contradicts enum': { type: 'string', enum: [1, 2] },
    'parts contradict': { allOf: [{ type: 'string' }, { type: 'number' }] },
    'alternatives contradict': { type: 'object', properties: { a: { type: 'array', anyOf: [{ type: 'string' }] } } },
    impossible: { type: 'object', properties: { a: false, b: { not: {} } }, required: ['a'] },
    'refers to itself': { $ref: '#' },
    'refers in a circle': {
      definitions: { A: { $ref: '#/definitions/B' }, B: { anyOf: [{ $ref: '#/definitions/A' }, { type: 'string' }] } },
      $ref: '#/definitions/A',
    },
    'part of itself': {
      definitions: { A: { allOf: [{ $ref: '#/definitions/A' }, { type: 'object' }] } },
      properties: { a: { $ref: '#/definitions/A' } },
    },
    'refers to nothing': {
      type: 'object',
      properties: { a: { $ref: '#/definitions/Missing' }, b: { $ref: 'https://example.com/x' }, c: { $ref: 7 } },
    },
    'refers into a member': {
      type: 'object',
      properties: { 'a/b~c': { type: 'object', properties: { self: { $ref: '#/properties/a~1b~0c' } } } },
    },
    'long enum': { type: 'string', enum: Array.from({ length: 2_000 }, (_, at) => `v${String(at)}`) },
    'many alternatives': { allOf: Array.from({ length: 12 }, (_, at) => alternatives(10, at)) },
    'properties beside others': {
      type: 'object',
      properties: { a: { type: 'number' } },
      additionalProperties: { type: 'string' },
      patternProperties: { '^x': { type: 'boolean' } },
    },
    'types that do not exist': { type: ['text', 'strong', 7], properties: { a: { type: 'wibble' } } },
    'no lists': { type: 'object', properties: [], required: 'a', anyOf: {}, enum: 'x', items: 7 },
    tuples: {
      type: 'array',
      items: [{ type: 'string' }, { anyOf: [{ type: 'number' }, { type: 'null' }] }],
      minItems: 1,
      additionalItems: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    },
    deep: deep(200),
    'too deep': deep(2_000),
    'long chain of references': chain(70, (ref) => ref),
    'long chain of members': chain(40, (ref) => ({ type: 'object', properties: { next: ref } })),
    nullable: { type: 'string', nullable: true },
    list: [{ type: 'string' }],
    text: 'string',
    false: false,
  }
  const described = texts.map((description, at) => {
    const member = { type: 'string', description, format: description, default: description }
    const formats = {
      request_format: { type: 'object', properties: { a: member } },
      response_format: { type: 'string' },
    }
    return { function_id: `described ${String(at)}`, namespace: 'default', description, ...formats }
  })
  const named = names
    .filter((name) => name !== '')
    .map((function_id) => {
      return { function_id, namespace: 'default', request_format: { $ref: '#', type: 'object' } }
    })
  const shaped = Object.entries(schemas).map(([name, schema]) => {
    return { function_id: `hostile::${name}`, namespace: 'default', request_format: schema, response_format: schema }
  })
  return [...described, ...named, ...shaped]
}
