/**
 * Builds the rows of workers in lists: connected workers, and the built-ins that serve functions. Members without a
 * value are null here.
 */
import { ErrorCode, InvocationError } from '../../../errors.js'
import { packageVersion } from '../../../version.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import type { Access } from '../../access/access.js'
import type { Builtin } from '../builtin.js'
import type { EngineParts } from '../../engine-parts.js'
import { LISTENER_NAME } from '../../config/listener-config.js'
import { workerMetrics, type ProcessData } from '../../registry/worker-identity.js'
import type { Member } from '../../registry/sessions.js'
import type { FieldType } from '../../../wire/protocol/validate.js'
import {
  functionRow,
  functionSummary,
  isVisible,
  relevance,
  triggerRow,
  triggerSummary,
  typeRow,
  typeSummary,
} from './rows.js'
import { boolean, described, integer, list, named, object, optional, string } from '../../declare/schema.js'

const workerMembers = {
  id: string(),
  name: optional(string()),
  namespace: string(),
  description: optional(string()),
  version: optional(string()),
  runtime: optional(string('Such as `node`; `engine` for built-ins')),
  os: optional(string()),
  status: string('`connected`, or `available` for built-ins'),
  function_count: integer('uint'),
  connected_at_ms: integer('uint64', 'Milliseconds since 1970'),
  active_invocations: integer('uint'),
  isolation: optional(string()),
  ip_address: optional(string()),
}
export const workerSummary = named('WorkerSummary', object(workerMembers))

const detailEnvelope = named(
  'WorkerDetailEnvelope',
  object({
    ...workerMembers,
    pid: optional(integer('uint32')),
    internal: boolean(),
    latest_metrics: optional(described(workerMetrics, 'The process data that the worker sent last')),
  }),
)

/** A worker with all that it registered. */
export const workerDetail = object({
  worker: detailEnvelope,
  functions: list(functionSummary),
  trigger_types: list(typeSummary),
  registered_triggers: list(triggerSummary),
})

/** What lists show of a built-in. */
type ListedBuiltin = Pick<Builtin, 'name' | 'description' | 'functions' | 'metricsOf'>

/** The built-ins of the engine, and their start time. */
export interface BuiltinWorkers {
  readonly list: () => readonly ListedBuiltin[]
  readonly startedAtMs: number
}

/** Parts of every engine that serve no functions. */
const WITHOUT_FUNCTIONS: readonly ListedBuiltin[] = [
  { name: LISTENER_NAME, description: 'Accepts the connections of workers', functions: [] },
  { name: 'iii-telemetry', description: 'Sends usage reports; this engine sends none', functions: [] },
]

function builtinsIn({ list: served }: BuiltinWorkers): ListedBuiltin[] {
  return [...served(), ...WITHOUT_FUNCTIONS]
}

/** A worker that was looked up. */
export type FoundWorker =
  | { readonly kind: 'connected'; readonly member: Member }
  | { readonly kind: 'builtin'; readonly builtin: ListedBuiltin; readonly startedAtMs: number }

export interface WorkerFilter {
  readonly search?: string | undefined
  readonly runtime?: string | undefined
  readonly status?: string | undefined
}

/** Rows of all matching workers. Connected workers without a process id (browsers) are left out. */
export function listWorkers(parts: EngineParts, builtins: BuiltinWorkers, filter: WorkerFilter): WorkerRow[] {
  const { search, runtime, status } = filter
  const connected = [...parts.sessions.all()].filter(({ identity }) => identity.pid !== undefined)
  const rows = [
    ...connected.map((member) => rowOf(parts, { kind: 'connected', member })),
    ...builtinsIn(builtins).map((builtin) =>
      rowOf(parts, { kind: 'builtin', builtin, startedAtMs: builtins.startedAtMs }),
    ),
  ]
  return rows.filter(
    (row) =>
      (runtime === undefined || row.runtime === runtime) &&
      (status === undefined || row.status === status) &&
      (search === undefined || relevance(search, row.name ?? '', [row.description ?? undefined]) > 0),
  )
}

/**
 * The worker with a name.
 * @throws {InvocationError} NOT_FOUND if there is none, or if it exists in several namespaces and none was given.
 */
