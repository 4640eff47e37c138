/**
 * Writes an OpenAPI 3.1 document of an engine's HTTP triggers. Parameters, bodies and responses come from the schemas of
 * the functions; what no schema describes is left open.
 */
import { packageVersion } from '../version.js'
import { oneOfEachName, type EngineSchemas, type FunctionSchemas, type HttpRoute } from './engine-schemas.js'
import { OpenApiSchemas, type SchemaView } from './openapi-schemas.js'

type Json = Readonly<Record<string, unknown>>

/** Options of the document. */
export interface OpenApiOptions {
  /** Default: `iii`. */
  readonly title: string | undefined
  /** The address of the engine's HTTP port. */
  readonly serverUrl: string | undefined
}

/** Methods that a path item can describe. */
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

/** The document, as JSON data. Equal schemas give an equal document. */
export function openApiDocument(schemas: EngineSchemas, { title = 'iii', serverUrl }: OpenApiOptions): Json {
  const functions = new Map(
    oneOfEachName(schemas.functions, (row) => row.function_id, undefined).map((row) => [row.function_id, row]),
  )
  const views = new OpenApiSchemas()
  const paths = new Map<string, Map<string, Json>>()
  const tags = new Set<string>()
  const ids = new Set<string>()
  for (const route of schemas.routes) {
    const method = route.method.toLowerCase()
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    const item = paths.get(path) ?? new Map<string, Json>()
    if (!METHODS.includes(method) || item.has(method)) continue
    const operationId = freeName(route.function_id.replace(/\W+/g, '_'), ids)
    const described = operation(route, functions.get(route.function_id), views)
    paths.set(path, item.set(method, { operationId, ...described }))
    tags.add(tagOf(route.function_id))
  }
  return {
    openapi: '3.1.0',
    info: { title, version: packageVersion },
    ...(serverUrl === undefined ? {} : { servers: [{ url: serverUrl }] }),
    paths: Object.fromEntries([...paths].map(([path, item]) => [path, Object.fromEntries(item)])),
    components: { schemas: views.components() },
    tags: [...tags].sort().map((name) => ({ name })),
  }
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}_${String(number)}`
  taken.add(name)
  return name
}

/** The first part of an id: `orders::create` is tagged `orders`. */
function tagOf(functionId: string): string {
  return functionId.split('::', 1)[0] ?? functionId
}

function operation(route: HttpRoute, row: FunctionSchemas | undefined, views: OpenApiSchemas): Json {
  const request = views.view(row?.request_format, `${route.function_id} request`)
  const { description = '' } = row ?? {}
  const [summary = ''] = description.trim().split(/[\r\n]/, 1)
  const body = BODILESS.has(route.method) ? undefined : request?.member('body')
  const isRequired = request?.requires('body') === true
  return {
    tags: [tagOf(route.function_id)],
    ...(summary === '' ? {} : { summary, description }),
    parameters: parametersOf(route.path, request),
    ...(body !== undefined && { requestBody: { required: isRequired, content: content(body.embedded) } }),
    responses: {
      ...responsesOf(views.view(row?.response_format, `${route.function_id} response`)),
      ...(body === undefined || body.isOpen ? {} : { 400: BAD_REQUEST }),
    },
  }
}

/** Methods whose requests have no body. */
const BODILESS = new Set(['GET', 'HEAD', 'TRACE'])

/** Parameters of the path, the query and the headers. */
function parametersOf(path: string, request: SchemaView | undefined): Json[] {
  const ofPath = request?.member('path_params')
  const names = new Set([...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name))
  const inPath = [...names].map((name) => parameter('path', name, { view: ofPath?.member(name), required: true }))
  const others = (['query', 'header'] as const).flatMap((place) => {
    const members = request?.member(place === 'query' ? 'query_params' : 'headers')
    const shown = (members?.memberNames ?? []).filter((name) => place === 'query' || !RESERVED_HEADERS.has(name))
    return shown.map((name) => {
      return parameter(place, name, { view: members?.member(name), required: members?.requires(name) === true })
    })
  })
  return [...inPath, ...others]
}

/** Headers that OpenAPI describes elsewhere. */
const RESERVED_HEADERS = new Set(['accept', 'content-type', 'authorization'])

interface ParameterOptions {
  readonly view: SchemaView | undefined
  readonly required: boolean
}

function parameter(place: string, name: string, { view, required }: ParameterOptions): Json {
  const { description } = view ?? {}
  const schema = view?.embedded ?? { type: 'string' }
  return { name, in: place, required, schema, ...(description === undefined ? {} : { description }) }
}

function content(schema: unknown): Json {
  return { 'application/json': { schema } }
}

/** Responses by status: one for each alternative of the result that names a `status_code`. */
function responsesOf(result: SchemaView | undefined): Json {
  const bodies = new Map<string, unknown[]>()
  for (const each of result?.alternatives ?? [undefined]) {
    const body = each?.member('body')
    for (const status of statusesOf(each?.member('status_code'))) {
      bodies.set(status, [...(bodies.get(status) ?? []), ...(body === undefined ? [] : [body.embedded])])
    }
  }
  const entries = [...bodies].map(([status, [body, ...more]]) => {
    const described = { description: descriptionOf(status) }
    if (body === undefined) return [status, described]
    return [status, { ...described, content: content(more.length === 0 ? body : { anyOf: [body, ...more] }) }]
  })
  return Object.fromEntries(entries) as Json
}

/** The statuses that a schema of `status_code` allows; 200 when it does not fix them. */
function statusesOf(status: SchemaView | undefined): string[] {
  const values = (status?.values ?? []).filter((value) => Number.isInteger(value))
  const valid = values.filter((value) => Number(value) >= 100 && Number(value) <= 599)
  return valid.length === 0 ? ['200'] : valid.map(String)
}

function descriptionOf(status: string): string {
  if (status.startsWith('2')) return 'The result of the function'
  return status.startsWith('3') ? 'A redirect' : 'An error'
}

/** What a function with a schema of its body answers when the body does not fit. */
const BAD_REQUEST = {
  description: 'The request does not match the schema',
  content: content({
    type: 'object',
    properties: {
      error: {
        type: 'object',
        properties: {
          code: { type: 'string' },
          message: { type: 'string' },
          issues: {
            type: 'array',
            items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
          },
        },
        required: ['code', 'message'],
      },
    },
    required: ['error'],
  }),
}
