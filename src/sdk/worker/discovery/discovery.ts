/**
 * Lists of workers, functions and triggers, read through functions of the engine. Rows keep the engine's member names; only
 * the names of schemas follow the registration's.
 */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { MAX_INFO_IDS } from '../../../wire/protocol/limits.js'
import { EngineFunctions } from '../../../wire/protocol/names.js'
import type { TriggerFunction } from '../calls/trigger-request.js'
import { checkFlag, checkRecord, checkText } from '../check.js'
import type { UnknownOptions } from '../../../std/text/unknown-options.js'

/** A registered function, as listed by the engine. */
export type FunctionInfo = {
  function_id: string
  description?: string
  request_format?: unknown
  response_format?: unknown
  metadata?: unknown
  namespace?: string
  worker_name?: string
}

/** A connected worker, as listed by the engine. */
export type WorkerInfo = {
  id: string
  status: string
  /** Milliseconds since 1970. */
  connected_at_ms: number
  function_count: number
  functions: string[]
  active_invocations: number
  name?: string | null
  runtime?: string | null
  version?: string | null
  os?: string | null
  ip_address?: string | null
  isolation?: string | null
  description?: string | null
  namespace?: string
}

/** A bound trigger, as listed by the engine. */
export type TriggerInfo = {
  id: string
  trigger_type: string
  function_id: string
  config: unknown
  metadata?: unknown
  worker_name?: string
  namespace?: string
}

/** A trigger type, as listed by the engine. */
export type TriggerTypeInfo = {
  id: string
  description: string
  trigger_request_format?: unknown
  call_request_format?: unknown
  response_format?: unknown
  worker_name?: string
  namespace?: string
  instance_count?: number
}

/**
 * Which functions `listFunctions` returns. Filters that are left out match everything; internal functions are left out
 * by default.
 */
export type ListFunctionsOptions = {
  includeInternal?: boolean | undefined
  prefix?: string | undefined
  search?: string | undefined
  worker?: string | undefined
  /** Whether to read schemas too, with one more request per 32 functions. Default true. */
  schemas?: boolean | undefined
}
/** Which workers `listWorkers` returns. Filters that are left out match everything. */
export type ListWorkersOptions = {
  runtime?: string | undefined
  status?: string | undefined
  search?: string | undefined
}
/**
 * Which triggers `listTriggers` returns. Filters that are left out match everything; internal triggers are left out by
 * default.
 */
export type ListTriggersOptions = {
  includeInternal?: boolean | undefined
  triggerType?: string | undefined
  functionId?: string | undefined
  /** Whether to read metadata too, with one more request per trigger. Default false. */
  metadata?: boolean | undefined
}
/** Which trigger types `listTriggerTypes` returns; internal ones are left out by default. */
export type ListTriggerTypesOptions = {
  includeInternal?: boolean | undefined
  /** Whether to read schemas too, with one more request per type. Default true. */
  schemas?: boolean | undefined
}

/** Functions that workers register for their own listeners, which are no functions of users; some have a prefix. */
const HIDDEN_FUNCTION = /(?:^|::)iii-node::(?:functions-available|worker-news)::[^:]+$/

/** Whether the lists leave a function and its triggers out unless internals are asked for. */
export function isHidden(functionId: string): boolean {
  return HIDDEN_FUNCTION.test(functionId)
}

type SchemaRow = FunctionInfo & { request_schema?: unknown; response_schema?: unknown }

export async function listFunctions(
  parts: DiscoveryParts,
  options: ListFunctionsOptions = {},
): Promise<FunctionInfo[]> {
  checkMembers(parts, options, {
    method: 'listFunctions',
    texts: ['prefix', 'search', 'worker'],
    flags: ['includeInternal', 'schemas'],
  })
  const { trigger } = parts
  const { includeInternal, schemas = true, ...filters } = options
  const listed = await list<FunctionInfo>(trigger, EngineFunctions.LIST_FUNCTIONS, {
    key: 'functions',
    input: { ...filters, include_internal: includeInternal ?? false },
  })
  const rows = includeInternal === true ? listed : listed.filter((row) => !isHidden(row.function_id))
  // Older engines list the formats inline.
  const bare = schemas
    ? rows.filter((row) => row.request_format === undefined && row.response_format === undefined)
    : []
  const details = await readSchemas(trigger, bare)
  return rows.map((row) => withFormats(row, details.get(keyOf(row.namespace, row.function_id))))
}

async function readSchemas(trigger: TriggerFunction, rows: FunctionInfo[]): Promise<Map<string, SchemaRow>> {
  const details = new Map<string, SchemaRow>()
  for (const [namespace, ids] of idsByNamespace(rows)) {
    for (let start = 0; start < ids.length; start += MAX_INFO_IDS) {
      const payload = {
        function_ids: ids.slice(start, start + MAX_INFO_IDS),
        ...(namespace === undefined ? {} : { namespace }),
      }
      const found = await readable<{ functions: SchemaRow[] }>(trigger, EngineFunctions.INFO_FUNCTIONS, payload)
      for (const row of found?.functions ?? []) details.set(keyOf(namespace, row.function_id), row)
    }
  }
  return details
}

/** One member, or none when the engine had nothing to say. */
function present(key: string, value: unknown): object {
  return value === undefined || value === null ? {} : { [key]: value }
}

