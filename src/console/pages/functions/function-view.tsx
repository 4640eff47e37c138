/** One function: run it, its schemas, its triggers, its latest calls, and who calls whom. */
import { signal, useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { connection, engine, useQuery } from '../../engine/engine.js'
import { errorRate, flow, ratePerMinute } from '../../engine/flow.js'
import { recentError } from '../../engine/recent.js'
import type { FunctionDetail } from '../../../wire/protocol/function-rows.js'
import { failureOf, flatten, isFailed, payloadOf } from '../../engine/span-facts.js'
import { Panel, Problem, SpanTimes, Status, Tabs } from '../../parts/basics.js'
import { plural, preview } from '../../parts/format.js'
import { Json } from '../../parts/json/json.js'
import { gridOf } from '../../parts/list.js'
import { useKey } from '../../parts/keys.js'
import { address, navigate, to } from '../../parts/router.js'
import { exampleOf } from '../../parts/json/schema-form.js'
import { hrefOf } from './flow.js'
import { RunPanel } from './run-panel.js'

type Tab = 'run' | 'calls' | 'schema' | 'neighbours'

export function FunctionView({ id }: { readonly id: string }): JSX.Element {
  const { changes } = connection
  const { value, error } = useQuery(`function ${id}`, () => engine.function(id), changes['engine::functions-available'])
  const tab = useSignal<Tab>('run')
  const close = useCallback(() => navigate('/functions'), [])
  useKey('Escape', close)
  return (
    <article class="detail" aria-label="Function">
      <div class="row spread">
        <h2 class="mono wrap">{id}</h2>
        <button class="plain" onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      {error !== undefined && <Problem error={error} />}
      {value !== undefined && <About detail={value} />}
      {value !== undefined && (
        <>
          <Tabs
            label="Function"
            tabs={[
              ['run', 'Run'],
              ['calls', 'Calls'],
              ['schema', 'Schema'],
              ['neighbours', 'Callers and callees'],
            ]}
            value={tab.value}
            onPick={(one) => (tab.value = one)}
          />
          {tab.value === 'run' && <Run detail={value} />}
          {tab.value === 'calls' && <Calls id={id} />}
          {tab.value === 'schema' && <Schemas detail={value} />}
          {tab.value === 'neighbours' && <Neighbours id={id} />}
        </>
      )}
    </article>
  )
}

function About({ detail }: { readonly detail: FunctionDetail }): JSX.Element {
  return (
    <div class="stack tight">
      {detail.description !== undefined && <p>{detail.description}</p>}
      <div class="row flow dim">
        <span>
          Worker <a href={to('workers', detail.namespace, detail.worker_name)}>{detail.worker_name}</a>
        </span>
        {detail.registered_triggers
          .filter(({ trigger_type }) => trigger_type !== 'trace' && trigger_type !== 'log')
          .map((trigger) => (
            <a key={trigger.id} class="tag" href={to('triggers', trigger.id)} title={preview(trigger.config)}>
              {trigger.trigger_type} {preview(trigger.config, 60)}
            </a>
          ))}
      </div>
    </div>
  )
}

/** The input comes from the span that the address names, else from the schema. */
function Run({ detail }: { readonly detail: FunctionDetail }): JSX.Element {
  const from = address.value.query.get('from')
  if (from === null)
    return <RunPanel key="fresh" detail={detail} input={exampleOf(detail.request_schema)} note={undefined} />
  return <RunFrom key={from} detail={detail} from={from} />
}

function RunFrom({ detail, from }: { readonly detail: FunctionDetail; readonly from: string }): JSX.Element {
  const [traceId = '', spanId] = from.split('.', 2)
  const { value, error } = useQuery(`from ${from}`, () => engine.trace(traceId), once)
  if (error !== undefined) return <Problem error={error} />
  if (value === undefined) return <p class="dim">Loading the input…</p>
  const span = flatten(value).find((one) => one.span.span_id === spanId)?.span
  const payload = span && payloadOf(span, 'input')
  const note =
    payload === undefined || payload.text !== undefined
      ? 'The recorded input is not complete; fill it in.'
      : payload.isRedacted
        ? 'Replace each [REDACTED] value before you run it.'
        : undefined
  return <RunPanel detail={detail} input={payload?.value ?? {}} note={note} />
}

/** Never changes. */
const once = signal(0)

function Calls({ id }: { readonly id: string }): JSX.Element {
  const load = (): ReturnType<typeof engine.spans> =>
    engine.spans({ name: `execute ${id}`, search_all_spans: true, limit: 100 })
  const { value, error } = useQuery(`calls ${id}`, load, connection.changes.trace)
  if (error !== undefined) return <Problem error={error} />
  const spans = (value ?? []).filter(({ name }) => name === `execute ${id}`)
  if (spans.length === 0) return <p class="dim">No calls are recorded.</p>
  return (
    <div class="panel" role="list">
      {spans.map((span) => (
        <div role="listitem" key={span.span_id}>
          <a
            class="line"
            href={`${to('traces', span.trace_id)}?span=${span.span_id}`}
            style={gridOf('8px minmax(0,1fr) minmax(0,1fr) 64px 72px', '8px minmax(0,1fr) 64px')}
          >
            <Status status={span.status} />
            <span class="cut mono">{preview(payloadOf(span, 'input')?.value)}</span>
            <span class={isFailed(span) ? 'cut red wide' : 'cut mono dim wide'}>
              {failureOf(span)?.message ?? preview(payloadOf(span, 'output')?.value)}
            </span>
            <SpanTimes span={span} />
          </a>
        </div>
      ))}
    </div>
  )
}

function Schemas({ detail }: { readonly detail: FunctionDetail }): JSX.Element {
  const { request_schema: request, response_schema: response } = detail
  if (request === undefined && response === undefined) {
    return <p class="dim">The function was registered without schemas.</p>
  }
  return (
    <>
      {request !== undefined && <Schema title="Request">{<Json value={request} label="Request schema" />}</Schema>}
      {response !== undefined && <Schema title="Response">{<Json value={response} label="Response schema" />}</Schema>}
    </>
  )
}

function Schema({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <Panel title={title}>
      <div class="inside">{children}</div>
    </Panel>
  )
}

/** Another function, a route or a queue, with the calls between it and the shown function. */
interface Neighbour {
  readonly id: string
  readonly calls: number
  readonly failed: number
}

function Neighbours({ id }: { readonly id: string }): JSX.Element {
  const { edges } = flow.value
  if (recentError.value !== undefined) return <Problem error={recentError.value} />
  const callers = edges.filter((edge) => edge.to === id).map((edge) => ({ ...edge, id: edge.from }))
  const callees = edges.filter((edge) => edge.from === id).map((edge) => ({ ...edge, id: edge.to }))
  return (
    <>
      <NeighbourList title="Called by, in the last 5 minutes" rows={callers} />
      <NeighbourList title="Calls, in the last 5 minutes" rows={callees} />
      <a href={`/flow?q=${encodeURIComponent(id)}`}>Draw the flow</a>
    </>
  )
}

function NeighbourList({ title, rows }: { readonly title: string; readonly rows: readonly Neighbour[] }): JSX.Element {
  const { nodes } = flow.value
  return (
    <Panel title={title}>
      {rows.length === 0 && <p class="line dim">None seen.</p>}
      <div role="list">
        {rows.map((row) => (
          <div role="listitem" key={row.id}>
            <a
              class="line"
              href={hrefOf(nodes.get(row.id) ?? { id: row.id, kind: 'function' })}
              style={gridOf('minmax(0,1fr) 72px 80px 96px', 'minmax(0,1fr) 72px 80px')}
            >
              <span class="cut mono">{row.id}</span>
              <span class="num dim wide">{plural(row.calls, 'call')}</span>
              <span class="num">{ratePerMinute(row.calls)}</span>
              <span class={row.failed > 0 ? 'num red' : 'num dim'}>{errorRate(row)} failed</span>
            </a>
          </div>
        ))}
      </div>
    </Panel>
  )
}
