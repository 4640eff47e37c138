/**
 * What an engine publishes about its functions, trigger types, streams and HTTP routes, as plain data. It is read from a
 * running engine, or from the file that `iii-node schemas` writes.
 */
import { nestingFault } from '../std/json/walk.js'
import { isRecord } from '../wire/protocol/validate.js'

/** A function with its schemas. */
export interface FunctionSchemas {
  readonly function_id: string
  readonly namespace: string
  readonly description?: string | undefined
  readonly request_format?: unknown
  readonly response_format?: unknown
}

/** A trigger type with its schemas. */
interface TriggerTypeSchemas {
  readonly id: string
  readonly namespace: string
  readonly description?: string | undefined
  /** Of a binding's `config`. */
  readonly trigger_request_format?: unknown
  /** Of the payload that bound functions receive. */
  readonly call_request_format?: unknown
}

/** A function that is bound to an HTTP method and path. */
interface HttpRoute {
  readonly method: string
  readonly path: string
  readonly function_id: string
}

/** Sorted, so that equal engines give equal data. */
export interface EngineSchemas {
  readonly version: 1
  readonly functions: readonly FunctionSchemas[]
  readonly trigger_types: readonly TriggerTypeSchemas[]
  readonly streams: readonly string[]
  readonly routes: readonly HttpRoute[]
}

/** Reads lists of an engine. A list that the engine does not have, or denies, is empty. */
export interface EngineLists {
  functions(): Promise<readonly Partial<FunctionRow>[]>
  triggerTypes(): Promise<readonly Partial<TriggerTypeSchemas>[]>
  triggers(): Promise<
    readonly { readonly trigger_type: string; readonly function_id: string; readonly config: unknown }[]
  >
  /** @param functions the functions that the engine lists. */
  streams(functions: readonly Partial<FunctionRow>[]): Promise<readonly { readonly id: string }[]>
}

type FunctionRow = Omit<FunctionSchemas, 'description'> & {
  readonly description?: unknown
  readonly metadata?: unknown
}

/** Reads all schemas of an engine. Rejects when a list cannot be read. */
export async function readEngineSchemas(lists: EngineLists): Promise<EngineSchemas> {
  const [functions, types, triggers] = await Promise.all([lists.functions(), lists.triggerTypes(), lists.triggers()])
  const streams = await lists.streams(functions)
  const shown = functions.filter(
    (row) => !(isRecord(row.metadata) && row.metadata['internal'] === true && isOwned(row)),
  )
  const routes = triggers.flatMap(({ trigger_type, function_id, config }) => {
    return trigger_type === 'http' && isRecord(config) ? [routeOf(function_id, config)] : []
  })
  const names = [
    ...streams.map(({ id }) => id),
    ...triggers.flatMap(({ trigger_type, config }) =>
      trigger_type === 'stream' ? [textAt(config, 'stream_name')] : [],
    ),
    ...functions.map(({ function_id }) => /^stream::get\((.+)\)$/s.exec(function_id ?? '')?.[1]),
  ]
  return sorted({
    functions: shown.map(functionOf),
    trigger_types: types.map(triggerTypeOf),
    streams: names.filter((name): name is string => name !== undefined && name !== ''),
    routes,
  })
}

/** Whether a worker of a user has registered it: those of the engine are marked internal, too. */
function isOwned({ function_id: id = '' }: Partial<FunctionRow>): boolean {
  return !id.startsWith('engine::')
}

/**
 * Reads the file that `iii-node schemas` writes.
 * @throws {Error} naming what is wrong with it.
 */
export function parseEngineSchemas(text: string): EngineSchemas {
  const data: unknown = JSON.parse(text)
  if (!isRecord(data) || data['version'] !== 1)
    throw new Error('it is not a file of `iii-node schemas`: `version` must be 1')
  const rows = (name: string): Readonly<Record<string, unknown>>[] => {
    const list = data[name] ?? []
    if (!Array.isArray(list) || !list.every(isRecord)) throw new Error(`\`${name}\` must be a list of objects`)
    return list
  }
  const streams = data['streams'] ?? []
  if (!Array.isArray(streams)) throw new Error('`streams` must be a list of names')
  return sorted({
    functions: rows('functions').map(functionOf),
    trigger_types: rows('trigger_types').map(triggerTypeOf),
    streams: streams.filter((name) => typeof name === 'string'),
    routes: rows('routes').map(({ method, path, function_id }) => {
      return { method: String(method), path: String(path), function_id: String(function_id) }
    }),
  })
}

