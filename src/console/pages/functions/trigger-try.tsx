/** Tries a trigger: sends the request of a route, runs a schedule now, or publishes to a topic. */
import { useSignal, type Signal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { systemClock } from '../../../std/time/clock.js'
import { call, info, useCanChange } from '../../engine/engine.js'
import { newTrace, run } from '../../engine/run.js'
import type { TriggerRow } from '../../../wire/protocol/list-rows.js'
import { plain } from '../../parts/format.js'
import { CopyButton, Panel, Problem } from '../../parts/basics.js'
import { Json, parseText } from '../../parts/json/json.js'
import { JsonEditor } from '../../parts/json/json-editor.js'
import { TraceView } from '../../parts/charts/trace-view.js'

/** How a try ended. */
interface Tried {
  readonly traceId: string
  readonly headline: string
  readonly isFailed: boolean
  readonly answer?: unknown
  readonly text?: string
}

interface TryState {
  readonly tried: Signal<Tried | undefined>
  readonly problem: Signal<string | undefined>
  readonly isRunning: Signal<boolean>
  readonly start: (work: () => Promise<Tried>) => void
}

function useTry(): TryState {
  const tried = useSignal<Tried | undefined>(undefined)
  const problem = useSignal<string | undefined>(undefined)
  const isRunning = useSignal(false)
  const start = (work: () => Promise<Tried>): void => {
    isRunning.value = true
    problem.value = undefined
    work()
      .then(
        (outcome) => (tried.value = outcome),
        (error: unknown) => (problem.value = error instanceof Error ? error.message : String(error)),
      )
      .finally(() => (isRunning.value = false))
  }
  return { tried, problem, isRunning, start }
}

function Result({ state: { tried, problem } }: { readonly state: TryState }): JSX.Element | null {
  const { value } = tried
  if (problem.value !== undefined) return <Problem error={problem.value} />
  if (value === undefined) return null
  return (
    <>
      <Panel title={<span class={value.isFailed ? 'red' : 'green'}>{value.headline}</span>}>
        <div class="inside" role="status">
          {value.text === undefined ? (
            <Json value={value.answer ?? null} label="Answer" />
          ) : (
            <pre class="code">{value.text}</pre>
          )}
        </div>
      </Panel>
      <TraceView key={value.traceId} traceId={value.traceId} />
    </>
  )
}

function TryPanel({
  title,
  state,
  actions,
  children,
}: {
  readonly title: string
  readonly state: TryState
  readonly actions: ComponentChildren
  readonly children?: ComponentChildren
}): JSX.Element {
  const canChange = useCanChange()
  return (
    <>
      <Panel title={title}>
        <div class="inside">
          {children}
          <div class="row">{canChange ? actions : <span class="dim">This console is read-only.</span>}</div>
        </div>
      </Panel>
      <Result state={state} />
    </>
  )
}

interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Path parameters such as `:id` are part of the path that is edited. */
export function HttpTry({ row: { config } }: { readonly row: TriggerRow }): JSX.Element {
  const method = plain(config?.['http_method']) || 'GET'
  const path = useSignal(`/${plain(config?.['api_path']).replace(/^\//, '')}`)
  const body = useSignal('{}')
  const state = useTry()
  const hasBody = !/^(GET|HEAD)$/.test(method)
  const isWrong = hasBody && parseText(body.value).error !== undefined
  const send = async (): Promise<Tried> => {
    const { traceId, traceparent } = newTrace()
    const from = systemClock.now()
    const headers = { traceparent, ...(hasBody && { 'content-type': 'application/json' }) }
    const answer = await call<HttpAnswer>('console::request', {
      method,
      path: path.value,
      headers,
      body: hasBody ? body.value : '',
    })
    const headline = `${String(answer.status)} in ${String(Math.round(systemClock.now() - from))} ms`
    return { traceId, headline, isFailed: answer.status >= 400, ...shownBody(answer) }
  }
  const base = info.value?.httpUrl ?? 'http://127.0.0.1:3111'
  return (
    <TryPanel
      title="Send a request"
      state={state}
      actions={
        <>
          {info.value?.isLocal === true && (
            <button class="primary" disabled={isWrong || state.isRunning.value} onClick={() => state.start(send)}>
              Send
            </button>
          )}
          <CopyButton
            label="Copy as curl"
            text={() => curlOf(method, base + path.value, hasBody ? body.value : undefined)}
          />
        </>
      }
    >
      <label class="row">
        <span class="tag">{method}</span>
        <input
          class="grow mono"
          aria-label="Path and query"
          value={path.value}
          onInput={(event) => (path.value = event.currentTarget.value)}
        />
      </label>
      {hasBody && <JsonEditor label="Body" text={body.value} onText={(text) => (body.value = text)} />}
    </TryPanel>
  )
}

function shownBody({ body }: HttpAnswer): Pick<Tried, 'answer' | 'text'> {
  const parsed = parseText(body)
  return parsed.error === undefined && parsed.value !== undefined ? { answer: parsed.value } : { text: body }
}

/** In single quotes a shell reads everything literally but a single quote. */
function curlOf(method: string, url: string, body: string | undefined): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  const data = body === undefined ? '' : ` -H 'content-type: application/json' -d ${quoted(body)}`
  return `curl -X ${method} ${quoted(url)}${data}`
}

export function CronTry({ row }: { readonly row: TriggerRow }): JSX.Element {
  const state = useTry()
  const start = async (): Promise<Tried> => {
    const time = new Date(systemClock.epochMs()).toISOString()
    const data = { trigger: 'cron', job_id: row.id, scheduled_time: time, actual_time: time }
    const { error, result, traceId } = await run(row.function_id, data)
    return { traceId, headline: error?.message ?? 'It ran', isFailed: error !== undefined, answer: result ?? null }
  }
  return (
    <TryPanel
      title="Run now"
      state={state}
      actions={
        <button class="primary" disabled={state.isRunning.value} onClick={() => state.start(start)}>
          Run now
        </button>
      }
    >
      <p class="dim">Calls the function with the payload of a schedule, in addition to its own times.</p>
    </TryPanel>
  )
}

export function TopicTry({ row: { trigger_type, config } }: { readonly row: TriggerRow }): JSX.Element {
  const topic = plain(config?.['topic'])
  const body = useSignal('{}')
  const state = useTry()
  const parsed = parseText(body.value)
  const publish = async (): Promise<Tried> => {
    const { error, result, traceId } = await run(trigger_type === 'subscribe' ? 'publish' : 'iii::durable::publish', {
      topic,
      data: parsed.value ?? null,
    })
    return { traceId, headline: error?.message ?? 'Published', isFailed: error !== undefined, answer: result ?? null }
  }
  return (
    <TryPanel
      title={`Publish to ${topic}`}
      state={state}
      actions={
        <button
          class="primary"
          disabled={parsed.error !== undefined || state.isRunning.value}
          onClick={() => state.start(publish)}
        >
          Publish
        </button>
      }
    >
      <JsonEditor label="Event" text={body.value} onText={(text) => (body.value = text)} />
    </TryPanel>
  )
}
