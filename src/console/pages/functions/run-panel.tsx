/** Runs a function: its input as a form or as JSON, how it is called, and the answer with its trace beneath. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useCanChange } from '../../engine/engine.js'
import type { FunctionDetail } from '../../../wire/protocol/function-rows.js'
import { run, type RunResult } from '../../engine/run.js'
import { Duration, Id, Panel, Segments } from '../../parts/basics.js'
import { clockTime } from '../../parts/format.js'
import { Json, parseText, pretty } from '../../parts/json/json.js'
import { JsonEditor } from '../../parts/json/json-editor.js'
import { gridOf } from '../../parts/list.js'
import { to } from '../../parts/router.js'
import { hasForm, SchemaForm } from '../../parts/json/schema-form.js'
import { FailureView } from '../../parts/charts/span-detail.js'
import { TraceView } from '../../parts/charts/trace-view.js'

export interface RunPanelProps {
  readonly detail: FunctionDetail
  readonly input: unknown
  /** What is special about the input. */
  readonly note: string | undefined
}

type Kind = 'call' | 'enqueue' | 'void'

export function RunPanel({ detail, input, note }: RunPanelProps): JSX.Element {
  const canChange = useCanChange()
  const text = useSignal(pretty(input))
  const kind = useSignal<Kind>('call')
  const queue = useSignal('default')
  const outcomes = useSignal<readonly RunResult[]>([])
  const isRunning = useSignal(false)
  const parsed = parseText(text.value)
  const start = (): void => {
    if (parsed.error !== undefined || isRunning.value) return
    isRunning.value = true
    const action =
      kind.value === 'call'
        ? undefined
        : kind.value === 'void'
          ? ({ type: 'void' } as const)
          : ({ type: 'enqueue', queue: queue.value } as const)
    void run(detail.function_id, parsed.value ?? null, { action, namespace: detail.namespace }).then((outcome) => {
      isRunning.value = false
      outcomes.value = [outcome, ...outcomes.value].slice(0, 20)
    })
  }
  const [latest, ...earlier] = outcomes.value
  return (
    <div
      class="stack"
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) start()
      }}
    >
      {note !== undefined && <p class="amber">{note}</p>}
      <Input detail={detail} text={text.value} onText={(next) => (text.value = next)} />
      <div class="row flow">
        <Segments
          label="How it is called"
          options={[
            ['call', 'Call'],
            ['enqueue', 'Enqueue'],
            ['void', 'Void'],
          ]}
          value={kind.value}
          onPick={(one) => (kind.value = one)}
        />
        {kind.value === 'enqueue' && (
          <input
            aria-label="Queue"
            value={queue.value}
            onInput={(event) => (queue.value = event.currentTarget.value)}
          />
        )}
        <button class="primary" disabled={!canChange || parsed.error !== undefined || isRunning.value} onClick={start}>
          {isRunning.value ? 'Running…' : 'Run'} <kbd>⌘⏎</kbd>
        </button>
        {!canChange && <span class="dim">This console is read-only.</span>}
      </div>
      {latest !== undefined && <Answer key={latest.traceId} outcome={latest} />}
      {earlier.length > 0 && <Earlier outcomes={earlier} />}
    </div>
  )
}

interface InputProps {
  readonly detail: FunctionDetail
  readonly text: string
  readonly onText: (text: string) => void
}

function Input({ detail: { request_schema: schema, function_id }, text, onText }: InputProps): JSX.Element {
  const isForm = useSignal(hasForm(schema))
  const parsed = parseText(text)
  const switcher = hasForm(schema) && (
    <Segments
      label="Input as"
      options={[
        ['form', 'Form'],
        ['json', 'JSON'],
      ]}
      value={isForm.value ? 'form' : 'json'}
      onPick={(one) => (isForm.value = one === 'form')}
    />
  )
  return (
    <div class="stack tight">
      <div class="row spread">
        <h3>Input</h3>
        {switcher}
      </div>
      {isForm.value && hasForm(schema) && parsed.error === undefined ? (
        <SchemaForm
          schema={schema}
          value={parsed.value}
          onValue={(value) => onText(pretty(value))}
          path={function_id}
        />
      ) : (
        <JsonEditor label="Input as JSON" text={text} onText={onText} schema={schema} />
      )}
    </div>
  )
}

function Answer({ outcome }: { readonly outcome: RunResult }): JSX.Element {
  const { error, result, durationMs, traceId } = outcome
  return (
    <>
      <Panel
        title={
          <span class={error === undefined ? 'green' : 'red'}>
            {error === undefined ? 'Answered' : 'Failed'} in <Duration ms={durationMs} />
          </span>
        }
        actions={
          <a href={to('traces', traceId)}>
            Trace <span class="mono">{traceId.slice(0, 8)}</span>
          </a>
        }
      >
        <div class="inside" role="status">
          {error === undefined ? (
            <Json value={result ?? null} label="Answer" />
          ) : (
            <FailureView failure={{ type: error.code, message: error.message, stack: error.stack }} />
          )}
        </div>
      </Panel>
      <TraceView key={traceId} traceId={traceId} />
    </>
  )
}

function Earlier({ outcomes }: { readonly outcomes: readonly RunResult[] }): JSX.Element {
  return (
    <Panel title="Earlier runs on this page">
      {outcomes.map((outcome) => (
        <div key={outcome.traceId} class="line" style={gridOf('96px minmax(0,1fr) 72px max-content')}>
          <span class="mono dim">{clockTime(outcome.startedMs)}</span>
          <span class={outcome.error === undefined ? 'cut mono' : 'cut red'}>
            {outcome.error?.message ?? JSON.stringify(outcome.result ?? null)}
          </span>
          <span class="num">
            <Duration ms={outcome.durationMs} />
          </span>
          <Id id={outcome.traceId} />
        </div>
      ))}
    </Panel>
  )
}
