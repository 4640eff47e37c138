/** Lists the functions that a caller may see, and provides the trigger type that fires when they change. */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { MAX_INFO_IDS } from '../../../wire/protocol/limits.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../../wire/protocol/names.js'
import { boolean, optional, string, strings } from '../../config/builtin-fields.js'
import { builtinFunction } from '../../config/builtin-input.js'
import type { Builtin, CallContext, EngineHost } from '../builtin.js'
import type { FunctionEntry } from '../../registry/directory.js'
import type { EngineParts } from '../../engine-parts.js'
import { FunctionsAvailable } from './functions-available.js'
import { functionDetail, functionRow, isInternal, isVisible, relevance, workerNameOf } from './rows.js'
import { ENGINE_WORKER_NAME } from './workers.js'

const filter = {
  search: optional(string),
  prefix: optional(string),
  worker: optional(string),
  workers: optional(strings),
  include_internal: optional(boolean),
}

interface Filter {
  readonly search?: string | undefined
  readonly prefix?: string | undefined
  readonly worker?: string | undefined
  readonly workers?: readonly string[] | undefined
  readonly include_internal?: boolean | undefined
}

export function createFunctionsBuiltin(host: EngineHost, parts: EngineParts): Builtin {
  const available = new FunctionsAvailable(host, parts)
  return {
    name: ENGINE_WORKER_NAME,
    functions: [
      builtinFunction({
        id: EngineFunctions.LIST_FUNCTIONS,
        description: 'Lists functions; those of the engine only on request',
        input: filter,
        call: (input, context) => ({ functions: list(parts, input, context).map(functionRow) }),
      }),
      builtinFunction({
        id: EngineFunctions.INFO_FUNCTIONS,
        description: 'Describes one function, or up to 32, with schemas and triggers',
        input: { function_id: optional(string), function_ids: optional(strings), namespace: optional(string) },
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

function list(parts: EngineParts, input: Filter, { access }: CallContext): FunctionEntry[] {
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

interface InfoInput {
  readonly function_id?: string | undefined
  readonly function_ids?: readonly string[] | undefined
  readonly namespace?: string | undefined
}

function info(parts: EngineParts, input: InfoInput, context: CallContext): unknown {
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
): Record<string, unknown> {
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
