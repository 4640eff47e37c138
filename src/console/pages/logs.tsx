/** Logs: the live tail, with levels and search; the chosen record beside the list. */
import type { JSX } from 'preact'
import { useCallback, useEffect, useMemo } from 'preact/hooks'
import { useTitle } from '../engine/engine.js'
import { followLogs, logId, logTail } from '../engine/log-tail.js'
import type { LogRow } from '../../wire/protocol/list-rows.js'
import { logMs } from '../engine/span-facts.js'
import { Empty, PauseButton, Problem, Search, searched, Segments, Top } from '../parts/basics.js'
import { clockTime, fullTime, preview } from '../parts/format.js'
import { Json } from '../parts/json/json.js'
import { useKey } from '../parts/keys.js'
import { List } from '../parts/list.js'
import { address, navigate, setQuery, to } from '../parts/router.js'
import { dataOf, Level } from '../parts/charts/span-detail.js'

/** Severity numbers of OpenTelemetry. */
const LEVELS = { all: 0, info: 9, warn: 13, error: 17 } as const
type LevelName = keyof typeof LEVELS

export function LogsPage(): JSX.Element {
  const id = address.value.path[1]
  useTitle('Logs')
  const level = levelOf(address.value.query.get('level'))
  const functionId = address.value.query.get('function') ?? undefined
  useEffect(followLogs, [])
  const { rows: all, error } = logTail.value
  const rows = useShownRows(all, level, functionId)
  const chosen = id === undefined ? undefined : rows.find((row) => logId(row) === id)
  const search = location.search
  return (
    <div class={chosen === undefined ? 'body' : 'body split'}>
      <section class="list" aria-label="Logs">
        <Top title="Logs" count={rows.length}>
          <Search label="Text, service or trace id" />
          {functionId !== undefined && (
            <button title="Show the records of all functions" onClick={() => setQuery('function', '')}>
              <span class="cut mono">{functionId}</span> ✕
            </button>
          )}
          <Segments
            label="Lowest level"
            options={[
              ['all', 'All'],
              ['info', 'Info'],
              ['warn', 'Warn'],
              ['error', 'Error'],
            ]}
            value={level}
            onPick={(one) => setQuery('level', one === 'all' ? '' : one)}
          />
          <PauseButton />
        </Top>
        {error !== undefined && <Problem error={error} />}
        <List
          label="List of log records"
          isLive
          rows={rows}
          idOf={logId}
          hrefOf={useCallback((row: LogRow) => to('logs', logId(row)) + search, [search])}
          selected={id}
          columns="92px 56px minmax(0,110px) minmax(0,1fr)"
          narrow="56px minmax(0,1fr)"
          heads={[['Time', 'wide'], ['Level'], ['Service', 'wide'], ['Message']]}
          render={renderLine}
          empty={all === undefined ? null : <NoLogs />}
        />
      </section>
      {chosen !== undefined && <LogDetail row={chosen} />}
    </div>
  )
}

/** The records that the search, the level and the function leave; the same list until one of them changes. */
function useShownRows(
  all: readonly LogRow[] | undefined,
  level: LevelName,
  functionId: string | undefined,
): readonly LogRow[] {
  const wanted = searched()
  return useMemo(() => {
    if (wanted === '' && level === 'all' && functionId === undefined) return all ?? []
    const words = wanted.split(/\s+/)
    const isShown = (row: LogRow): boolean =>
      row.severity_number >= LEVELS[level] &&
      (functionId === undefined || writerOf(row) === functionId) &&
      fits(row, words)
    return (all ?? []).filter(isShown)
  }, [all, wanted, level, functionId])
}

function levelOf(text: string | null): LevelName {
  return text === 'info' || text === 'warn' || text === 'error' ? text : 'all'
}

/** The function that wrote a record: loggers of handlers use its id as their service. */
function writerOf({ attributes, service_name: service }: LogRow): string {
  const label = attributes?.['service.name']
  return typeof label === 'string' ? label : service
}

/** The text that is searched, made once for each record. */
const texts = new WeakMap<LogRow, string>()

function textOf(row: LogRow): string {
  const known = texts.get(row)
  if (known !== undefined) return known
  const parts = [row.body, row.service_name, writerOf(row), row.trace_id ?? '', JSON.stringify(dataOf(row) ?? '')]
  const text = parts.join(' ').toLowerCase()
  texts.set(row, text)
  return text
}

function fits(row: LogRow, words: readonly string[]): boolean {
  return words.every((word) => word === '' || textOf(row).includes(word))
}

/** One function for all renderings of the page, so that the list keeps the lines it has drawn. */
const renderLine = (row: LogRow): JSX.Element => <LogLine row={row} />

function LogLine({ row }: { readonly row: LogRow }): JSX.Element {
  const data = dataOf(row)
  return (
    <>
      <time class="mono dim wide" title={fullTime(logMs(row))}>
        {clockTime(logMs(row))}
      </time>
      <span>
        <Level row={row} />
      </span>
      <span class="cut dim wide">{row.service_name}</span>
      <span class="cut">
        {row.body} {data !== undefined && <span class="mono dimmer">{preview(data)}</span>}
      </span>
    </>
  )
}

function NoLogs(): JSX.Element {
  if (location.search !== '') return <Empty title="No record fits the search" />
  return (
    <Empty title="No log records yet">
      <p>Write one in a handler:</p>
      <pre class="code">
        {"import { Logger } from 'iii-node'\n\nnew Logger().info('order created', { sku: 'tea' })"}
      </pre>
    </Empty>
  )
}

function LogDetail({ row }: { readonly row: LogRow }): JSX.Element {
  const close = useCallback(() => navigate(`/logs${location.search}`), [])
  useKey('Escape', close)
  const data = dataOf(row)
  return (
    <article class="detail" aria-label="Log record">
      <div class="row spread">
        <h2 class="row">
          <Level row={row} /> <span class="mono">{clockTime(logMs(row))}</span>
        </h2>
        <button class="plain" onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <p class="wrap">{row.body}</p>
      <dl class="facts">
        <dt>Service</dt>
        <dd>{row.service_name}</dd>
        <dt>Written by</dt>
        <dd>
          <a class="mono" href={`/logs?function=${encodeURIComponent(writerOf(row))}`}>
            {writerOf(row)}
          </a>
        </dd>
        {typeof row.trace_id === 'string' && (
          <>
            <dt>Trace</dt>
            <dd>
              <a
                class="mono"
                href={`${to('traces', row.trace_id)}${(row.span_id ?? '') === '' ? '' : `?span=${String(row.span_id)}`}`}
              >
                {row.trace_id}
              </a>
            </dd>
          </>
        )}
      </dl>
      {data !== undefined && <Json value={data} label="Data" />}
    </article>
  )
}
