/** What one span shows: its function, input, output, error, log records and attributes. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { isRecord } from '../../../wire/protocol/validate.js'
import { useCanChange } from '../../engine/engine.js'
import { run } from '../../engine/run.js'
import type { LogRow, SpanNode } from '../../../wire/protocol/list-rows.js'
import {
  durationMs,
  failureOf,
  functionOf,
  isExecution,
  logMs,
  payloadOf,
  startMs,
  type SpanFailure,
  type Payload,
} from '../../engine/span-facts.js'
import { Ago, Duration, Id, Tabs } from '../basics.js'
import { clockTime } from '../format.js'
import { Json } from '../json/json.js'
import { useKey } from '../keys.js'
import { address, navigate, to } from '../router.js'

/** The attributes that name a place, and the page of that place. */
const PLACES = [
  ['state', 'iii.state.scope', 'iii.state.key'],
  ['streams', 'iii.stream.name', 'iii.stream.group_id', 'iii.stream.item_id'],
  ['queues', 'queue'],
] as const

type Tab = 'input' | 'output' | 'error' | 'logs' | 'attributes'

export function SpanDetail({ span, logs }: { readonly span: SpanNode; readonly logs: readonly LogRow[] }): JSX.Element {
  const failure = failureOf(span)
  const picked = useSignal<Tab | undefined>(undefined)
  const own = logs.filter((row) => row.span_id === span.span_id)
  const tabs = tabsOf(span, own.length)
  // After a run, what it returned is of interest.
  const usual = address.value.query.get('tab') === 'output' ? 'output' : 'input'
  const wanted = picked.value ?? (failure === undefined ? usual : 'error')
  const tab = tabs.some(([name]) => name === wanted) ? wanted : (tabs[0]?.[0] ?? 'attributes')
  return (
    <section class="stack" aria-label="Selected span">
      <SpanHead span={span} />
      {failure !== undefined && tab !== 'error' && <div class="failure">{failure.message}</div>}
      <Tabs label="Span" tabs={tabs} value={tab} onPick={(name) => (picked.value = name)} />
      {tab === 'input' && <PayloadView payload={payloadOf(span, 'input')} label="Input" />}
      {tab === 'output' && <PayloadView payload={payloadOf(span, 'output')} label="Output" />}
      {tab === 'error' && failure !== undefined && <FailureView failure={failure} />}
      {tab === 'logs' && <LogLines rows={own} />}
      {tab === 'attributes' && <Attributes span={span} />}
    </section>
  )
}

function tabsOf(span: SpanNode, logs: number): [Tab, string][] {
  const tabs: [Tab, string, boolean][] = [
    ['input', 'Input', isExecution(span)],
    ['output', 'Output', isExecution(span)],
    ['error', 'Error', failureOf(span) !== undefined],
    ['logs', `Logs ${String(logs)}`, true],
    ['attributes', 'Attributes', true],
  ]
  return tabs.flatMap(([name, text, isShown]): [Tab, string][] => (isShown ? [[name, text]] : []))
}

function SpanHead({ span }: { readonly span: SpanNode }): JSX.Element {
  const functionId = functionOf(span)
  return (
    <div class="row flow">
      {functionId === undefined ? (
        <h2 class="mono wrap">{span.name}</h2>
      ) : (
        <h2 class="mono wrap">
          <a href={to('functions', functionId)}>{functionId}</a>
        </h2>
      )}
      <span class="dim">
        {span.service_name} · <Duration ms={durationMs(span)} /> · <Ago ms={startMs(span)} />
      </span>
      <Touched span={span} />
      <RunLink span={span} />
      <span class="grow" />
      {isExecution(span) && functionId !== undefined && <RunAgain span={span} functionId={functionId} />}
    </div>
  )
}

/** The run of a workflow that the span belongs to. */
function RunLink({ span: { attributes } }: { readonly span: SpanNode }): JSX.Element | null {
  const facts = new Map(attributes)
  const [workflow, run] = [facts.get('iii.workflow.id'), facts.get('iii.workflow.run_id')]
  if (workflow === undefined || run === undefined) return null
  return (
    <a class="wrap" href={to('runs', workflow, run)}>
      Run <span class="mono">{run}</span>
    </a>
  )
}

function RunAgain({ span, functionId }: { readonly span: SpanNode; readonly functionId: string }): JSX.Element | null {
  const canChange = useCanChange()
  const isRunning = useSignal(false)
  const input = payloadOf(span, 'input')
  const edit = useCallback(
    () => navigate(`${to('functions', functionId)}?from=${span.trace_id}.${span.span_id}`),
    [functionId, span.trace_id, span.span_id],
  )
  // A value that was left out must be filled in first.
  const isWhole = input !== undefined && input.text === undefined && !input.isRedacted
  const value = input?.value
  const again = useCallback(() => {
    if (!isWhole) {
      edit()
      return
    }
    isRunning.value = true
    void run(functionId, value).then(({ traceId }) => {
      isRunning.value = false
      navigate(`${to('traces', traceId)}?tab=output`)
    })
    // The payload belongs to the span.
  }, [isWhole, functionId, span.span_id, edit])
  useKey('r', canChange ? again : undefined)
  useKey('e', canChange ? edit : undefined)
  if (!canChange) return null
  return (
    <span class="row">
      <button onClick={edit}>
        Edit and run <kbd>e</kbd>
      </button>
      <button class="primary" disabled={isRunning.value} onClick={again}>
        Run again <kbd>r</kbd>
      </button>
    </span>
  )
}

