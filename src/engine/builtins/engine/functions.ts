/** Lists the functions that a caller may see, and provides the trigger type that fires when they change. */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { MAX_INFO_IDS } from '../../../wire/protocol/limits.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../../wire/protocol/names.js'
import type { FieldType, Infer } from '../../../wire/protocol/validate.js'
import type { CallContext, EngineHost } from '../builtin.js'
import type { FunctionEntry } from '../../registry/directory.js'
import type { EngineParts } from '../../engine-parts.js'
import { FunctionsAvailable } from './functions-available.js'
import {
  functionDetail,
  functionDetailRow,
  functionRow,
  functionSummary,
  isInternal,
  isVisible,
  relevance,
  workerNameOf,
} from './rows.js'
import type { CorePart } from './workers.js'
import { builtinFunction } from '../../declare/function.js'
import { boolean, list, named, object, optional, string, union } from '../../declare/schema.js'

const filter = object({
  search: optional(string('A text in the id, the description or the name of the worker'), null),
  prefix: optional(string('Only functions whose id begins with this text'), null),
  worker: optional(string('Only functions of this worker'), null),
  workers: optional(list(string(), 'Only functions of these workers'), null),
  include_internal: optional(boolean('Whether functions of the engine are listed too'), null),
})

const wanted = object({
  function_id: optional(string('One function; its detail is the result'), null),
  function_ids: optional(list(string(), `Up to ${String(MAX_INFO_IDS)} functions; a list is the result`), null),
  namespace: optional(string(), null),
})

const missing = object({ function_id: string(), error: string('`not_found` or `forbidden`') })
const entryRow = named('FunctionInfoEntry', union([functionDetailRow, missing]))
const batch = named('FunctionInfoBatch', object({ functions: list(entryRow) }))
const detailOrBatch = union([functionDetailRow, batch])

type Filter = Infer<typeof filter.members>
type Wanted = Infer<typeof wanted.members>

export function createFunctionsBuiltin(host: EngineHost, parts: EngineParts): CorePart {
  const available = new FunctionsAvailable(host, parts)
  return {
    functions: [
      builtinFunction({
        id: EngineFunctions.LIST_FUNCTIONS,
        description: 'Lists functions; those of the engine only on request',
        input: filter,
        output: object({ functions: list(functionSummary) }),
        call: (input, context) => ({ functions: matching(parts, input, context).map(functionRow) }),
      }),
      builtinFunction({
        id: EngineFunctions.INFO_FUNCTIONS,
        description: 'Describes one function, or up to 32, with schemas and triggers',
        input: wanted,
        output: detailOrBatch,
        call: (input, context) => info(parts, input, context),
      }),
    ],
    triggerTypes: [available.type],
    start: () => Promise.resolve(),
    stop: () => {
      available.stop()
      return Promise.resolve()
    },
  }
}

function matching(parts: EngineParts, input: Filter, { access }: CallContext): FunctionEntry[] {
  const { search, prefix, worker, workers, include_internal: includeInternal = false } = input
  const names = new Set([...(worker === undefined ? [] : [worker]), ...(workers ?? [])])
  const found = [...parts.directory.all()].filter(
    (entry) =>
      (includeInternal || !isInternal(entry.id, entry.metadata)) &&
      (prefix === undefined || entry.id.startsWith(prefix)) &&
      (names.size === 0 || names.has(workerNameOf(entry))) &&
      isVisible(entry, access),
  )
  const byId = (a: FunctionEntry, b: FunctionEntry): number => compare(a.id, b.id) || compare(a.namespace, b.namespace)
  if (search === undefined) return found.sort(byId)
  return found
    .map((entry) => ({ entry, score: relevance(search, entry.id, [entry.description, workerNameOf(entry)]) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || byId(a.entry, b.entry))
    .map(({ entry }) => entry)
}

function info(parts: EngineParts, input: Wanted, context: CallContext): FieldType<typeof detailOrBatch> {
  const { function_id: id, function_ids: ids, namespace } = input
  if ((id === undefined) === (ids === undefined)) throw invalid('Give either `function_id` or `function_ids`.')
  if (id !== undefined) {
    const entry = findOne(parts, id, namespace)
    if (isVisible(entry, context.access)) return functionDetail(parts, entry)
    throw new InvocationError({ code: ErrorCode.FORBIDDEN, message: `Function '${id}' is not visible to this worker.` })
  }
  const unique = [...new Set(ids)]
  if (unique.length === 0) throw invalid('`function_ids` is empty. Give at least one id.')
  if (unique.length > MAX_INFO_IDS) {
    throw invalid(`\`function_ids\` takes at most ${String(MAX_INFO_IDS)} ids, got ${String(unique.length)}.`)
  }
  return { functions: unique.map((each) => detailOrError(parts, { id: each, namespace }, context)) }
}

function detailOrError(
  parts: EngineParts,
  { id, namespace }: { readonly id: string; readonly namespace: string | undefined },
  { access }: CallContext,
): FieldType<typeof entryRow> {
  const [entry] = candidates(parts, id, namespace)
  if (entry === undefined) return { function_id: id, error: 'not_found' }
  if (!isVisible(entry, access)) return { function_id: id, error: 'forbidden' }
  return functionDetail(parts, entry)
}

function findOne(parts: EngineParts, id: string, namespace: string | undefined): FunctionEntry {
  const [entry, second] = candidates(parts, id, namespace)
  const namespaces = parts.directory.namespacesOf(id)
  if (second !== undefined) {
    throw notFound(
      `Function '${id}' exists in several namespaces (${namespaces.join(', ')}); name one as \`namespace\`.`,
    )
  }
  if (entry !== undefined) return entry
  if (namespaces.length === 0) throw notFound(`Function '${id}' is not registered.`)
  throw notFound(
    `Function '${id}' is not registered in namespace '${namespace ?? ''}', but in ${namespaces.join(', ')}.`,
  )
}

/** Functions with an id: in the given namespace; without one, that of `default`, otherwise those of all others. */
function candidates({ directory }: EngineParts, id: string, namespace: string | undefined): FunctionEntry[] {
  const entry = directory.find(namespace ?? DEFAULT_NAMESPACE, id)
  if (entry !== undefined) return [entry]
  return namespace === undefined ? directory.namespacesOf(id).flatMap((each) => directory.find(each, id) ?? []) : []
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function invalid(message: string): InvocationError {
  return new InvocationError({ code: ErrorCode.INVALID_ARGUMENTS, message })
}

function notFound(message: string): InvocationError {
  return new InvocationError({ code: ErrorCode.NOT_FOUND, message })
}
