import { type } from 'arktype'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import * as z from 'zod'
import * as z3 from 'zod3'
import { parse } from '../../../../src/sdk/schema/parse.js'
import type { StandardSchemaV1 } from '../../../../src/sdk/schema/standard-schema.js'
import { validate } from '../../../../src/sdk/schema/validation.js'

function schemaOver(validator: (value: unknown) => unknown): StandardSchemaV1 {
  return { '~standard': { version: 1, vendor: 'test', validate: validator as never } }
}

const subject = { id: 'f', side: 'input' } as const

const libraries = {
  'zod 4': z.object({ list: z.array(z.object({ 'a/b~c': z.number() })) }),
  'zod 3': z3.object({ list: z3.array(z3.object({ 'a/b~c': z3.number() })) }),
  valibot: v.object({ list: v.array(v.object({ 'a/b~c': v.number() })) }),
  arktype: type({ list: type({ 'a/b~c': 'number' }).array() }),
}

for (const [name, schema] of Object.entries(libraries)) {
  test(`issues of ${name} have JSON pointers, with slashes and tildes escaped`, async () => {
    const parsed = await parse(schema, { list: [{ 'a/b~c': 1 }, { 'a/b~c': 'one' }] })
    expect(parsed.issues?.map(({ path }) => path)).toEqual(['/list/1/a~1b~0c'])
    expect(parsed.issues?.[0]?.message).toMatch(/number/i)
    expect(await parse(schema, { list: [] })).toEqual({ value: { list: [] } })
  })
}

test('a synchronous schema answers at once, an asynchronous one with a promise', async () => {
  expect(parse(z.string(), 'text')).toEqual({ value: 'text' })
  const slow = z.string().refine(async (text) => text === 'right', 'is wrong')
  const parsed = parse(slow, 'other')
  expect(parsed).toBeInstanceOf(Promise)
  expect(await parsed).toMatchObject({ issues: [{ path: '', message: 'is wrong' }], total: 1 })
})

const nothing: unknown = null

const misbehaving: readonly (readonly [string, () => unknown, string])[] = [
  [
    'throws an error',
    () => {
      throw new Error('broken')
    },
    'its schema could not check it: broken',
  ],
  [
    'throws no error',
    () => {
      throw nothing
    },
    'its schema could not check it: null',
  ],
  ['rejects', () => Promise.reject(new Error('broken')), 'its schema could not check it: broken'],
  ['answers nothing', () => undefined, 'its schema returned undefined instead of a value or issues'],
  ['answers without a value', () => ({}), 'its schema returned an object instead of a value or issues'],
  ['answers with no issue', () => ({ issues: [] }), 'its schema returned an object instead of a value or issues'],
  ['answers with odd issues', () => ({ issues: [7] }), '7'],
  ['answers with an unreadable path', () => ({ issues: [{ message: 'm', path: [Object.create(null)] }] }), 'm'],
  [
    'has a result that cannot be read',
    () => ({
      get issues() {
        throw new Error('hidden')
      },
    }),
    'hidden',
  ],
]

for (const [name, validator, message] of misbehaving) {
  test(`a schema that ${name} refuses the value and says so`, async () => {
    const parsed = await parse(schemaOver(validator), {})
    expect(parsed.issues?.[0]?.message).toContain(message)
  })
}

test('what a schema threw is kept as the cause', () => {
  const cause = new Error('broken')
  const check = (): unknown =>
    validate(
      schemaOver(() => {
        throw cause
      }),
      1,
      subject,
    )
  expect(check).toThrow(expect.objectContaining({ cause, code: 'deserialization_error' }))
})

test('paths given as objects with a key, and symbols, are written out', async () => {
  const schema = schemaOver(() => ({ issues: [{ message: 'm', path: [{ key: 'a' }, 0, Symbol('s')] }] }))
  expect(await parse(schema, 1)).toMatchObject({ issues: [{ path: '/a/0/Symbol(s)' }] })
})

test('the message lists the first ten issues with their paths and counts the rest', () => {
  const check = (): unknown => validate(z.array(z.number()), Array(250).fill('x'), subject)
  expect(check).toThrow(/^Input for f is invalid: \/0: [^;]+(; \/\d: [^;]+){9}; and 240 more$/)
})

test('of very many issues the first hundred are kept, and long texts are cut', () => {
  const many = parse(z.array(z.number()), Array(250).fill('x'))
  expect(many).toMatchObject({ total: 250, issues: { length: 100 } })
  const long = parse(
    schemaOver(() => ({ issues: [{ message: 'm'.repeat(9_999), path: ['p'.repeat(9_999)] }] })),
    1,
  )
  expect(JSON.stringify(long).length).toBeLessThan(600)
})

test('an issue of the whole value has no path in the message', () => {
  expect(() => validate(z.string(), 7, { id: 'f', side: 'output' })).toThrow(
    expect.objectContaining({
      name: 'ValidationError',
      kind: 'Serde',
      code: 'serialization_error',
      functionId: 'f',
      message: 'Output of f is invalid: Invalid input: expected string, received number',
      issues: [{ path: '', message: 'Invalid input: expected string, received number' }],
    }) as Error,
  )
})
