import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { parseEngineSchemas } from '../../src/generate/engine-schemas.js'
import { openApiDocument } from '../../src/generate/openapi.js'

type Row = Readonly<Record<string, unknown>>

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly description?: string }[]
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: unknown } } }
  readonly responses: Readonly<Record<string, { readonly content?: unknown }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

/** The document of some routes, each `METHOD path`, of one function. */
async function documentOf(routes: readonly string[], formats: Row = {}): Promise<Document> {
  const rows = routes.map((route) => {
    const [method, path] = route.split(' ')
    return { method, path, function_id: 'f' }
  })
  const schemas = { version: 1, functions: [{ function_id: 'f', ...formats }], routes: rows }
  const document = openApiDocument(parseEngineSchemas(JSON.stringify(schemas)), { title: 't', serverUrl: undefined })
  const { errors } = await new Validator().validate(structuredClone(document))
  expect(errors).toBeUndefined()
  return document as unknown as Document
}

const bodyOf = (body: unknown, definitions: object = {}) => ({
  request_format: { type: 'object', properties: { body }, required: ['body'], ...definitions },
})

const bodyIn = ({ paths }: Document): unknown => paths['/a']?.['post']?.requestBody?.content['application/json'].schema

test('routes that differ in the names of parameters are one path', async () => {
  const described = { type: 'string', description: 'The number of the order' }
  const request_format = {
    properties: { path_params: { properties: { id: described, number: described } } },
  }
  const { paths } = await documentOf(['GET /u/:id', 'PUT /u/:number', 'PUT /u/:number'], { request_format })
  expect(Object.keys(paths)).toEqual(['/u/{id}'])
  const item = paths['/u/{id}'] ?? {}
  for (const method of ['get', 'put'])
    expect(item[method]?.parameters).toMatchObject([{ name: 'id', in: 'path', description: described.description }])
})

test('parameters are whole segments, each with a name of its own; braces elsewhere are encoded', async () => {
  const { paths } = await documentOf(['GET /a/:id/b/:id', 'GET /a:b/{c}', 'GET /:größe-x', 'GET /q?x', 'GET /h#x'])
  const names = Object.entries(paths).map(([path, { get }]) => [
    path,
    ...(get?.parameters ?? []).map(({ name }) => name),
  ])
  expect(names.sort()).toEqual([['/a/{id}/b/{id_2}', 'id', 'id_2'], ['/a:b/%7Bc%7D'], ['/{größe-x}', 'größe-x']])
})

test('discriminators name the alternatives in the document', async () => {
  const recorded = JSON.parse(readFileSync('test/unit/generate/recorded/pydantic.json', 'utf8')) as {
    readonly owner: { readonly $defs: object }
  }
  const document = await documentOf(['POST /a'], bodyOf(recorded.owner, { $defs: recorded.owner.$defs }))
  const references = [...JSON.stringify(document).matchAll(/"(#\/[^"]+)"/g)].map(([, reference]) => reference)
  const present = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
  expect(references.length).toBeGreaterThanOrEqual(8)
  expect(references.filter((reference) => !present.includes(String(reference)))).toEqual([])
})

test('keywords of other drafts, and values that a keyword cannot have, are translated or left out', async () => {
  const draft4 = { type: ['integer', 'nonsense'], minimum: 1, exclusiveMinimum: true, required: true, $anchor: 'x' }
  const optional = { type: 'string', nullable: true }
  const body = { type: 'map', properties: { draft4, optional, broken: 7 }, allOf: [], $dynamicRef: '#meta' }
  expect(bodyIn(await documentOf(['POST /a'], bodyOf(body)))).toEqual({
    type: 'object',
    properties: {
      draft4: { type: 'integer', minimum: 1 },
      optional: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      broken: true,
    },
  })
  expect(bodyIn(await documentOf(['POST /a'], bodyOf(7)))).toBe(true)
})

test('headers that differ in case are one parameter', async () => {
  const headers = { properties: { 'X-A': {}, 'x-a': {}, Accept: {}, 'not a header': {}, '': {} } }
  const { paths } = await documentOf(['GET /a'], { request_format: { properties: { headers } } })
  expect(paths['/a']?.['get']?.parameters.map(({ name }) => name)).toEqual(['X-A'])
})

test('a declared response with status 400 stays beside that of refused requests', async () => {
  const refused = { properties: { status_code: { const: 400 }, body: { type: 'integer' } } }
  const { paths } = await documentOf(['POST /a'], { ...bodyOf({ type: 'string' }), response_format: refused })
  const { content } = paths['/a']?.['post']?.responses['400'] ?? {}
  expect(content).toMatchObject({
    'application/json': { schema: { anyOf: [{ type: 'integer' }, { properties: { error: {} } }] } },
  })
})
