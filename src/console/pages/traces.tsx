/** Traces: one row each, live, with search; the chosen one beside the list. */
import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { systemClock } from '../../std/time/clock.js'
import { connection, engine, useQuery, useTitle } from '../engine/engine.js'
import type { SpanRow } from '../../wire/protocol/list-rows.js'
import { durationMs, failureOf, isFailed, startMs } from '../engine/span-facts.js'
import { Ago, Duration, Empty, Id, PauseButton, Problem, Search, Segments, Status, Top } from '../parts/basics.js'
import { useKey } from '../parts/keys.js'
import { List } from '../parts/list.js'
import { address, navigate, setQuery, to } from '../parts/router.js'
import { TraceView } from '../parts/charts/trace-view.js'

const MAX_TRACES = 1_000
/** Spans that a search below the first spans of traces reads. */
const MAX_SPANS = 2_000

type Shown = 'all' | 'error'

const SINCE_MS = { '5m': 5 * 60_000, '1h': 60 * 60_000 } as const
type Since = 'all' | keyof typeof SINCE_MS

function sinceOf(text: string | null): Since {
  return text === '5m' || text === '1h' ? text : 'all'
}

export function TracesPage(): JSX.Element {
  const traceId = address.value.path[1]
  useTitle(traceId === undefined ? 'Traces' : `Trace ${traceId.slice(0, 8)}`)
  return (
    <div class={traceId === undefined ? 'body' : 'body split'}>
      <TraceList traceId={traceId} />
      {traceId !== undefined && <TraceDetail key={traceId} traceId={traceId} />}
    </div>
  )
}

/** A trace in the list: its first span, and why some span of it failed. */
interface TraceRow {
  readonly root: SpanRow
  readonly failure: string | undefined
  /** What the search looks at. */
  readonly text: string
}

interface TraceSearch {
  readonly words: readonly string[]
  readonly pairs: readonly (readonly string[])[]
  readonly shown: Shown
  readonly since: Since
}

