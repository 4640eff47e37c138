import { expect, test } from 'vitest'
import { scanJson } from '../../src/console/parts/json/json-scan.js'
import { schemaErrorsOf } from '../../src/console/parts/json/json-schema.js'

test('a text that nests deep is read without the path of each of its values', () => {
  const { places, end } = scanJson('['.repeat(20_000))
  expect(places.size).toBeLessThan(100)
  expect(end).toMatchObject({ expects: 'value', token: '' })
  expect(end.path).toHaveLength(20_000)
  expect(scanJson('{"a":{"b":[1,tr').end).toEqual({ path: ['a', 'b', '1'], expects: 'value', token: 'tr', from: 13 })
})

test('of many values that do not fit the schema, the first are marked, each in its line', async () => {
  const values = Array.from({ length: 5_000 }, (_, index) => index)
  const schema = { type: 'array', items: { type: 'string' } }
  const errors = await schemaErrorsOf(schema, values, JSON.stringify(values, undefined, 1))
  expect(errors).toHaveLength(100)
  expect(errors.slice(0, 3).map(({ line }) => line)).toEqual([2, 3, 4])
})
