/** Workers: who is connected, since when, with which functions, and how the process does. */
import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { connection, engine, tick, useQuery, useTitle } from '../engine/engine.js'
import type { WorkerRow } from '../../wire/protocol/list-rows.js'
import type { WorkerDetail } from '../engine/rows.js'
import { Ago, Empty, Id, Panel, Problem, Search, searched, Status, Top } from '../parts/basics.js'
import { bytes, duration, plural } from '../parts/format.js'
import { useKey } from '../parts/keys.js'
import { gridOf, List } from '../parts/list.js'
import { address, navigate, to } from '../parts/router.js'

export function WorkersPage(): JSX.Element {
  const [, namespace, name] = address.value.path
  useTitle(name ?? 'Workers')
  const { value, error } = useQuery('workers', engine.workers, connection.changes['engine::workers-available'])
  const wanted = searched()
  const rows = (value ?? [])
    .filter((row) => `${row.name ?? ''} ${row.namespace} ${row.runtime ?? ''}`.toLowerCase().includes(wanted))
    .sort((a, b) => Number(a.runtime === 'engine') - Number(b.runtime === 'engine'))
  return (
    <div class={name === undefined ? 'body' : 'body split'}>
      <section class="list" aria-label="Workers">
        <Top title="Workers" count={rows.length}>
          <Search label="Name or namespace" />
        </Top>
        {error !== undefined && <Problem error={error} />}
        <List
          label="List of workers"
          rows={rows}
          idOf={(row) => `${row.namespace}/${row.name ?? row.id}`}
          hrefOf={hrefOf}
          selected={name === undefined ? undefined : `${String(namespace)}/${name}`}
          columns="8px minmax(0,1fr) minmax(0,90px) minmax(0,80px) 80px 72px"
          narrow="8px minmax(0,1fr) 64px"
          heads={[
            [''],
            ['Name'],
            ['Namespace', 'wide'],
            ['Runtime', 'wide'],
            ['Functions', 'num'],
            ['In flight', 'num wide'],
          ]}
          render={(row) => <WorkerLine row={row} />}
          empty={value === undefined ? null : <Empty title="No worker fits the search" />}
        />
      </section>
      {name !== undefined && (
        <WorkerView key={`${String(namespace)}/${name}`} namespace={namespace ?? ''} name={name} />
      )}
    </div>
  )
}

function hrefOf(row: WorkerRow): string {
  return to('workers', row.namespace, row.name ?? row.id)
}

function WorkerLine({ row }: { readonly row: WorkerRow }): JSX.Element {
  return (
    <>
      <Status status={row.status === 'connected' ? 'ok' : 'unset'} />
      <span class="cut mono">{row.name ?? row.id}</span>
      <span class="cut dim wide">{row.namespace}</span>
      <span class="cut dim wide">{row.runtime}</span>
      <span class="num">{row.function_count}</span>
      <span class="num wide">{row.active_invocations}</span>
    </>
  )
}

function WorkerView({ namespace, name }: { readonly namespace: string; readonly name: string }): JSX.Element {
  const { value, error } = useQuery(`worker ${namespace}/${name}`, () => engine.worker(name, namespace), tick)
  const close = useCallback(() => navigate('/workers'), [])
  useKey('Escape', close)
  return (
    <article class="detail" aria-label="Worker">
      <div class="row spread">
        <h2 class="mono cut">{name}</h2>
        <button class="plain" onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      {error !== undefined && <Problem error={error} />}
      {value !== undefined && <WorkerFacts detail={value} />}
      {value !== undefined && (
        <Panel title={plural(value.functions.length, 'function')}>
          <div role="list">
            {value.functions.map((row) => (
              <div role="listitem" key={row.function_id}>
                <a class="line" href={to('functions', row.function_id)} style={gridOf('minmax(0,1fr) minmax(0,1.4fr)')}>
                  <span class="cut mono">{row.function_id}</span>
                  <span class="cut dim">{row.description}</span>
                </a>
              </div>
            ))}
          </div>
        </Panel>
      )}
    </article>
  )
}

function WorkerFacts({ detail: { worker } }: { readonly detail: WorkerDetail }): JSX.Element {
  const metrics = worker.latest_metrics ?? {}
  const { memory_rss: rss, memory_heap_used: heap, cpu_percent: cpu, event_loop_lag_ms: lag } = metrics
  const facts: [string, JSX.Element | string][] = [
    ['State', worker.status],
    ['Version', [worker.version, worker.runtime, worker.os].filter((part) => part !== null).join(' · ')],
    ['Connected', <Ago ms={worker.connected_at_ms} />],
    ['In flight', String(worker.active_invocations)],
    ...(worker.pid === undefined ? [] : ([['Process', String(worker.pid)]] as [string, string][])),
    ...(rss === undefined ? [] : ([['Memory', `${bytes(rss)}, heap ${bytes(heap ?? 0)}`]] as [string, string][])),
    ...(cpu === undefined ? [] : ([['CPU', `${cpu.toFixed(1)} %`]] as [string, string][])),
    ...(lag === undefined ? [] : ([['Event-loop delay', duration(lag)]] as [string, string][])),
    ['Id', <Id id={worker.id} whole />],
  ]
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  )
}