function idsByNamespace(rows: FunctionInfo[]): Map<string | undefined, string[]> {
  const ids = new Map<string | undefined, string[]>()
  for (const { namespace, function_id } of rows) ids.set(namespace, [...(ids.get(namespace) ?? []), function_id])
  return ids
}

function keyOf(namespace: string | undefined, functionId: string): string {
  return `${namespace ?? ''}\n${functionId}`
}

function withFormats(row: FunctionInfo, detail: SchemaRow | undefined): FunctionInfo {
  return {
    ...row,
    ...present('request_format', detail?.request_schema),
    ...present('response_format', detail?.response_schema),
  }
}

export async function listWorkers(parts: DiscoveryParts, options: ListWorkersOptions = {}): Promise<WorkerInfo[]> {
  const kinds = { method: 'listWorkers', texts: ['runtime', 'status', 'search'], flags: [] }
  const input = checkMembers(parts, options, kinds)
  const { trigger } = parts
  const [workers, functions] = await Promise.all([
    list<WorkerInfo>(trigger, EngineFunctions.LIST_WORKERS, { key: 'workers', input }),
    listFunctions(parts, { includeInternal: true, schemas: false }),
  ])
  return workers.map((worker) => ({
    ...worker,
    functions: functions
      .filter((row) => row.worker_name === worker.name && row.namespace === worker.namespace)
      .filter((row) => !isHidden(row.function_id))
      .map((row) => row.function_id),
  }))
}

export async function listTriggers(
  parts: DiscoveryParts,
  options: boolean | ListTriggersOptions = {},
): Promise<TriggerInfo[]> {
  const { trigger } = parts
  const given = checkMembers(parts, named(options), {
    method: 'listTriggers',
    texts: ['triggerType', 'functionId'],
    flags: ['includeInternal', 'metadata'],
  })
  const { includeInternal, triggerType, functionId, metadata } = given as ListTriggersOptions
  const bound = await list<TriggerInfo>(trigger, EngineFunctions.LIST_REGISTERED_TRIGGERS, {
    key: 'registered_triggers',
    input: { include_internal: includeInternal ?? false, trigger_type: triggerType, function_id: functionId },
  })
  // Engines leave out triggers of functions of their own only.
  const rows = includeInternal === true ? bound : bound.filter((row) => !isHidden(row.function_id))
  if (metadata !== true) return rows
  return Promise.all(
    rows.map(async (row) => {
      const detail = await readable<TriggerInfo>(trigger, EngineFunctions.INFO_REGISTERED_TRIGGERS, { id: row.id })
      return detail?.metadata === undefined ? row : { ...row, metadata: detail.metadata }
    }),
  )
}

type TypeDetail = TriggerTypeInfo & { configuration_schema?: unknown; request_schema?: unknown }

export async function listTriggerTypes(
  parts: DiscoveryParts,
  options: boolean | ListTriggerTypesOptions = {},
): Promise<TriggerTypeInfo[]> {
  const { trigger } = parts
  const kinds = { method: 'listTriggerTypes', texts: [], flags: ['includeInternal', 'schemas'] }
  const given = checkMembers(parts, named(options), kinds)
  const { includeInternal, schemas = true } = given as ListTriggerTypesOptions
  const rows = await list<TriggerTypeInfo>(trigger, EngineFunctions.LIST_TRIGGERS, {
    key: 'triggers',
    input: { include_internal: includeInternal ?? false },
  })
  if (!schemas) return rows
  return Promise.all(
    rows.map(async (row) => {
      const payload = { id: row.id, ...(row.namespace === undefined ? {} : { namespace: row.namespace }) }
      const detail = await readable<TypeDetail>(trigger, EngineFunctions.INFO_TRIGGERS, payload)
      return {
        ...row,
        ...present('trigger_request_format', detail?.configuration_schema),
        ...present('call_request_format', detail?.request_schema),
        ...present('instance_count', detail?.instance_count),
      }
    }),
  )
}

function named(options: boolean | object): object {
  return typeof options === 'boolean' ? { includeInternal: options } : options
}

/** Members of a worker that discovery needs. */
export interface DiscoveryParts {
  readonly trigger: TriggerFunction
  readonly unknown: UnknownOptions
}

interface MemberKinds {
  /** The method that takes the options. */
  readonly method: string
  readonly texts: readonly string[]
  readonly flags: readonly string[]
}

function checkMembers(
  { unknown }: DiscoveryParts,
  options: object,
  { method, texts, flags }: MemberKinds,
): Record<string, unknown> {
  const given = checkRecord('options', options)
  unknown.check(`${method} options`, given, new Set([...texts, ...flags]))
  for (const name of texts) checkText(name, given[name])
  for (const name of flags) checkFlag(name, given[name])
  return given
}

async function list<Row>(
  trigger: TriggerFunction,
  functionId: string,
  { key, input }: { readonly key: string; readonly input: object },
): Promise<Row[]> {
  const answer = await trigger<object, Record<string, unknown> | undefined>({ function_id: functionId, payload: input })
  const rows = answer?.[key]
  return Array.isArray(rows) ? (rows as Row[]) : []
}

/** Reads one detail; what is gone meanwhile or not ours to see is left out. */
async function readable<T>(trigger: TriggerFunction, functionId: string, payload: object): Promise<T | undefined> {
  try {
    return await trigger<object, T>({ function_id: functionId, payload })
  } catch (error) {
    const code = error instanceof InvocationError ? error.code : undefined
    if (code === ErrorCode.FORBIDDEN || code === ErrorCode.NOT_FOUND) return undefined
    throw error
  }
}