function PayloadView({
  payload,
  label,
}: {
  readonly payload: Payload | undefined
  readonly label: string
}): JSX.Element {
  if (payload === undefined) {
    return <p class="dim">The worker recorded no payload for this span.</p>
  }
  return (
    <div class="stack tight">
      {payload.isRedacted && <p class="amber">Values of sensitive keys are replaced by [REDACTED].</p>}
      {payload.text === undefined ? (
        <Json value={payload.value} label={label} />
      ) : (
        <>
          <p class="amber">The payload is larger than the worker records (`III_TRACE_PAYLOAD_MAX_BYTES`).</p>
          <pre class="code">{payload.text}</pre>
        </>
      )}
    </div>
  )
}

export function FailureView({ failure }: { readonly failure: SpanFailure }): JSX.Element {
  return (
    <div class="stack tight">
      <div class="failure">
        <span class="mono">{failure.type}</span> {failure.message}
      </div>
      {failure.stack !== undefined && <Stack text={failure.stack} />}
    </div>
  )
}

const PLACE = /(?<=[\s(]|^)((?:file:\/\/)?(\/[^\s():]+|[A-Za-z]:[\\/][^\s():]+):(\d+):(\d+))/

/** Lines of a stack; those of files on this machine open in the editor. */
function Stack({ text }: { readonly text: string }): JSX.Element {
  return (
    <pre class="code">
      {text.split('\n').map((line, index) => (
        <StackLine key={index} line={line} />
      ))}
    </pre>
  )
}

function StackLine({ line }: { readonly line: string }): JSX.Element {
  const [, place, file, row, column] = PLACE.exec(line) ?? []
  if (place === undefined || file === undefined) return <>{line + '\n'}</>
  const at = line.indexOf(place)
  return (
    <>
      {line.slice(0, at)}
      <a href={`vscode://file${file.startsWith('/') ? '' : '/'}${file}:${String(row)}:${String(column)}`}>{place}</a>
      {line.slice(at + place.length) + '\n'}
    </>
  )
}

function LogLines({ rows }: { readonly rows: readonly LogRow[] }): JSX.Element {
  if (rows.length === 0) return <p class="dim">No log records.</p>
  return (
    <div class="stack tight">
      {rows.map((row, index) => (
        <div key={index} class="stack tight">
          <span class="row">
            <span class="mono dim">{clockTime(logMs(row))}</span>
            <Level row={row} />
            <span class="wrap grow">{row.body}</span>
          </span>
          {dataOf(row) !== undefined && <pre class="code">{JSON.stringify(dataOf(row), undefined, 2)}</pre>}
        </div>
      ))}
    </div>
  )
}

export function Level({
  row: { severity_number: number, severity_text: text },
}: {
  readonly row: LogRow
}): JSX.Element {
  const colour = number >= 17 ? 'red' : number >= 13 ? 'amber' : ''
  return <span class={`tag ${colour}`}>{text === '' ? 'INFO' : text}</span>
}

/** What was logged beside the message. */
export function dataOf({ attributes = {} }: LogRow): unknown {
  const { 'log.data': data, 'service.name': _, trace_id: __, span_id: ___, ...others } = attributes
  if (data !== undefined)
    return Object.keys(others).length === 0 ? data : { ...others, ...(isRecord(data) ? data : { data }) }
  return Object.keys(others).length === 0 ? undefined : others
}

function Attributes({ span }: { readonly span: SpanNode }): JSX.Element {
  return (
    <dl class="facts">
      <dt>span</dt>
      <dd>
        <Id id={span.span_id} whole />
      </dd>
      <dt>started</dt>
      <dd class="mono">{clockTime(startMs(span))}</dd>
      {span.attributes.map(([key, value]) => (
        <>
          <dt class="mono">{key}</dt>
          <dd class="mono">{value}</dd>
        </>
      ))}
    </dl>
  )
}

/** The page of what the span reads, changes or waits in: a key of state, an item of a stream, or a queue. */
function Touched({ span }: { readonly span: SpanNode }): JSX.Element | null {
  const facts = new Map(span.attributes)
  const place = PLACES.find(([, ...keys]) => keys.every((key) => facts.has(key)))
  if (place === undefined) return null
  const [page, ...keys] = place
  const names = keys.map((key) => facts.get(key) ?? '')
  return (
    <a class="mono wrap" href={to(page, ...names)}>
      {page} {names.join(' / ')}
    </a>
  )
}
