/**
 * Spans and log lines of runs: a span for each activation of a run by a worker, one for each attempt of a step below it,
 * and events for what the run waits for. All in the trace of the run. Costs a comparison where telemetry is off.
 */
import type { Attributes } from '@opentelemetry/api'
import type { ErrorBody } from '../../errors.js'
import { isAnyTelemetryLive } from '../../sdk/telemetry/active-telemetry.js'
import { createOwnedLogger, type Logger } from '../../sdk/telemetry/logs/logger.js'
import type { Telemetry } from '../../sdk/telemetry/telemetry.js'
import { recordSpanEvent } from '../../sdk/telemetry/trace/context-helpers.js'
import { beginWork, runningTraceparent } from '../../sdk/telemetry/trace/work-spans.js'
import type { Operation } from './branch.js'
import type { FlowLog } from '../flow.js'
import { partsOf, type Replay } from '../records/journal.js'
import type { Run, RunName, Wait } from '../records/record.js'
import type { RunSessionParts } from './session-parts.js'
import { traceOf } from '../records/trace-context.js'

/** A run as its session has it. */
interface Observed {
  readonly parts: RunSessionParts
  readonly run: Run
}

/** What every span of a run is found by. */
function runAttributes({ workflow, run }: RunName): Attributes {
  return { 'iii.workflow.id': workflow, 'iii.workflow.run_id': run }
}

/** Works on a run in a span of its trace. */
export async function activation(
  { run, parts }: Observed,
  work: () => Promise<Run | undefined>,
): Promise<Run | undefined> {
  const span = beginWork(parts.observer?.telemetry(), () => {
    const { parent, link } = traceOf(run)
    const attributes = {
      ...runAttributes(run.start),
      'iii.workflow.version': run.version,
      'iii.workflow.generation': run.generation,
      'iii.workflow.epoch': run.epoch,
    }
    return { name: `run ${run.start.workflow}`, attributes, traceparent: parent, link }
  })
  if (span === undefined) return work()
  const left = await span.run(work)
  const error = left?.outcome?.error ?? left?.pause?.error
  span.end({ 'iii.workflow.outcome': outcomeOf(run, left) }, error && { error: thrown(error) })
  return left
}

function outcomeOf(run: Run, left: Run | undefined): string {
  if (left === undefined) return 'lost'
  if (left.generation !== run.generation) return 'continued'
  if (left.outcome !== undefined) return left.outcome.status
  if (left.pause !== undefined) return left.pause.by === 'held' ? 'held' : 'paused'
  return left.parked?.waits.length === 0 ? 'released' : 'waiting'
}

/** How an attempt ended. */
type Attempted = { readonly error: ErrorBody } | { readonly sized: unknown }

/** Runs one attempt of a step in a span. `work` never rejects. */
export async function attemptSpan<T extends Attempted>(
  { parts, run }: Observed,
  { operation, number }: { readonly operation: Operation; readonly number: number },
  work: () => Promise<T>,
): Promise<T> {
  const span = beginWork(parts.observer?.telemetry(), () => {
    const { kind, name } = partsOf(operation.key)
    const attributes = {
      ...runAttributes(run.start),
      'iii.workflow.step': operation.name,
      'iii.workflow.attempt': number,
    }
    return { name: `${kind} ${name}`, attributes }
  })
  if (span === undefined) return work()
  const attempted = await span.run(work)
  span.end({}, 'error' in attempted ? { error: thrown(attempted.error) } : undefined)
  return attempted
}

/** A journaled error as spans record it. */
function thrown({ code, message, stacktrace }: ErrorBody): object {
  return { code, message, stack: stacktrace }
}

/** Notes on the running span that a run begins to wait. */
export function noteWait({ kind, name, due }: Wait): void {
  if (!isAnyTelemetryLive()) return
  recordSpanEvent('iii.workflow.wait', {
    'iii.workflow.wait.kind': kind,
    'iii.workflow.wait.name': name,
    ...(due === undefined ? {} : { 'iii.workflow.wait.due': new Date(due).toISOString() }),
  })
}

/** Starts a run in a span, which becomes the parent of all that the run does. */
export async function startSpan(
  telemetry: Telemetry | undefined,
  name: RunName,
  start: (trace: { readonly traceparent?: string }) => Promise<unknown>,
): Promise<void> {
  const span = beginWork(telemetry, () => ({ name: `start ${name.workflow}`, attributes: runAttributes(name) }))
  try {
    await start(joinedTrace(span?.traceparent))
    span?.end()
  } catch (error) {
    span?.end({}, { error })
    throw error
  }
}

/** The member of a start that joins the run to the running trace. */
export function joinedTrace(traceparent = runningTraceparent()): { readonly traceparent?: string } {
  return traceparent === undefined ? {} : { traceparent }
}

/** The logger of one attempt of a step. */
export function stepLogger(observed: Observed, { name }: Operation, attempt: number): Logger {
  return loggerOf(observed).child({ step: name, attempt })
}

/** The logger of a flow: silent while the flow is replayed, so that each line is written about once. */
export function flowLog(observed: Observed & { readonly replay: Pick<Replay, 'isBehind'> }): FlowLog {
  const writer =
    (level: keyof FlowLog) =>
    (message: string, data?: unknown): void => {
      if (observed.parts.isReplayOnly !== true && !observed.replay.isBehind) loggerOf(observed)[level](message, data)
    }
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') }
}

function loggerOf({ parts, run }: Observed): Logger {
  const { workflow, run: id } = run.start
  const logger = parts.observer?.logger(workflow) ?? createOwnedLogger(undefined, workflow)
  return logger.child({ workflow, run: id })
}
