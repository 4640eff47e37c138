/**
 * Writes an OpenAPI 3.1 document of an engine's HTTP triggers. Parameters, bodies and responses come from the schemas of
 * the functions; what no schema describes is left open.
 */
import { packageVersion } from '../version.js'
import { oneOfEachName, type EngineSchemas, type FunctionSchemas } from './engine-schemas.js'
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
  const paths = new Map<string, { readonly template: PathTemplate; readonly item: Map<string, Json> }>()
  const tags = new Set<string>()
  const ids = new Set<string>()
  for (const route of schemas.routes) {
    const method = route.method.toLowerCase()
    const own = templateOf(route.path)
    const path = paths.get(own.shape) ?? { template: own, item: new Map<string, Json>() }
    // No request has a path with a question mark or a hash.
    if (!METHODS.includes(method) || path.item.has(method) || /[?#]/.test(route.path)) continue
    const operationId = freeName(route.function_id.replace(/\W+/g, '_'), ids)
    const parameters = { own: own.names, shown: path.template.names }
    const described = operation(route.function_id, method, { row: functions.get(route.function_id), views, parameters })
    path.item.set(method, { operationId, ...described })
    paths.set(own.shape, path)
    tags.add(tagOf(route.function_id))
  }
  return {
    openapi: '3.1.0',
    info: { title, version: packageVersion },
    ...(serverUrl === undefined ? {} : { servers: [{ url: serverUrl }] }),
    paths: Object.fromEntries(
      [...paths.values()].map(({ template, item }) => [template.text, Object.fromEntries(item)]),
    ),
    components: { schemas: views.components() },
    tags: [...tags].sort().map((name) => ({ name })),
  }
}

/** A path as the document has it. */
interface PathTemplate {
  readonly text: string
  /** Equal for paths that differ in the names of parameters only: the document has one entry for them. */
  readonly shape: string
  /** The names of the parameters, each once. */
  readonly names: readonly string[]
}

/** Segments that begin with `:` are parameters. Braces of others are written as a URL has them. */
function templateOf(path: string): PathTemplate {
  const taken = new Set<string>()
  const segments = path.replace(/^\//, '').split('/')
  const parts = segments.map((segment) => {
    if (!segment.startsWith(':')) return { text: encodedBraces(segment), shape: encodedBraces(segment) }
    return { text: `{${freeName(segment.slice(1).replace(/[{}]/g, '_') || 'parameter', taken)}}`, shape: '{}' }
  })
  const joined = (key: 'text' | 'shape'): string => `/${parts.map((part) => part[key]).join('/')}`
  return { text: joined('text'), shape: joined('shape'), names: [...taken] }
}

function encodedBraces(text: string): string {
  return text.replaceAll('{', '%7B').replaceAll('}', '%7D')
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

interface OperationParts {
  readonly row: FunctionSchemas | undefined
  readonly views: OpenApiSchemas
  /** The names of the parameters of the path: of this route, and as the document has them. */
  readonly parameters: { readonly own: readonly string[]; readonly shown: readonly string[] }
}

function operation(functionId: string, method: string, { row, views, parameters }: OperationParts): Json {
  const request = views.view(row?.request_format, `${functionId} request`)
  const { description = '' } = row ?? {}
  const [summary = ''] = description.trim().split(/[\r\n]/, 1)
  const body = BODILESS.has(method) ? undefined : request?.member('body')
  const isRequired = request?.requires('body') === true
  const inPath = request?.member('path_params')
  const ofPath = parameters.own.map((name, at) =>
    parameter('path', parameters.shown[at] ?? name, { view: inPath?.member(name), required: true }),
  )
  return {
    tags: [tagOf(functionId)],
    ...(summary === '' ? {} : { summary, description }),
    parameters: [...ofPath, ...otherParameters(request)],
    ...(body !== undefined && { requestBody: { required: isRequired, content: content(body.embedded) } }),
    responses: responsesOf(
      views.view(row?.response_format, `${functionId} response`),
      body === undefined || body.isOpen ? [] : [BAD_REQUEST],
    ),
  }
}

/** Methods whose requests have no body. */
const BODILESS = new Set(['get', 'head', 'trace'])

/** Parameters of the query and the headers. */
function otherParameters(request: SchemaView | undefined): Json[] {
  return (['query', 'header'] as const).flatMap((place) => {
    const members = request?.member(place === 'query' ? 'query_params' : 'headers')
    const taken = new Set<string>()
    const names = (members?.memberNames ?? []).filter((name) => {
      const key = place === 'query' ? name : name.toLowerCase()
      if (taken.has(key) || (place === 'header' && !isHeader(key))) return false
      return taken.add(key)
    })
    return names.map((name) => {
      return parameter(place, name, { view: members?.member(name), required: members?.requires(name) === true })
    })
  })
}

/** Whether requests can have a header of this name, and no other part of the document describes it. */
function isHeader(name: string): boolean {
  return /^[!#$%&'*+.^`|~\w-]+$/.test(name) && !RESERVED_HEADERS.has(name)
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

/** Responses by status: one for each alternative of the result that names a `status_code`, and refused requests. */
function responsesOf(result: SchemaView | undefined, refusals: readonly unknown[]): Json {
  const bodies = new Map<string, unknown[]>()
  for (const each of result?.alternatives ?? [undefined]) {
    const body = each?.member('body')
    for (const status of statusesOf(each?.member('status_code'))) {
      bodies.set(status, [...(bodies.get(status) ?? []), ...(body === undefined ? [] : [body.embedded])])
    }
  }
  if (refusals.length > 0) bodies.set('400', [...(bodies.get('400') ?? []), ...refusals])
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
  if (status === '400') return 'The request is refused'
  if (status.startsWith('2')) return 'The result of the function'
  return status.startsWith('3') ? 'A redirect' : 'An error'
}

/** The body of the response to a request whose body does not match the schema. */
const BAD_REQUEST = {
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
}