export function findWorker(
  parts: EngineParts,
  builtins: BuiltinWorkers,
  { name, namespace }: { readonly name: string; readonly namespace: string | undefined },
): FoundWorker {
  const members = [...parts.sessions.all()].filter(
    (member) => member.identity.name === name && (namespace === undefined || member.namespace === namespace),
  )
  const [member, second] = members
  if (second !== undefined) {
    const namespaces = members.map((each) => each.namespace).sort()
    throw notFound(
      `Worker '${name}' exists in several namespaces (${namespaces.join(', ')}); name one as \`namespace\`.`,
    )
  }
  if (member !== undefined) return { kind: 'connected', member }
  const builtin = builtinsIn(builtins).find((each) => each.name === name)
  if (builtin === undefined || (namespace ?? DEFAULT_NAMESPACE) !== DEFAULT_NAMESPACE) {
    throw notFound(`Worker '${name}' is not connected${namespace === undefined ? '' : ` in namespace ${namespace}`}.`)
  }
  return { kind: 'builtin', builtin, startedAtMs: builtins.startedAtMs }
}

/** A worker with its functions, trigger types and live triggers. */
export function detailOfWorker(
  parts: EngineParts,
  builtins: BuiltinWorkers,
  { access, ...worker }: FoundWorker & { readonly access: Access | undefined },
): FieldType<typeof workerDetail> {
  const { directory, bindings } = parts
  const isMine = isOwnedBy(worker)
  const types = [...bindings.types.all()].filter(({ provider }) => isMine(provider))
  const functions = [...directory.all()].filter((entry) => isMine(entry.target) && isVisible(entry, access))
  const mine = new Set(functions.map(({ id, namespace }) => `${namespace}\n${id}`))
  const triggers = [...bindings.triggers.all()].filter(
    ({ type, namespace, functionId }) => type !== undefined && mine.has(`${namespace}\n${functionId}`),
  )
  const pid = worker.kind === 'connected' ? worker.member.identity.pid : undefined
  return {
    worker: {
      ...rowOf(parts, worker),
      ...(pid === undefined ? {} : { pid }),
      internal: false,
      ...latestMetrics(builtins, worker),
    },
    functions: functions.map(functionRow),
    trigger_types: types.map(typeRow),
    registered_triggers: triggers.map((trigger) => triggerRow(parts, trigger)),
  }
}

function latestMetrics(builtins: BuiltinWorkers, worker: FoundWorker): { latest_metrics?: ProcessData } {
  if (worker.kind === 'builtin') return {}
  const [latest] = builtins.list().flatMap((builtin) => builtin.metricsOf?.(worker.member.id) ?? [])
  return latest === undefined ? {} : { latest_metrics: latest }
}

function isOwnedBy(worker: FoundWorker): (owner: { kind: string; peer?: unknown; builtin?: unknown }) => boolean {
  return worker.kind === 'connected'
    ? ({ peer }) => peer === worker.member
    : ({ builtin }) => builtin === worker.builtin.name
}

type WorkerRow = FieldType<typeof workerSummary>

function rowOf({ directory }: EngineParts, worker: FoundWorker): WorkerRow {
  if (worker.kind === 'builtin') {
    const { builtin, startedAtMs } = worker
    return {
      id: builtin.name,
      name: builtin.name,
      namespace: DEFAULT_NAMESPACE,
      description: builtin.description,
      version: packageVersion,
      runtime: 'engine',
      os: null,
      status: 'available',
      function_count: builtin.functions.length,
      connected_at_ms: startedAtMs,
      active_invocations: 0,
      isolation: 'in-process',
      ip_address: null,
    }
  }
  const { id, identity, namespace, connectedAtMs, serving, remoteAddress } = worker.member
  return {
    id,
    name: identity.name ?? null,
    namespace,
    description: identity.description ?? null,
    version: identity.version ?? null,
    runtime: identity.runtime,
    os: identity.os ?? null,
    status: 'connected',
    function_count: directory.ownedBy(worker.member).size,
    connected_at_ms: connectedAtMs,
    active_invocations: serving.size,
    isolation: identity.isolation ?? null,
    ip_address: remoteAddress ?? null,
  }
}

function notFound(message: string): InvocationError {
  return new InvocationError({ code: ErrorCode.NOT_FOUND, message })
}