/**
 * The schemas as `parseEngineSchemas` reads them, without those that nest too deep to be read.
 * @param onLeftOut receives a sentence for each of those.
 */
export function schemasText(schemas: EngineSchemas, onLeftOut: (sentence: string) => void = () => undefined): string {
  const readable = (owner: string, formats: Readonly<Record<string, unknown>>): Record<string, unknown> => {
    const kept = Object.entries(formats).filter(([name, schema]) => {
      const fault = nestingFault(schema)
      if (fault !== undefined) onLeftOut(`The ${name} of ${owner} is left out: ${fault}`)
      return fault === undefined
    })
    return Object.fromEntries(kept)
  }
  const { functions, trigger_types } = schemas
  const written = {
    ...schemas,
    functions: functions.map(({ request_format, response_format, ...row }) => ({
      ...row,
      ...readable(`function ${row.function_id}`, { request_format, response_format }),
    })),
    trigger_types: trigger_types.map(({ trigger_request_format, call_request_format, ...row }) => ({
      ...row,
      ...readable(`trigger type ${row.id}`, { trigger_request_format, call_request_format }),
    })),
  }
  return `${JSON.stringify(written, undefined, 2)}\n`
}

function functionOf(row: Readonly<Record<string, unknown>> | Partial<FunctionRow>): FunctionSchemas {
  const { function_id, namespace, description, request_format, response_format } = row
  return {
    function_id: text(function_id, 'function_id'),
    namespace: typeof namespace === 'string' ? namespace : 'default',
    ...(typeof description === 'string' && { description }),
    ...present({ request_format, response_format }),
  }
}

function triggerTypeOf(row: Readonly<Record<string, unknown>> | Partial<TriggerTypeSchemas>): TriggerTypeSchemas {
  const { id, namespace, description, trigger_request_format, call_request_format } = row
  return {
    id: text(id, 'id'),
    namespace: typeof namespace === 'string' ? namespace : 'default',
    ...(typeof description === 'string' && { description }),
    ...present({ trigger_request_format, call_request_format }),
  }
}

function routeOf(function_id: string, config: Readonly<Record<string, unknown>>): HttpRoute {
  const path = textAt(config, 'api_path')
  const method = (textAt(config, 'http_method') || 'GET').toUpperCase()
  return { method, path: path.startsWith('/') ? path : `/${path}`, function_id }
}

function present(members: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null))
}

function textAt(value: unknown, key: string): string {
  const member = isRecord(value) ? value[key] : undefined
  return typeof member === 'string' ? member : ''
}

function text(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`each row needs \`${name}\` as text`)
}

function sorted(schemas: Omit<EngineSchemas, 'version'>): EngineSchemas {
  return {
    version: 1,
    functions: sortedBy(schemas.functions, (row) => [row.function_id, row.namespace]),
    trigger_types: sortedBy(schemas.trigger_types, (row) => [row.id, row.namespace]),
    streams: [...new Set(schemas.streams)].sort(),
    routes: sortedBy(schemas.routes, (row) => [row.path, row.method, row.function_id]),
  }
}

function sortedBy<T>(rows: readonly T[], keysOf: (row: T) => readonly string[]): T[] {
  const keyed = rows.map((row) => ({ row, key: JSON.stringify(keysOf(row)) }))
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ row }) => row)
}

/** One row per name: of several namespaces the wanted one, then `default`, then the first. */
export function oneOfEachName<T extends { readonly namespace: string }>(
  rows: readonly T[],
  nameOf: (row: T) => string,
  namespace: string | undefined,
): T[] {
  const rank = (row: T): number => (row.namespace === namespace ? 0 : row.namespace === 'default' ? 1 : 2)
  const chosen = new Map<string, T>()
  for (const row of rows) {
    const present = chosen.get(nameOf(row))
    if (present === undefined || rank(row) < rank(present)) chosen.set(nameOf(row), row)
  }
  return [...chosen.values()]
}
