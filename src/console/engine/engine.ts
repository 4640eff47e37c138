/** The engine as pages use it: typed calls, what is known of the server, and queries that reload when something changed. */
import { signal, useComputed, useSignal, useSignalEffect, type ReadonlySignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { systemClock } from '../../std/time/clock.js'
import { Connection, type CallOptions } from './connection.js'
import type {
  ConsoleInfo,
  DeadLetter,
  FunctionDetail,
  FunctionRow,
  LetterOrigin,
  LogRow,
  QueueRow,
  Span,
  SpanNode,
  TriggerRow,
  WorkerDetail,
  WorkerRow,
} from './rows.js'

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

export function call<T>(functionId: string, data: unknown = {}, options: CallOptions = {}): Promise<T> {
  return connection.call(functionId, data, options) as Promise<T>
}

/** Lists content that only an engine in the process of the server knows. */
function inspect<T>(name: string, input: object = {}): Promise<T> {
  return call<T>('console::inspect', { name, ...input })
}

export const engine = {
  functions: async () => (await call<{ functions: FunctionRow[] }>('engine::functions::list')).functions,
  function: (function_id: string) => call<FunctionDetail>('engine::functions::info', { function_id }),
  workers: async () => (await call<{ workers: WorkerRow[] }>('engine::workers::list')).workers,
  worker: (name: string, namespace: string) => call<WorkerDetail>('engine::workers::info', { name, namespace }),
  triggers: async () => {
    const rows = await call<{ registered_triggers: TriggerRow[] }>('engine::registered-triggers::list')
    return rows.registered_triggers.filter(({ function_id }) => !function_id.startsWith('console::'))
  },
  spans: async (query: object) =>
    (await call<{ spans: Span[] }>('engine::traces::list', { sort_order: 'desc', ...query })).spans,
  trace: async (trace_id: string) => (await call<{ roots: SpanNode[] }>('engine::traces::tree', { trace_id })).roots,
  logs: async (query: object) => (await call<{ logs: LogRow[] }>('engine::logs::list', query)).logs,
  queues: async (): Promise<QueueRow[]> => {
    if (info.value?.isLocal === true) return inspect('queue::queues')
    const dead = await call<{ topic: string; message_count: number }[]>('engine::queue::dlq_topics')
    const topics = await call<{ name: string }[]>('engine::queue::list_topics')
    const names = new Set(['default', ...dead.map(({ topic }) => topic), ...topics.map(({ name }) => name)])
    return Promise.all(
      Array.from(names, (name) =>
        queueFigures(
          name,
          topics.some((topic) => topic.name === name),
        ),
      ),
    )
  },
  deadLetters: (queue: string) => call<DeadLetter[]>('engine::queue::dlq_messages', { queue, limit: 500 }),
  origins: (name: string): Promise<LetterOrigin[]> =>
    info.value?.isLocal === true ? inspect('queue::origins', { name }) : Promise.resolve([]),
  scopes: async () => (await call<{ groups: string[] }>('state::list_groups')).groups,
  streams: async () => (await call<{ stream: { id: string; groups: string[] }[] }>('stream::list_all')).stream,
  entries: (name: 'state::entries' | 'stream::entries', place: object) =>
    inspect<{ entries: { key: string; value?: unknown }[]; isCut: boolean }>(name, place),
  cronDue: (): Promise<{ id: string; due_ms?: number }[]> =>
    info.value?.isLocal === true ? inspect('cron::due') : Promise.resolve([]),
}

async function queueFigures(name: string, isTopic: boolean): Promise<QueueRow> {
  const stats = await call<{ depth: number; consumer_count: number; dlq_depth: number; config?: object | null }>(
    'engine::queue::topic_stats',
    { queue: name },
  )
  const config = (stats.config ?? undefined) as QueueRow['config']
  const kind = isTopic && config === undefined ? 'topic' : 'queue'
  return { name, kind, depth: stats.depth, dead: stats.dlq_depth, ...(config !== undefined && { config }) }
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
 * Loads data now, when the key changes, and when the signal does unless updates are paused.
 * @param load must depend on nothing but the key.
 */
export function useQuery<T>(key: string, load: () => Promise<T>, changed: ReadonlySignal<number>): Query<T> {
  const state = useSignal<{ key: string; value?: T; error?: string }>({ key })
  const round = useSignal(0)
  const current = useSignal(key)
  if (current.peek() !== key) current.value = key
  useSignalEffect(() => {
    const asked = current.value
    void changed.value
    void round.value
    if (connection.state.value.kind !== 'open' || info.value === undefined) return
    if (isPaused.value && state.peek().key === asked && state.peek().value !== undefined) return
    const settle = (result: { value?: T; error?: string }): void => {
      if (current.peek() === asked) state.value = { key: asked, ...result }
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
