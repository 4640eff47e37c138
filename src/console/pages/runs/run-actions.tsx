/** What can be done with a run: pause, resume, cancel, retry, and send it a signal. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { cancelRun, pauseRun, resumeRun, retryRun } from '../../../workflow/records/requests.js'
import { sendSignal } from '../../../workflow/run/signals.js'
import { useCanChange } from '../../engine/engine.js'
import { requests, type RunDetail } from '../../engine/runs.js'
import { ConfirmButton, Panel } from '../../parts/basics.js'
import { parseText } from '../../parts/json/json.js'
import { JsonEditor } from '../../parts/json/json-editor.js'

/** Performs a request, shows its error, and reads the run again. */
export type Act = (work: Promise<unknown>) => void

interface ActionsProps {
  readonly detail: RunDetail
  readonly act: Act
}

export function RunActions({ detail, act }: ActionsProps): JSX.Element | null {
  const canChange = useCanChange()
  const isSignalling = useSignal(false)
  const { workflow, runId, state, endedAt } = detail.status
  const name = { workflow, run: runId }
  if (!canChange) return null
  if (endedAt !== undefined) return state === 'completed' ? null : <RetryButton {...{ detail, act }} />
  const isStopped = state === 'paused' || state === 'held'
  return (
    <>
      <div class="row flow">
        {isStopped ? (
          <button class="primary" onClick={() => act(resumeRun(requests, name))}>
            Resume
          </button>
        ) : (
          <button onClick={() => act(pauseRun(requests, name))}>Pause</button>
        )}
        <button aria-expanded={isSignalling.value} onClick={() => (isSignalling.value = !isSignalling.value)}>
          Send a signal
        </button>
        <ConfirmButton
          label="Cancel"
          question="Cancel the run and undo its steps"
          onConfirm={() => act(cancelRun(requests, name, 'from the console'))}
        />
      </div>
      {isSignalling.value && <SignalForm detail={detail} act={act} onSent={() => (isSignalling.value = false)} />}
    </>
  )
}

function RetryButton({ detail: { status }, act }: ActionsProps): JSX.Element {
  const again = (): void => act(retryRun(requests, { workflow: status.workflow, run: status.runId }))
  return (
    <div class="row flow">
      <ConfirmButton
        label="Retry"
        question="Run again from the first step that failed or was undone"
        onConfirm={again}
      />
    </div>
  )
}

/** The key of an operation that waits for a signal: its branches, the name of the signal, its key, its number. */
const AWAITED = /(?:^|\/)signal:(?<signal>[^/#]*)(?:\/(?<key>.*?))?(?:#\d+)?$/s

function awaitedBy({ steps }: RunDetail): { readonly signal: string; readonly key: string } {
  const waiting = steps.find(({ kind, state }) => kind === 'signal' && state === 'waiting')
  const { signal = '', key = '' } = AWAITED.exec(waiting?.key ?? '')?.groups ?? {}
  return { signal, key }
}

interface SignalProps extends ActionsProps {
  readonly onSent: () => void
}

function SignalForm({ detail, act, onSent }: SignalProps): JSX.Element {
  const awaited = awaitedBy(detail)
  const signal = useSignal(awaited.signal)
  const key = useSignal(awaited.key)
  const text = useSignal('{}')
  const { value, error } = parseText(text.value)
  const { workflow, runId } = detail.status
  const send = (): void => {
    const request = { signal: { name: signal.value }, data: value, key: key.value === '' ? undefined : key.value }
    act(sendSignal(requests, { workflow, run: runId }, request).then(onSent))
  }
  return (
    <Panel title="Send a signal">
      <div class="inside">
        <div class="row flow">
          <input
            aria-label="Name of the signal"
            placeholder="Name"
            value={signal.value}
            onInput={(event) => (signal.value = event.currentTarget.value)}
          />
          <input
            aria-label="Key of the signal"
            placeholder="Key, if it has one"
            value={key.value}
            onInput={(event) => (key.value = event.currentTarget.value)}
          />
        </div>
        <JsonEditor label="Data of the signal" text={text.value} onText={(next) => (text.value = next)} />
        <div class="row">
          <button class="primary" disabled={signal.value === '' || error !== undefined} onClick={send}>
            Send
          </button>
        </div>
      </div>
    </Panel>
  )
}
