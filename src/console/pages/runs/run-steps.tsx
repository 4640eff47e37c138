/** The steps of a run on one time axis; each opens to its attempts, its result or error, and its child run. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { now, useCanChange } from '../../engine/engine.js'
import { requests, type RunDetail, type RunStep } from '../../engine/runs.js'
import { retryRun } from '../../../workflow/records/requests.js'
import { Ago, ConfirmButton, Duration, Panel } from '../../parts/basics.js'
import { clockTime, duration, fullTime, plural, until } from '../../parts/format.js'
import { Json } from '../../parts/json/json.js'
import { to } from '../../parts/router.js'
import { FailureView } from '../../parts/charts/span-detail.js'
import type { Act } from './run-actions.js'

/** Steps that are drawn; a run may have thousands. */
const MAX_DRAWN = 500

interface Axis {
  readonly fromMs: number
  readonly lengthMs: number
}

interface StepsProps {
  readonly detail: RunDetail
  readonly act: Act
}

export function Steps({ detail, act }: StepsProps): JSX.Element {
  const { steps, status } = detail
  const fromMs = Math.min(...steps.map(({ startedAt }) => startedAt), steps.length === 0 ? status.startedAt : Infinity)
  const toMs = status.endedAt ?? now.value
  const axis = { fromMs, lengthMs: Math.max(toMs - fromMs, 1) }
  const isAll = useSignal(steps.length <= MAX_DRAWN)
  const shown = isAll.value ? steps : steps.slice(-MAX_DRAWN)
  return (
    <Panel title={plural(steps.length, 'step')}>
      {steps.length === 0 && <p class="line dim">Nothing is journaled yet: a step appears when its attempt ends.</p>}
      {!isAll.value && (
        <p class="inside">
          The last {MAX_DRAWN} are shown. <button onClick={() => (isAll.value = true)}>Show all</button>
        </p>
      )}
      {steps.length > 0 && (
        <div class="fall">
          <div class="axis" aria-hidden="true">
            <span>Step</span>
            <span class="marks">
              <span>0 ms</span>
              <span>{duration(axis.lengthMs)}</span>
            </span>
            <span class="num">Time</span>
          </div>
          {shown.map((step) => (
            <StepLine key={step.key} step={step} axis={axis} detail={detail} act={act} />
          ))}
        </div>
      )}
    </Panel>
  )
}

interface StepProps extends StepsProps {
  readonly step: RunStep
  readonly axis: Axis
}

const DOTS = { waiting: 'pending', retrying: 'pending', completed: 'ok', failed: 'error' } as const

function StepLine(props: StepProps): JSX.Element {
  const { step, axis } = props
  const isOpen = useSignal(step.state === 'failed')
  const { kind, name, state, startedAt, endedAt } = step
  return (
    <div>
      <button class="span" aria-expanded={isOpen.value} onClick={() => (isOpen.value = !isOpen.value)}>
        <span class="row">
          <span class={`dot ${DOTS[state]}`} aria-hidden="true" />
          <span class="cut mono" title={`${kind} ${name}`}>
            {name}
          </span>
          <span class="tag wide">{kind}</span>
          {step.attempts > 1 && <span class="tag amber">× {step.attempts}</span>}
          {endedAt !== undefined && <span class="hidden"> {state}</span>}
        </span>
        <Track step={step} axis={axis} />
        <span class="num">{endedAt === undefined ? state : duration(endedAt - startedAt)}</span>
      </button>
      {isOpen.value && <OpenStep {...props} />}
    </div>
  )
}

const WAITS: readonly string[] = ['sleep', 'signal', 'run']

function Track({ step, axis }: { readonly step: RunStep; readonly axis: Axis }): JSX.Element {
  const share = (ms: number): number => Math.min(1, Math.max(0, (ms - axis.fromMs) / axis.lengthMs))
  const start = share(step.startedAt)
  const end = step.endedAt === undefined ? 1 : share(step.endedAt)
  const isWait = WAITS.includes(step.kind) && step.state === 'completed'
  const kind = step.state === 'failed' ? 'error' : step.endedAt === undefined ? 'running' : ''
  const place = { left: percent(Math.min(start, 0.995)), width: percent(end - start) }
  return (
    <span class="track">
      <span class={isWait ? 'wait' : `piece ${kind}`} style={place} />
      {step.journal?.failures.map(({ at, error }) => (
        <span key={at} class="tickmark bad" title={error.message} style={{ left: percent(share(at)) }} />
      ))}
    </span>
  )
}

function percent(share: number): string {
  return `${(Math.max(0, share) * 100).toFixed(3)}%`
}

function OpenStep({ step, detail, act }: StepProps): JSX.Element {
  const canChange = useCanChange()
  const { state, journal, startedAt, endedAt, error, due } = step
  const child = journal?.begun?.child
  const isRetried = canChange && detail.status.endedAt !== undefined && step.kind !== 'undo'
  const again = (): void =>
    act(retryRun(requests, { workflow: detail.status.workflow, run: detail.status.runId }, step.key))
  return (
    <div class="inside stack" style={{ padding: '8px 12px 16px 24px' }}>
      <div class="row flow dim">
        <span>{state}</span>
        {step.attempts > 0 && <span>{plural(step.attempts, 'attempt')}</span>}
        <span title={fullTime(startedAt)}>
          {clockTime(startedAt)}
          {endedAt !== undefined && (
            <>
              , took <Duration ms={endedAt - startedAt} />
            </>
          )}
        </span>
        {endedAt === undefined && <Until due={due} />}
        {child !== undefined && (
          <a class="mono" href={to('runs', child.workflow, child.run)}>
            {child.workflow} {child.run}
          </a>
        )}
      </div>
      {journal?.failures.map(({ at, error: { code, message, stacktrace: stack } }, index) => (
        <div key={at} class="stack tight">
          <span class="dim">
            Attempt {index + 1} failed <Ago ms={at} />
          </span>
          <FailureView failure={{ type: code, message, stack }} />
        </div>
      ))}
      {state === 'failed' && error !== undefined && (
        <FailureView failure={{ type: error.code, message: error.message, stack: error.stacktrace }} />
      )}
      {state === 'completed' && step.value !== undefined && (
        <Json value={step.value} label={`Result of ${step.name}`} />
      )}
      {isRetried && (
        <div class="row">
          <ConfirmButton label="Retry from here" question={`Run again from ${step.name}`} onConfirm={again} />
        </div>
      )}
    </div>
  )
}

/** When a wait ends by itself. */
export function Until({ due }: { readonly due: number | undefined }): JSX.Element {
  if (due === undefined) return <span class="dim">without a time limit</span>
  return <time title={fullTime(due)}>{due < now.value ? 'due now' : until(due, now.value)}</time>
}
