/** Traces: one row each, live, with search; the chosen one beside the list. */
import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { connection, engine, useQuery, useTitle } from '../engine/engine.js'
import type { Span } from '../engine/rows.js'
import { durationMs, failureOf, isFailed, startMs } from '../engine/span-facts.js'
import {
  Ago,
  Duration,
  Empty,
  Id,
  PauseButton,
  Problem,
  Search,
  searched,
  Segments,
  Status,
  Top,
} from '../parts/basics.js'
import { useKey } from '../parts/keys.js'
import { List } from '../parts/list.js'
import { address, navigate, setQuery, to } from '../parts/router.js'
import { TraceView } from '../parts/trace-view.js'

const MAX_TRACES = 1_000

type Shown = 'all' | 'error'

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

/** A word `key=value` searches attributes; other text is searched in names, messages, services and ids. */
function queryOf(text: string, shown: Shown): { query: object; words: string[] } {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const pairs = words.filter((word) => /^[^=]+=[^=]+$/.test(word)).map((word) => word.split('=', 2))
  const query = {
    limit: MAX_TRACES,
    ...(shown === 'error' && { status: 'error' }),
    ...(pairs.length > 0 && { attributes: pairs, search_all_spans: true }),
  }
  return { query, words: words.filter((word) => !/^[^=]+=[^=]+$/.test(word)) }
}

function fits(span: Span, words: readonly string[]): boolean {
  const text = [span.name, span.service_name, span.trace_id, span.status_description ?? ''].join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}

function TraceList({ traceId }: { readonly traceId: string | undefined }): JSX.Element {
  const { query: params } = address.value
  const shown: Shown = params.get('status') === 'error' ? 'error' : 'all'
  const { query, words } = queryOf(searched(), shown)
  const { value, error } = useQuery(JSON.stringify(query), () => engine.spans(query), connection.changes.trace)
  const spans = value?.filter((span) => fits(span, words)) ?? []
  const search = location.search
  const isNarrow = traceId !== undefined
  return (
    <section class={isNarrow ? 'list narrow' : 'list'} aria-label="Traces">
      <Top title="Traces" count={spans.length}>
        <Search label="Name, service, id or key=value" />
        {!isNarrow && (
          <Segments
            label="Status"
            options={[
              ['all', 'All'],
              ['error', 'Failed'],
            ]}
            value={shown}
            onPick={(one) => setQuery('status', one === 'all' ? '' : one)}
          />
        )}
        {!isNarrow && <PauseButton />}
      </Top>
      {error !== undefined && <Problem error={error} />}
      <List
        label="List of traces"
        isLive
        rows={spans}
        idOf={(span) => span.trace_id}
        hrefOf={useCallback(
          (span: Span) => to('traces', span.trace_id) + search.replace(/([?&])span=\w*&?/, '$1'),
          [search],
        )}
        selected={traceId}
        narrow="8px minmax(0,1fr) 64px"
        classOf={(span) => (isFailed(span) ? 'failed' : '')}
        columns={isNarrow ? '8px minmax(0,1fr) 64px' : '8px minmax(0,1.2fr) minmax(0,1fr) minmax(0,120px) 72px 80px'}
        heads={
          isNarrow
            ? [[''], ['Name'], ['Time', 'num']]
            : [[''], ['Name'], ['Error', 'wide'], ['Service', 'wide'], ['Time', 'num'], ['Started', 'num wide']]
        }
        render={(span) => <TraceRow span={span} isNarrow={isNarrow} />}
        empty={value === undefined ? null : <NoTraces />}
      />
    </section>
  )
}

function TraceRow({ span, isNarrow }: { readonly span: Span; readonly isNarrow: boolean }): JSX.Element {
  return (
    <>
      <Status status={span.pending === true ? 'pending' : span.status} />
      <span class="cut mono title">{span.name.replace(/^execute /, '')}</span>
      {!isNarrow && <span class="cut dim wide">{failureOf(span)?.message}</span>}
      {!isNarrow && <span class="cut dim wide">{span.service_name}</span>}
      <span class="num">{span.pending === true ? 'running' : <Duration ms={durationMs(span)} />}</span>
      {!isNarrow && (
        <span class="num dim wide">
          <Ago ms={startMs(span)} />
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
      <TraceView traceId={traceId} isPage />
    </article>
  )
}
