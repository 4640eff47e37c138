/** One run: its state and owner, its steps on a time axis, signals, input and output, and what can be done with it. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import type { ErrorBody } from '../../../errors.js'
import type { RunName } from '../../../workflow/records/record.js'
import { scopeOf } from '../../../workflow/records/record.js'
import { useChanges, useQuery } from '../../engine/engine.js'
import { readDetail, type ReceivedSignal, type RunDetail } from '../../engine/runs.js'
import { Ago, Duration, Empty, Panel, Problem } from '../../parts/basics.js'
import { clockTime, fullTime, plural } from '../../parts/format.js'
import { Json } from '../../parts/json/json.js'
import { useKey } from '../../parts/keys.js'
import { gridOf } from '../../parts/list.js'
import { navigate, to } from '../../parts/router.js'
import { FailureView } from '../../parts/charts/span-detail.js'
import { RunActions, type Act } from './run-actions.js'
import { Steps, Until } from './run-steps.js'

export function RunView({ name }: { readonly name: RunName }): JSX.Element {
  const scope = scopeOf(name)
  const { value, error, reload } = useQuery(`run ${scope}`, () => readDetail(name), useChanges('state', { scope }))
  const problem = useSignal<string | undefined>(undefined)
  const close = useCallback(() => navigate('/runs' + location.search), [])
  useKey('Escape', close)
  const act: Act = (work) => {
    problem.value = undefined
    work
      .catch((failed: unknown) => (problem.value = failed instanceof Error ? failed.message : String(failed)))
      .finally(reload)
  }
  return (
    <article class="detail" aria-label="Run">
      <div class="row spread">
        <h2 class="mono wrap">{name.run}</h2>
        <button class="plain" onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      {error !== undefined && <Problem error={error} />}
      {problem.value !== undefined && <Problem error={problem.value} />}
      {value === undefined ? error === undefined && <NoRun /> : <Detail detail={value} act={act} />}
    </article>
  )
}

function NoRun(): JSX.Element {
  return (
    <Empty title="There is no such run">
      <p>It was not started, it is still being read, or it ended and its retention is over.</p>
    </Empty>
  )
}

function Detail({ detail, act }: { readonly detail: RunDetail; readonly act: Act }): JSX.Element {
  const { status, signals } = detail
  const { error, undoErrors = [] } = status
  return (
    <>
      <RunActions detail={detail} act={act} />
      <Facts detail={detail} />
      {error !== undefined && <Failed error={error} />}
      {undoErrors.length > 0 && (
        <Panel title={`${plural(undoErrors.length, 'undo')} failed`}>
          {undoErrors.map((each, index) => (
            <div class="inside" key={index}>
              <Failed error={each} />
            </div>
          ))}
        </Panel>
      )}
      <Steps detail={detail} act={act} />
      {signals.length > 0 && <Signals signals={signals} />}
      <Panel title="Input">
        <div class="inside">
          <Json value={status.input ?? null} label="Input" />
        </div>
      </Panel>
      {status.state === 'completed' && (
        <Panel title="Output">
          <div class="inside">
            <Json value={status.result ?? null} label="Output" />
          </div>
        </Panel>
      )}
    </>
  )
}

function Failed({ error: { code, message, stacktrace: stack } }: { readonly error: ErrorBody }): JSX.Element {
  return <FailureView failure={{ type: code, message, stack }} />
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function Facts({ detail: { status, run } }: { readonly detail: RunDetail }): JSX.Element {
  const { workflow, state, startedAt, endedAt, version, generation, waitingFor, traceId } = status
  return (
    <dl class="facts">
      <Fact name="State">
        {state}
        {status.isCancelRequested && endedAt === undefined && ', to be cancelled'}
        {waitingFor.map(({ kind, name, due }) => (
          <div key={name}>
            {kind} <span class="mono">{name}</span> <Until due={due} />
          </div>
        ))}
      </Fact>
      <Fact name="Workflow">
        <a class="mono" href={`/runs?workflow=${encodeURIComponent(workflow)}`}>
          {workflow}
        </a>{' '}
        version {version}
        {generation > 0 && `, generation ${String(generation)}`}
      </Fact>
      <Fact name="Started">
        <span title={fullTime(startedAt)}>{clockTime(startedAt)}</span>, <Ago ms={startedAt} />
        {endedAt !== undefined && (
          <>
            , took <Duration ms={endedAt - startedAt} />
          </>
        )}
      </Fact>
      <Fact name="Owner">
        {status.worker === undefined ? 'no worker' : <span class="mono">{status.worker}</span>}, epoch {run.epoch}
        {status.worker !== undefined && (
          <>
            , lease <Until due={run.until} />
          </>
        )}
      </Fact>
      <Fact name="Trace">
        <a class="mono" href={to('traces', traceId)}>
          {traceId.slice(0, 8)}
        </a>
        {generation > 0 && ' of this generation'}
      </Fact>
    </dl>
  )
}

function Signals({ signals }: { readonly signals: readonly ReceivedSignal[] }): JSX.Element {
  return (
    <Panel title={plural(signals.length, 'signal')}>
      {signals.map((signal) => (
        <SignalLine key={signal.token} signal={signal} />
      ))}
    </Panel>
  )
}

function SignalLine({ signal: { key, at, data, isConsumed } }: { readonly signal: ReceivedSignal }): JSX.Element {
  const isOpen = useSignal(false)
  return (
    <div>
      <button
        class="line unfold"
        style={gridOf('12px minmax(0,1fr) 80px 96px')}
        aria-expanded={isOpen.value}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        <span aria-hidden="true">{isOpen.value ? '▾' : '▸'}</span>
        <span class="cut mono">{key.replace(/^signal\//, '')}</span>
        <span class="dim">{isConsumed ? 'consumed' : 'kept'}</span>
        <span class="num dim">
          <Ago ms={at} />
        </span>
      </button>
      {isOpen.value && (
        <div class="inside stack">
          <Json value={data ?? null} label="Signal data" />
        </div>
      )}
    </div>
  )
}
