/** Triggers: HTTP routes, schedules, topics and all others; the chosen one can be tried. */
import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { connection, engine, now, tick, useQuery, useTitle } from '../../engine/engine.js'
import type { TriggerRow } from '../../../wire/protocol/list-rows.js'
import { Empty, Id, Problem, Search, searched, Segments, Top } from '../../parts/basics.js'
import { fullTime, plain, preview, until } from '../../parts/format.js'
import { Json } from '../../parts/json/json.js'
import { useKey } from '../../parts/keys.js'
import { List } from '../../parts/list.js'
import { address, navigate, setQuery, to } from '../../parts/router.js'
import { CronTry, HttpTry, TopicTry } from './trigger-try.js'

type Kind = 'all' | 'http' | 'cron' | 'topic'

const TOPIC_TYPES = ['subscribe', 'durable:subscriber']

export function TriggersPage(): JSX.Element {
  const id = address.value.path[1]
  useTitle('Triggers')
  const kind = kindOf(address.value.query.get('type'))
  const { value, error } = useQuery('triggers', engine.triggers, connection.changes['engine::functions-available'])
  const due = useQuery('cron due', engine.cronDue, tick).value ?? []
  const dueOf = (trigger: TriggerRow): readonly number[] => due.find((row) => row.id === trigger.id)?.due_ms ?? []
  const wanted = searched()
  const rows = (value ?? [])
    .filter((row) => kind === 'all' || kindOfTrigger(row) === kind)
    .filter((row) => `${row.trigger_type} ${row.function_id} ${whatOf(row)}`.toLowerCase().includes(wanted))
  const chosen = value?.find((row) => row.id === id)
  const search = location.search
  return (
    <div class={chosen === undefined ? 'body' : 'body split'}>
      <section class="list" aria-label="Triggers">
        <Top title="Triggers" count={rows.length}>
          <Search label="Route, topic or function" />
          <Segments
            label="Type"
            options={[
              ['all', 'All'],
              ['http', 'HTTP'],
              ['cron', 'Cron'],
              ['topic', 'Topics'],
            ]}
            value={kind}
            onPick={(one) => setQuery('type', one === 'all' ? '' : one)}
          />
        </Top>
        {error !== undefined && <Problem error={error} />}
        <List
          label="List of triggers"
          rows={rows}
          idOf={(row) => row.id}
          hrefOf={useCallback((row: TriggerRow) => to('triggers', row.id) + search, [search])}
          selected={id}
          columns="minmax(64px,110px) minmax(0,1.2fr) minmax(0,1fr) 72px"
          narrow="64px minmax(0,1fr)"
          heads={[['Type'], ['What'], ['Function', 'wide'], ['Next', 'num wide']]}
          render={(row) => <TriggerLine row={row} dueMs={dueOf(row)[0]} />}
          empty={value === undefined ? null : <NoTriggers />}
        />
      </section>
      {chosen !== undefined && <TriggerView key={chosen.id} row={chosen} due={dueOf(chosen)} />}
    </div>
  )
}

function kindOf(text: string | null): Kind {
  return text === 'http' || text === 'cron' || text === 'topic' ? text : 'all'
}

function kindOfTrigger({ trigger_type: type }: TriggerRow): string {
  return TOPIC_TYPES.includes(type) ? 'topic' : type
}

/** What a trigger waits for, in a few words. */
function whatOf({ trigger_type: type, config }: TriggerRow): string {
  const of = (name: string): string => plain(config?.[name])
  if (type === 'http') return `${of('http_method') || 'GET'} ${of('api_path')}`
  if (type === 'cron') return of('expression')
  if (TOPIC_TYPES.includes(type)) return of('topic')
  return config === null || Object.keys(config).length === 0 ? '' : preview(config)
}

function TriggerLine({ row, dueMs }: { readonly row: TriggerRow; readonly dueMs: number | undefined }): JSX.Element {
  return (
    <>
      <span class="cut dim">{row.trigger_type}</span>
      <span class="cut mono">{whatOf(row)}</span>
      <span class="cut mono dim wide">{row.function_id}</span>
      <span class="num dim wide">{dueMs === undefined ? '' : until(dueMs, now.value)}</span>
    </>
  )
}

function NoTriggers(): JSX.Element {
  if (location.search !== '') return <Empty title="No trigger fits the search" />
  return (
    <Empty title="No triggers are registered">
      <p>Bind a function to a route in a worker:</p>
      <pre class="code">
        {
          "worker.registerTrigger({\n  type: 'http',\n  function_id: 'orders::create',\n  config: { api_path: '/orders', http_method: 'POST' },\n})"
        }
      </pre>
    </Empty>
  )
}

function TriggerView({ row, due }: { readonly row: TriggerRow; readonly due: readonly number[] }): JSX.Element {
  const close = useCallback(() => navigate(`/triggers${location.search}`), [])
  useKey('Escape', close)
  const kind = kindOfTrigger(row)
  return (
    <article class="detail" aria-label="Trigger">
      <div class="row spread">
        <h2 class="mono wrap">{whatOf(row) || row.trigger_type}</h2>
        <button class="plain" onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <dl class="facts">
        <dt>Type</dt>
        <dd>{row.trigger_type}</dd>
        <dt>Function</dt>
        <dd>
          <a class="mono" href={to('functions', row.function_id)}>
            {row.function_id}
          </a>
        </dd>
        <dt>Worker</dt>
        <dd>{row.worker_name}</dd>
        {due.length > 0 && (
          <>
            <dt>Next runs</dt>
            <dd>
              {due.map((dueMs) => (
                <div key={dueMs}>
                  <span class="mono">{fullTime(dueMs)}</span> <span class="dim">{until(dueMs, now.value)}</span>
                </div>
              ))}
            </dd>
          </>
        )}
        <dt>Id</dt>
        <dd>
          <Id id={row.id} />
        </dd>
      </dl>
      {kind === 'http' && <HttpTry row={row} />}
      {kind === 'cron' && <CronTry row={row} />}
      {kind === 'topic' && <TopicTry row={row} />}
      {row.config !== null && <Json value={row.config} label="Configuration" />}
    </article>
  )
}
