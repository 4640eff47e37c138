/**
 * Declares and builds the rows of functions, trigger types and triggers in lists. Members without a value are left out.
 */
import type { FieldType } from '../../../wire/protocol/validate.js'
import type { Access } from '../../access/access.js'
import type { FunctionEntry } from '../../registry/directory.js'
import type { EngineParts } from '../../engine-parts.js'
import type { Peer } from '../../links/peer.js'
import type { Trigger, TriggerType } from '../../triggers/trigger.js'
import { isInternalId } from '../../declare/function.js'
import { any, integer, list, named, object, optional, string } from '../../declare/schema.js'

/** Maximum characters of the configuration of a trigger in a list. */
const SUMMARY_CHARACTERS = 80

const summaryMembers = {
  function_id: string(),
  namespace: string(),
  worker_name: string('The worker that owns the function'),
  description: optional(string()),
  metadata: optional(any('Metadata of the registration; `internal` hides the function from lists')),
}
export const functionSummary = named('FunctionSummary', object(summaryMembers))

const triggerRef = named('RegisteredTriggerRef', object({ id: string(), trigger_type: string(), config: any() }))

export const functionDetailRow = named(
  'FunctionDetail',
  object({
    ...summaryMembers,
    request_schema: optional(any()),
    response_schema: optional(any()),
    registered_triggers: list(triggerRef),
  }),
)

const typeMembers = {
  id: string(),
  namespace: string(),
  worker_name: string('The worker that provides the type'),
  description: string(),
}
export const typeSummary = named('TriggerTypeSummary', object(typeMembers))

/** One trigger type, as a document of its own and as part of others. */
export const typeDetailRow = object({
  ...typeMembers,
  configuration_schema: optional(any()),
  request_schema: optional(any()),
  response_schema: optional(any('The result of bound functions')),
  instance_count: integer('uint', 'The number of bound triggers'),
})

/** The members of a trigger in every row. */
export const triggerMembers = {
  id: string(),
  trigger_type: string(),
  function_id: string(),
  worker_name: string('The worker that owns the function'),
}
export const triggerSummary = named(
  'RegisteredTriggerSummary',
  object({ ...triggerMembers, config: any('As registered'), config_summary: string('The beginning of `config`') }),
)

export function functionRow(entry: FunctionEntry): FieldType<typeof functionSummary> {
  return {
    function_id: entry.id,
    namespace: entry.namespace,
    worker_name: workerNameOf(entry),
    description: entry.description,
    metadata: entry.metadata,
  }
}

export function functionDetail(parts: EngineParts, entry: FunctionEntry): FieldType<typeof functionDetailRow> {
  const bound = triggersOf(parts, entry)
  return {
    ...functionRow(entry),
    request_schema: entry.requestSchema,
    response_schema: entry.responseSchema,
    registered_triggers: bound.map(({ id, triggerType, config }) => ({ id, trigger_type: triggerType, config })),
  }
}

/** Live triggers that call a function. */
function triggersOf({ bindings }: EngineParts, { id, namespace }: FunctionEntry): Trigger[] {
  return [...bindings.triggers.all()].filter(
    (trigger) => trigger.type !== undefined && trigger.functionId === id && trigger.namespace === namespace,
  )
}

/** The worker name in the row of a function: that of its worker, or the first part of its id if the worker has none. */
export function workerNameOf({ id, target }: FunctionEntry): string {
  return target.kind === 'builtin' ? target.builtin : nameOr(target.peer, id)
}

export function typeRow(type: TriggerType): FieldType<typeof typeSummary> {
  return {
    id: type.id,
    namespace: type.namespace,
    worker_name: providerNameOf(type),
    description: type.description,
  }
}

export function typeDetail(parts: EngineParts, type: TriggerType): FieldType<typeof typeDetailRow> {
  const live = [...parts.bindings.triggers.ofType(type.id)].filter((trigger) => trigger.type === type)
  return {
    ...typeRow(type),
    configuration_schema: type.configurationSchema,
    request_schema: type.requestSchema,
    response_schema: type.responseSchema,
    instance_count: live.length,
  }
}

export function providerNameOf({ id, provider }: TriggerType): string {
  return provider.kind === 'builtin' ? (provider.type.owner ?? provider.builtin) : nameOr(provider.peer, id)
}

export function triggerRow(parts: EngineParts, trigger: Trigger): FieldType<typeof triggerSummary> {
  return { ...triggerHead(parts, trigger), config_summary: summaryOf(trigger.config) }
}

/** The members of a trigger in every row, and its config. */
export function triggerHead(
  parts: EngineParts,
  trigger: Trigger,
): Omit<FieldType<typeof triggerSummary>, 'config_summary'> {
  const { id, triggerType, functionId, config } = trigger
  return {
    id,
    trigger_type: triggerType,
    function_id: functionId,
    worker_name: triggerWorkerName(parts, trigger),
    config,
  }
}

/** The worker name in the row of a trigger: that of its function, or the first part of the id if there is none. */
export function triggerWorkerName({ directory }: EngineParts, trigger: Trigger): string {
  const entry = directory.find(trigger.namespace, trigger.functionId)
  return entry === undefined ? firstSegment(trigger.functionId) : workerNameOf(entry)
}

/** Whether a caller may see a function: on a guarded listener, only functions that it may call. */
export function isVisible(
  { namespace, id, metadata }: Pick<FunctionEntry, 'namespace' | 'id' | 'metadata'>,
  access: Access | undefined,
): boolean {
  return access?.refuseCall(namespace, id, metadata) === undefined
}

/** Whether a caller may see a trigger: only triggers of functions that it may call. */
export function isTriggerVisible({ directory }: EngineParts, trigger: Trigger, access: Access | undefined): boolean {
  const { namespace, functionId: id } = trigger
  return isVisible({ namespace, id, metadata: directory.find(namespace, id)?.metadata }, access)
}

/** Whether the lists leave an item out unless internals are requested. */
export function isInternal(id: string, metadata?: unknown): boolean {
  if (isInternalId(id)) return true
  return typeof metadata === 'object' && metadata !== null && (metadata as { internal?: unknown }).internal === true
}

/**
 * Rank of a row in a search: 3 id equals the text, 2 text in the id, 1 in the description or worker name, 0 no match.
 */
export function relevance(search: string, id: string, others: readonly (string | undefined)[]): number {
  const wanted = search.toLowerCase()
  const own = id.toLowerCase()
  if (own === wanted) return 3
  if (own.includes(wanted)) return 2
  return others.some((text) => text?.toLowerCase().includes(wanted) === true) ? 1 : 0
}

function nameOr(peer: Peer, id: string): string {
  return peer.identity.name ?? firstSegment(id)
}

function firstSegment(id: string): string {
  const end = id.indexOf('::')
  return end < 0 ? id : id.slice(0, end)
}

function summaryOf(config: unknown): string {
  const characters = Array.from(JSON.stringify(config ?? null).slice(0, SUMMARY_CHARACTERS * 2 + 2))
  if (characters.length <= SUMMARY_CHARACTERS) return characters.join('')
  return `${characters.slice(0, SUMMARY_CHARACTERS).join('')}…`
}
