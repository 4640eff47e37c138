/** The engine as pages use it: typed calls, what is known of the server, and queries that reload when something changed. */
import { signal, useComputed, useSignal, useSignalEffect, type ReadonlySignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { systemClock } from '../../std/time/clock.js'
import { Connection, type PageCallOptions } from './connection.js'
import type { FunctionDetail, FunctionRow } from '../../wire/protocol/function-rows.js'
import { isCommandWorker } from '../../wire/protocol/names.js'
import type { LogRow, SpanNode, SpanRow, TriggerRow, WorkerRow } from '../../wire/protocol/list-rows.js'
import type { ChannelRow, ConsoleInfo, DeadLetter, LetterOrigin, MetricRow, QueueRow, WorkerDetail } from './rows.js'

export const connection = new Connection()

/** Whether live updates are held. */
export const isPaused = signal(false)

/** About the server of the page; undefined until it has answered. */
export const info = signal<ConsoleInfo | undefined>(undefined)

/** Counts every two seconds, for what the engine does not report. */
export const tick = signal(0)

/** Wall-clock time, for relative times. */
export const now = signal(systemClock.epochMs())

const TICK_MS = 2_000

export function call<T>(functionId: string, data: unknown = {}, options: PageCallOptions = {}): Promise<T> {
  return connection.call(functionId, data, options) as Promise<T>
}

/** Lists content that only an engine in the process of the server knows. */
function inspect<T>(name: string, input: object = {}): Promise<T> {
  return call<T>('console::inspect', { ...input, inspection: name })
}

interface Entries {
  readonly entries: readonly { readonly key: string; readonly value?: unknown }[]
  /** Whether there are more. */
  readonly isCut: boolean
}

/** What pages ask of the engine. */
interface EngineQueries {
  readonly functions: () => Promise<readonly FunctionRow[]>
  readonly function: (id: string) => Promise<FunctionDetail>
  readonly workers: () => Promise<readonly WorkerRow[]>
  readonly worker: (name: string, namespace: string) => Promise<WorkerDetail>
  readonly triggers: () => Promise<readonly TriggerRow[]>
  readonly spans: (query: object) => Promise<readonly SpanRow[]>
  readonly trace: (id: string) => Promise<readonly SpanNode[]>
  readonly logs: (query: object) => Promise<readonly LogRow[]>
  readonly queues: () => Promise<readonly QueueRow[]>
  readonly deadLetters: (queue: string) => Promise<readonly DeadLetter[]>
  readonly origins: (queue: string) => Promise<readonly LetterOrigin[]>
  readonly scopes: () => Promise<readonly string[]>
  readonly streams: () => Promise<readonly { readonly id: string; readonly groups: readonly string[] }[]>
  readonly entries: (name: 'state::entries' | 'stream::entries', place: object) => Promise<Entries>
  readonly cronDue: () => Promise<readonly { readonly id: string; readonly due_ms: readonly number[] }[]>
  readonly channels: () => Promise<readonly ChannelRow[]>
  readonly metrics: (query: object) => Promise<readonly MetricRow[]>
}

export const engine: EngineQueries = {
  functions: async () => (await call<{ functions: FunctionRow[] }>('engine::functions::list')).functions,
  function: (function_id) => call('engine::functions::info', { function_id }),
  workers: async () =>
    (await call<{ workers: WorkerRow[] }>('engine::workers::list')).workers.filter((row) => !isCommandWorker(row)),
  worker: (name, namespace) => call('engine::workers::info', { name, namespace }),
  triggers: async () => {
    const rows = await call<{ registered_triggers: TriggerRow[] }>('engine::registered-triggers::list')
    return rows.registered_triggers.filter(({ function_id }) => !function_id.startsWith('console::'))
  },
  spans: async (query) =>
    (await call<{ spans: SpanRow[] }>('engine::traces::list', { sort_order: 'desc', ...query })).spans,
  trace: async (trace_id) => (await call<{ roots: SpanNode[] }>('engine::traces::tree', { trace_id })).roots,
  logs: async (query) => (await call<{ logs: LogRow[] }>('engine::logs::list', query)).logs,
  queues: () => (info.value?.isLocal === true ? inspect('queue::queues') : queuesOverWire()),
  deadLetters: (queue) => call('engine::queue::dlq_messages', { queue, limit: 500 }),
  origins: (name) => (info.value?.isLocal === true ? inspect('queue::origins', { name }) : Promise.resolve([])),
  scopes: async () => (await call<{ groups: string[] }>('state::list_groups')).groups,
  streams: async () => (await call<{ stream: { id: string; groups: string[] }[] }>('stream::list_all')).stream,
  entries: (name, place) => inspect(name, place),
  cronDue: () => (info.value?.isLocal === true ? inspect('cron::due') : Promise.resolve([])),
  channels: () => (info.value?.isLocal === true ? inspect('channels') : Promise.resolve([])),
  metrics: async (query) => (await call<{ sdk_metrics: MetricRow[] }>('engine::metrics::list', query)).sdk_metrics,
}

async function queuesOverWire(): Promise<QueueRow[]> {
  const dead = await call<{ topic: string }[]>('engine::queue::dlq_topics')
  const topics = await call<{ name: string }[]>('engine::queue::list_topics')
  const names = new Set([...dead.map(({ topic }) => topic), ...topics.map(({ name }) => name)])
  return Promise.all(Array.from(names, queueOverWire))
}

/** Over the wire, queues and topics are not told apart. */
async function queueOverWire(queue: string): Promise<QueueRow> {
  const stats = await call<{ depth: number; dlq_depth: number }>('engine::queue::topic_stats', { queue })
  return { name: queue, kind: 'queue', depth: stats.depth, dead: stats.dlq_depth }
}

/** Connects, and keeps the time. */
export function startEngine(): void {
  connection.start()
  const beat = (): void => {
    now.value = systemClock.epochMs()
    if (connection.state.value.kind === 'open' && !document.hidden) tick.value += 1
    systemClock.after(TICK_MS, beat)
  }
  beat()
  connection.state.subscribe(({ kind }) => {
    if (kind !== 'open') return
    void call<ConsoleInfo>('console::info').then((answer) => {
      info.value = answer
    }, ignoreLost)
  })
}

/** The connection ended before the answer; its state says so, and it reconnects. */
function ignoreLost(): void {
  return undefined
}

export interface Query<T> {
  readonly value: T | undefined
  readonly error: string | undefined
  readonly reload: () => void
}

/** The latest results, so that a page that is opened again shows something at once. */
const cache = new Map<string, unknown>()
const MAX_CACHED = 200

/**
 * Loads data now, when the key changes, and when the signal does unless updates are paused; one load of a key at a time.
 * A load that fails leaves the latest value in place, beside the error.
 * @param load must depend on nothing but the key.
 */
export function useQuery<T>(key: string, load: () => Promise<T>, changed: ReadonlySignal<number>): Query<T> {
  const state = useSignal<{ key: string; value?: T; error?: string }>({ key })
  const round = useSignal(0)
  const current = useSignal(key)
  const running = useRef<{ key: string; isStale: boolean } | undefined>(undefined)
  if (current.peek() !== key) current.value = key
  useSignalEffect(() => {
    const asked = current.value
    // Read, so that this runs again when they change.
    const runs = [changed.value, round.value]
    if (runs.length === 0 || connection.state.value.kind !== 'open' || info.value === undefined) return
    if (isPaused.value && state.peek().key === asked && state.peek().value !== undefined) return
    if (running.current?.key === asked) {
      running.current.isStale = true
      return
    }
    const run = { key: asked, isStale: false }
    running.current = run
    const settle = (result: { value?: T; error?: string }): void => {
      if (running.current === run) running.current = undefined
      if (current.peek() !== asked) return
      const { key: before, value } = state.peek()
      state.value = { key: asked, ...(before === asked && value !== undefined && { value }), ...result }
      if (run.isStale) round.value += 1
    }
    load().then(
      (value) => {
        remember(asked, value)
        settle({ value })
      },
      (error: unknown) => settle({ error: error instanceof Error ? error.message : String(error) }),
    )
  })
  const shown = state.value.key === key ? state.value : { key }
  const value = shown.value ?? (shown.error === undefined ? (cache.get(key) as T | undefined) : undefined)
  return { value, error: shown.error, reload: () => (round.value += 1) }
}

function remember(key: string, value: unknown): void {
  cache.delete(key)
  cache.set(key, value)
  const [oldest] = cache.keys()
  if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest)
}

/** Counts the changes of state, or of the streams, that any of these configurations selects, while the component is shown. */
export function useChanges(type: 'state' | 'stream', ...configs: readonly object[]): ReadonlySignal<number> {
  const changed = useSignal(0)
  useEffect(() => {
    const releases = configs.map((config) => connection.watch({ type, config, changed }))
    return () => {
      for (const release of releases) release()
    }
  }, [JSON.stringify([type, configs]), changed])
  return changed
}

/** Counts the reports of one trace, which must stay the same, while the component is shown. */
export function useTraceChanges(traceId: string): ReadonlySignal<number> {
  const changed = useSignal(0)
  useEffect(() => {
    const concerns = (event: unknown): boolean =>
      (event as { trace_ids: readonly string[] }).trace_ids.includes(traceId)
    return connection.watch({ type: 'trace', config: {}, changed, concerns })
  }, [])
  return changed
}

/** Whether actions that change something are offered. */
export function useCanChange(): boolean {
  return useComputed(() => info.value?.readOnly === false).value
}

/** The title of the tab, while a page is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · iii`
  }, [title])
}
