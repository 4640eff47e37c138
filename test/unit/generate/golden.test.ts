import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseEngineSchemas, schemasText } from '../../../src/generate/engine-schemas.js'
import { typesFile } from '../../../src/generate/types-file.js'
import { engineWith, hostileSamples, schemaSamples } from '../../kit/schema-samples.js'

const settings = { isStrict: false, namespace: undefined }

// `npx vitest run test/unit/generate/golden.test.ts -u` writes the files.
test('schemas of zod, valibot, arktype, pydantic and schemars have the recorded types', async () => {
  const samples = schemaSamples()
  expect(samples.length).toBeGreaterThanOrEqual(60)
  const schemas = parseEngineSchemas(schemasText(engineWith(samples)))
  await expect(typesFile(schemas, settings)).toMatchFileSnapshot('./golden/samples.d.ts.txt')
})

test('the schemas of an engine written in Rust have the recorded types', async () => {
  const engine = JSON.parse(readFileSync('test/unit/engine/declare/engine.json', 'utf8')) as {
    functions: Record<string, { request_schema?: unknown; response_schema?: unknown }>
    trigger_types: Record<string, { configuration_schema?: unknown; request_schema?: unknown }>
  }
  const schemas = {
    version: 1,
    functions: Object.entries(engine.functions).map(([function_id, row]) => {
      return { function_id, request_format: row.request_schema, response_format: row.response_schema }
    }),
    trigger_types: Object.entries(engine.trigger_types).map(([id, row]) => {
      return { id, trigger_request_format: row.configuration_schema, call_request_format: row.request_schema }
    }),
  }
  const text = typesFile(parseEngineSchemas(JSON.stringify(schemas)), settings)
  await expect(text).toMatchFileSnapshot('./golden/engine.d.ts.txt')
})

test('the order of functions and members of the lists does not change the file', () => {
  const samples = schemaSamples()
  const turned = parseEngineSchemas(schemasText(engineWith(samples.toReversed())))
  expect(typesFile(turned, settings)).toBe(typesFile(parseEngineSchemas(schemasText(engineWith(samples))), settings))
})

test('hostile names, descriptions and schemas have the recorded types', async () => {
  const schemas = parseEngineSchemas(JSON.stringify(engineWith(hostileSamples(), { streams: ["it's", '__proto__'] })))
  const text = typesFile(schemas, { ...settings, isStrict: true })
  await expect(text).toMatchFileSnapshot('./golden/hostile.d.ts.txt')
  // Nothing that is invisible or changes the direction of text reaches the file.
  expect(text).not.toMatch(/[^\n\x20-\x7e…]/)
})
