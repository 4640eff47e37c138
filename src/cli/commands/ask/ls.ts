/** `iii-node ls`: lists what an engine has, one kind at a time. */
import { systemClock } from '../../../std/time/clock.js'
import { nearestName } from '../../../std/text/nearest-name.js'
import { describe } from '../../../std/text/describe.js'
import { Exit, UsageError, type RunCommand } from '../../command.js'
import { LIST_KINDS, listOptions, type ListKind } from '../../options.js'
import { parse } from '../../parse.js'
import { clean, duration, jsonOf, page, routePath, table, type Column } from '../../print/text.js'
import { withEngine, type Remote } from './connection.js'
import { isCommandWorker } from '../../../wire/protocol/names.js'
import type { FunctionRow } from '../../../wire/protocol/function-rows.js'
import type { TriggerRow, WorkerRow } from '../../../wire/protocol/list-rows.js'

/** One kind of thing: how to get its rows, and their columns. */
interface Listing {
  readonly rows: (remote: Remote, options: ListOptions) => Promise<readonly object[]>
  readonly columns: readonly (Column & { readonly of: (row: never) => unknown })[]
  /** What to do when there are none. */
  readonly empty: string
}

interface ListOptions {
  readonly all: boolean
  readonly namespace: string | undefined
}

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(listOptions, args)
  const kind = kindOf(positionals)
  const { rows, columns, empty }: Listing = listings[kind]
  const { all = false, namespace, json = false } = values
  const found = await withEngine({ name: 'ls', values }, (remote) => rows(remote, { all, namespace }))
  if (json) {
    terminal.out(jsonOf({ [kind]: found }, 2))
    return Exit.OK
  }
  if (found.length === 0) terminal.err(empty)
  else {
    const cells = found.map((row) => columns.map(({ of }) => of(row as never)))
    await page(terminal, table(columns, cells, terminal.screen))
  }
  return Exit.OK
}

/** What a kind lists, without what belongs to the engine itself. */
export function rowsOf<K extends ListKind>(remote: Remote, kind: K, namespace?: string): Promise<RowsOf<K>> {
  // The compiler does not see that both are of the same kind.
  return listings[kind].rows(remote, { all: false, namespace }) as Promise<RowsOf<K>>
}

type RowsOf<K extends ListKind> = Awaited<ReturnType<(typeof listings)[K]['rows']>>

function kindOf([name = 'functions', extra]: readonly string[]): ListKind {
  if (extra !== undefined) throw new UsageError(`ls lists one kind; got also ${describe(extra)}`)
  const kind = LIST_KINDS.find((each) => each === name)
  if (kind !== undefined) return kind
  const near = nearestName(name, LIST_KINDS)
  const hint = near === undefined ? '' : `; did you mean ${near}?`
  throw new UsageError(`ls lists ${LIST_KINDS.join(', ')}, got ${describe(name)}${hint}`)
}

async function functionsOf({ ask }: Remote, { all, namespace }: ListOptions): Promise<FunctionRow[]> {
  const { functions } = await ask<{ functions: FunctionRow[] }>('engine::functions::list', { include_internal: all })
  const built = new Set(all ? [] : await builtinNames(ask))
  return functions.filter((row) => !built.has(row.worker_name) && isIn(row, namespace))
}

/** Workers that are part of the engine itself. */
async function builtinNames(ask: Remote['ask']): Promise<string[]> {
  const { workers } = await ask<{ workers: WorkerRow[] }>('engine::workers::list')
  return workers.flatMap(({ name, runtime }) => (runtime === 'engine' && typeof name === 'string' ? [name] : []))
}

async function workersOf({ ask }: Remote, { all, namespace }: ListOptions): Promise<WorkerRow[]> {
  const { workers } = await ask<{ workers: WorkerRow[] }>('engine::workers::list')
  return workers.filter((row) => (all || (row.runtime !== 'engine' && !isCommandWorker(row))) && isIn(row, namespace))
}

async function triggersOf({ ask }: Remote, { all }: ListOptions): Promise<TriggerRow[]> {
  const query = { include_internal: all }
  return (await ask<{ registered_triggers: TriggerRow[] }>('engine::registered-triggers::list', query))
    .registered_triggers
}

async function triggersOfType(remote: Remote, type: string): Promise<TriggerRow[]> {
  const query = { trigger_type: type }
  return (await remote.ask<{ registered_triggers: TriggerRow[] }>('engine::registered-triggers::list', query))
    .registered_triggers
}

export interface QueueRow {
  readonly name: string
  /** Of a topic. A queue has none: its jobs name their functions. */
  readonly subscriber_count?: number
  readonly dead_letters: number
}

export async function queuesOf(remote: Remote): Promise<QueueRow[]> {
  const listed = await remote.ask<{ name: string }[]>('engine::queue::list_topics')
  const dead = await remote.ask<{ topic: string; message_count: number }[]>('engine::queue::dlq_topics')
  const counts = new Map(dead.map(({ topic, message_count: count }) => [topic, count]))
  // What the list calls subscribers of a queue is its concurrency.
  const topics = await functionsByTopic(remote, 'durable:subscriber')
  const names = new Set([...listed.map(({ name }) => name), ...counts.keys()])
  return Array.from(names, (name) => {
    const subscribers = topics.get(name)?.length
    const row = { name, dead_letters: counts.get(name) ?? 0 }
    return subscribers === undefined ? row : { ...row, subscriber_count: subscribers }
  }).sort(byName)
}

interface TopicRow {
  readonly name: string
  readonly delivery: 'publish' | 'durable'
  readonly functions: readonly string[]
}

