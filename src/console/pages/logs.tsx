/** Logs: the live tail, with levels and search; the chosen record beside the list. */
import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { connection, engine, useQuery, useTitle } from '../engine/engine.js'
import type { LogRow } from '../engine/rows.js'
import { logMs } from '../engine/span-facts.js'
import { Empty, PauseButton, Problem, Search, searched, Segments, Top } from '../parts/basics.js'
import { clockTime, fullTime, preview } from '../parts/format.js'
import { Json } from '../parts/json.js'
import { useKey } from '../parts/keys.js'
import { List } from '../parts/list.js'
import { address, navigate, setQuery, to } from '../parts/router.js'
import { dataOf, Level } from '../parts/span-detail.js'

const MAX_LOGS = 1_000
/** Severity numbers of OpenTelemetry. */
const LEVELS = { all: 0, info: 9, warn: 13, error: 17 } as const
type LevelName = keyof typeof LEVELS

/** Identifies a record: engines give them no id. */
function idOf(row: LogRow): string {
  return [row.timestamp_unix_nano, row.observed_timestamp_unix_nano, row.span_id ?? '', row.body.length].join('-')
}

export function LogsPage(): JSX.Element {
  const id = address.value.path[1]
  useTitle('Logs')
  const level = levelOf(address.value.query.get('level'))
  const load = (): ReturnType<typeof engine.logs> =>
    engine.logs({ limit: MAX_LOGS, ...(level !== 'all' && { severity_min: LEVELS[level] }) })
  const { value, error } = useQuery(`logs of ${level}`, load, connection.changes.log)
  const words = searched().split(/\s+/)
  const rows = (value ?? []).filter((row) => fits(row, words))
  const chosen = rows.find((row) => idOf(row) === id)
  const search = location.search
  return (
    <div class={chosen === undefined ? 'body' : 'body split'}>
      <section class="list" aria-label="Logs">
        <Top title="Logs" count={rows.length}>
          <Search label="Text, service or trace id" />
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
          idOf={idOf}
          hrefOf={useCallback((row: LogRow) => to('logs', idOf(row)) + search, [search])}
          selected={id}
          columns="92px 56px minmax(0,110px) minmax(0,1fr)"
          narrow="56px minmax(0,1fr)"
          heads={[['Time', 'wide'], ['Level'], ['Service', 'wide'], ['Message']]}
          render={(row) => <LogLine row={row} />}
          empty={value === undefined ? null : <NoLogs />}
        />
      </section>
      {chosen !== undefined && <LogDetail row={chosen} />}
    </div>
  )
}

function levelOf(text: string | null): LevelName {
  return text === 'info' || text === 'warn' || text === 'error' ? text : 'all'
}

function fits(row: LogRow, words: readonly string[]): boolean {
  const text =
    `${row.body} ${row.service_name} ${row.trace_id ?? ''} ${JSON.stringify(dataOf(row) ?? '')}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

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
        {row.trace_id !== undefined && (
          <>
            <dt>Trace</dt>
            <dd>
              <a
                class="mono"
                href={`${to('traces', row.trace_id)}${row.span_id === undefined ? '' : `?span=${row.span_id}`}`}
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