/** A word `key=value` or `key="two words"` searches attributes; other text is searched in names, messages, services and ids. */
function searchOf(text: string, shown: Shown, since: Since): TraceSearch {
  const words = text.match(/[^\s="]+="[^"]*"|\S+/g) ?? []
  const isPair = (word: string): boolean => /^[^=]+=./.test(word)
  const pairs = words.filter(isPair).map((word) => {
    const at = word.indexOf('=')
    return [word.slice(0, at), word.slice(at + 1).replace(/^"(.*)"$/, '$1')]
  })
  return { words: words.filter((word) => !isPair(word)).map((word) => word.toLowerCase()), pairs, shown, since }
}

/** Traces by their first span, and those in which a deeper span fits. */
async function load({ words, pairs, shown, since }: TraceSearch): Promise<TraceRow[]> {
  const common = {
    ...(since !== 'all' && { start_time: systemClock.epochMs() - SINCE_MS[since] }),
    ...(shown === 'error' && { status: 'error' }),
    // Spans of functions of the engine, too: they name the keys that they touch.
    ...(pairs.length > 0 && { attributes: pairs, include_internal: true }),
  }
  const [name] = words
  const isDeep = name !== undefined || shown === 'error' || pairs.length > 0
  // A word may be part of the name of a span, or of the message of a failed one.
  const deep = name === undefined ? [{}] : [{ name }, { status: 'error' }]
  const found = await Promise.all([
    engine.spans({ ...common, limit: MAX_TRACES }),
    ...(isDeep ? deep : []).map((more) =>
      engine.spans({ ...common, search_all_spans: true, limit: MAX_SPANS, ...more }),
    ),
  ])
  return rowsOf(found.flat())
}

function rowsOf(spans: readonly SpanRow[]): TraceRow[] {
  const traces = new Map<string, SpanRow[]>()
  for (const span of spans) {
    const own = traces.get(span.trace_id)
    if (own === undefined) traces.set(span.trace_id, [span])
    else own.push(span)
  }
  return Array.from(traces.values(), rowOf).sort((a, b) => startMs(b.root) - startMs(a.root))
}

function rowOf(spans: readonly SpanRow[]): TraceRow {
  const root = spans.reduce((first, span) => (startMs(span) < startMs(first) ? span : first))
  // Of the failed spans, the one that started last is where the failure began.
  const [origin] = spans.filter(isFailed).sort((one, other) => startMs(other) - startMs(one))
  const failure = origin && failureOf(origin)?.message
  const parts = spans.flatMap((span) => [span.name, span.service_name, failureOf(span)?.message ?? ''])
  return { root, failure, text: [root.trace_id, ...parts].join(' ').toLowerCase() }
}

function TraceList({ traceId }: { readonly traceId: string | undefined }): JSX.Element {
  const { query: params } = address.value
  const shown: Shown = params.get('status') === 'error' ? 'error' : 'all'
  const since = sinceOf(params.get('since'))
  const wanted = searchOf((params.get('q') ?? '').trim(), shown, since)
  const { value, error } = useQuery(JSON.stringify(wanted), () => load(wanted), connection.changes.trace)
  const rows = value?.filter(({ text }) => wanted.words.every((word) => text.includes(word))) ?? []
  const search = location.search
  const isNarrow = traceId !== undefined
  return (
    <section class={isNarrow ? 'list narrow' : 'list'} aria-label="Traces">
      <Top title="Traces" count={rows.length}>
        <Search label="Function, service, id or key=value" />
        {!isNarrow && <Filters shown={shown} since={since} />}
        {!isNarrow && <PauseButton />}
      </Top>
      {error !== undefined && <Problem error={error} />}
      <List
        label="List of traces"
        isLive
        rows={rows}
        idOf={({ root }) => root.trace_id}
        hrefOf={useCallback(
          ({ root }: TraceRow) => to('traces', root.trace_id) + search.replace(/([?&])span=\w*&?/, '$1'),
          [search],
        )}
        selected={traceId}
        narrow="8px minmax(0,1fr) 64px"
        classOf={({ failure }) => (failure === undefined ? '' : 'failed')}
        columns={isNarrow ? '8px minmax(0,1fr) 64px' : '8px minmax(0,1.2fr) minmax(0,1fr) minmax(0,120px) 72px 80px'}
        heads={
          isNarrow
            ? [[''], ['Name'], ['Time', 'num']]
            : [[''], ['Name'], ['Error', 'wide'], ['Service', 'wide'], ['Time', 'num'], ['Started', 'num wide']]
        }
        render={(row) => <TraceLine row={row} isNarrow={isNarrow} />}
        empty={value === undefined ? null : <NoTraces />}
      />
    </section>
  )
}

function Filters({ shown, since }: { readonly shown: Shown; readonly since: Since }): JSX.Element {
  return (
    <>
      <Segments
        label="Status"
        options={[
          ['all', 'All'],
          ['error', 'Failed'],
        ]}
        value={shown}
        onPick={(one) => setQuery('status', one === 'all' ? '' : one)}
      />
      <Segments
        label="Time"
        options={[
          ['all', 'Any time'],
          ['5m', '5 min'],
          ['1h', '1 h'],
        ]}
        value={since}
        onPick={(one) => setQuery('since', one === 'all' ? '' : one)}
      />
    </>
  )
}

function TraceLine({
  row: { root, failure },
  isNarrow,
}: {
  readonly row: TraceRow
  readonly isNarrow: boolean
}): JSX.Element {
  const isRunning = root.pending === true
  return (
    <>
      <Status status={isRunning ? 'pending' : failure === undefined ? root.status : 'error'} />
      <span class="cut mono title">{root.name.replace(/^execute /, '')}</span>
      {!isNarrow && <span class="cut dim wide">{failure}</span>}
      {!isNarrow && <span class="cut dim wide">{root.service_name}</span>}
      <span class="num">{isRunning ? 'running' : <Duration ms={durationMs(root)} />}</span>
      {!isNarrow && (
        <span class="num dim wide">
          <Ago ms={startMs(root)} />
        </span>
      )}
    </>
  )
}

function NoTraces(): JSX.Element {
  if (location.search !== '') return <Empty title="No trace fits the search" />
  return (
    <Empty title="No traces yet">
      <p>Call a function of a worker. Workers send their spans every few seconds.</p>
      <pre class="code">npx iii-node call orders::create '{'{"sku":"tea"}'}'</pre>
    </Empty>
  )
}

function TraceDetail({ traceId }: { readonly traceId: string }): JSX.Element {
  const close = useCallback(() => navigate('/traces'), [])
  useKey('Escape', close)
  return (
    <article class="detail" aria-label="Trace">
      <div class="row spread">
        <h2>
          Trace <Id id={traceId} />
        </h2>
        <button class="plain" onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <TraceView key={traceId} traceId={traceId} isPage />
    </article>
  )
}