async function topicsOf(remote: Remote): Promise<TopicRow[]> {
  const kinds = [
    ['subscribe', 'publish'],
    ['durable:subscriber', 'durable'],
  ] as const
  const groups = await Promise.all(
    kinds.map(async ([type, delivery]) => {
      const functions = await functionsByTopic(remote, type)
      return [...functions].map(([name, ids]) => ({ name, delivery, functions: ids }))
    }),
  )
  return groups.flat().sort(byName)
}

/** The functions that subscribe to each topic. */
async function functionsByTopic(remote: Remote, type: string): Promise<Map<string, string[]>> {
  const functions = new Map<string, string[]>()
  for (const { config, function_id: id } of await triggersOfType(remote, type)) {
    const name = textAt(config, 'topic')
    functions.set(name, [...(functions.get(name) ?? []), id])
  }
  return functions
}

interface StreamRow {
  readonly id: string
  readonly groups: readonly string[]
}

async function streamsOf({ ask }: Remote): Promise<readonly StreamRow[]> {
  return (await ask<{ stream: StreamRow[] }>('stream::list_all')).stream
}

async function scopesOf({ ask }: Remote): Promise<{ readonly name: string }[]> {
  const { groups } = await ask<{ groups: string[] }>('state::list_groups')
  return groups.map((name) => ({ name }))
}

interface RouteRow {
  readonly method: string
  readonly path: string
  readonly function_id: string
  readonly worker_name: string
}

export async function routesOf(remote: Remote): Promise<RouteRow[]> {
  const rows = await triggersOfType(remote, 'http')
  return rows
    .map(({ config, function_id, worker_name }) => {
      const method = (textAt(config, 'http_method') || 'GET').toUpperCase()
      return { method, path: routePath(textAt(config, 'api_path')), function_id, worker_name }
    })
    .sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)))
}

function textAt(config: unknown, key: string): string {
  const value = (config as Readonly<Record<string, unknown>> | null | undefined)?.[key]
  return typeof value === 'string' ? value : ''
}

function isIn(row: { readonly namespace: string }, namespace: string | undefined): boolean {
  return namespace === undefined || row.namespace === namespace
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : Number(a.name > b.name)
}

const START_ONE = 'Start one: npx iii-node dev worker.ts'

const listings = {
  functions: {
    rows: functionsOf,
    columns: [
      { title: 'FUNCTION', of: (row: FunctionRow) => row.function_id },
      { title: 'WORKER', of: (row: FunctionRow) => row.worker_name },
      { title: 'NAMESPACE', of: (row: FunctionRow) => row.namespace },
      { title: 'DESCRIPTION', of: (row: FunctionRow) => row.description },
    ],
    empty: `No worker has registered a function. ${START_ONE}. --all includes those of the engine`,
  },
  workers: {
    rows: workersOf,
    columns: [
      { title: 'WORKER', of: (row: WorkerRow) => row.name ?? row.id },
      { title: 'NAMESPACE', of: (row: WorkerRow) => row.namespace },
      { title: 'VERSION', of: (row: WorkerRow) => row.version },
      { title: 'RUNTIME', of: (row: WorkerRow) => row.runtime },
      { title: 'FUNCTIONS', isNumber: true, of: (row: WorkerRow) => row.function_count },
      { title: 'RUNNING', isNumber: true, of: (row: WorkerRow) => row.active_invocations },
      { title: 'UP', isNumber: true, of: (row: WorkerRow) => duration(systemClock.epochMs() - row.connected_at_ms) },
    ],
    empty: `No workers are connected. ${START_ONE}. --all includes parts of the engine and commands`,
  },
  triggers: {
    rows: triggersOf,
    columns: [
      { title: 'TYPE', of: (row: TriggerRow) => row.trigger_type },
      { title: 'FUNCTION', of: (row: TriggerRow) => row.function_id },
      { title: 'CONFIG', of: (row: TriggerRow) => row.config },
      { title: 'ID', of: (row: TriggerRow) => row.id },
    ],
    empty: 'No triggers are bound',
  },
  queues: {
    rows: queuesOf,
    columns: [
      { title: 'QUEUE', of: (row: QueueRow) => row.name },
      { title: 'SUBSCRIBERS', isNumber: true, of: (row: QueueRow) => row.subscriber_count },
      { title: 'DEAD LETTERS', isNumber: true, of: (row: QueueRow) => row.dead_letters },
    ],
    empty: 'The engine lists no queues',
  },
  topics: {
    rows: topicsOf,
    columns: [
      { title: 'TOPIC', of: (row: TopicRow) => row.name },
      { title: 'DELIVERY', of: (row: TopicRow) => row.delivery },
      { title: 'FUNCTIONS', of: (row: TopicRow) => row.functions.join(', ') },
    ],
    empty: 'No function subscribes to a topic',
  },
  streams: {
    rows: streamsOf,
    columns: [
      { title: 'STREAM', of: (row: StreamRow) => row.id },
      { title: 'GROUPS', isNumber: true, of: (row: StreamRow) => row.groups.length },
      { title: 'NAMES', of: (row: StreamRow) => row.groups.join(', ') },
    ],
    empty: 'No stream has items',
  },
  scopes: {
    rows: scopesOf,
    columns: [{ title: 'SCOPE', of: (row: { readonly name: string }) => clean(row.name) }],
    empty: 'No state is stored',
  },
  routes: {
    rows: routesOf,
    columns: [
      { title: 'METHOD', of: (row: RouteRow) => row.method },
      { title: 'PATH', of: (row: RouteRow) => row.path },
      { title: 'FUNCTION', of: (row: RouteRow) => row.function_id },
      { title: 'WORKER', of: (row: RouteRow) => row.worker_name },
    ],
    empty: 'No HTTP routes are bound',
  },
} satisfies Readonly<Record<ListKind, Listing>>
