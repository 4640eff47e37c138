/**
 * Formats an engine event for a terminal: one line that says what happened and, where available, the stack of the
 * failed handler and a hint.
 */
import { parseTraceparent } from '../../engine/calls/trace-headers.js'
import { logLineOf, type EngineEvent, type EventLevel } from '../../engine/engine-events.js'
import { ErrorCode, type ErrorBody } from '../../errors.js'
import { assertNever } from '../../std/assert-never.js'
import { oneLine } from '../../std/text/one-line.js'
import { withoutCredentials } from '../../std/text/without-credentials.js'
import { clockTime, duration, painter, readable, SHORT_ID, type Style } from './text.js'

const LEVEL_STYLES: Readonly<Record<EventLevel, Style>> = {
  debug: 'gray',
  info: 'green',
  warn: 'yellow',
  error: 'red',
}

/** Maximum stack frames that are printed. */
const MAX_FRAMES = 12

/** The level that is printed. Successful jobs and requests are printed as information, not as debug output. */
function levelOf(event: EngineEvent): EventLevel {
  if (event.kind === 'job_done') return 'info'
  if (event.kind === 'request_served') return event.status < SERVER_ERROR ? 'info' : 'error'
  return logLineOf(event).level
}

/** The lowest status of a server error. */
const SERVER_ERROR = 500

/** The parts of a printed event. */
interface Text {
  readonly headline: string
  /** Details on the same line, less prominent. */
  readonly facts?: object | undefined
  /** Further lines: frames of a stack. */
  readonly frames?: readonly string[]
  readonly remedy?: string | undefined
}

export function eventText(event: EngineEvent, at: Date, isColoured: boolean): string {
  const paint = painter({ isColoured })
  const level = levelOf(event)
  const { headline, facts, frames = [], remedy } = textOf(event)
  const shown = [facts === undefined ? '' : factsText(facts), traceText(event)].filter((text) => text !== '').join(' ')
  const lines = [
    `${paint('gray', clockTime(at))} ${paint(LEVEL_STYLES[level], level.toUpperCase().padEnd(5))} ` +
      `${oneLine(withoutCredentials(headline))}${shown === '' ? '' : ` ${paint('gray', oneLine(shown))}`}`,
    ...frames.map((frame) => paint('gray', `    ${oneLine(frame)}`)),
  ]
  if (remedy !== undefined) lines.push(`    ${paint('cyan', oneLine(remedy))}`)
  return lines.join('\n')
}

function traceText(event: EngineEvent): string {
  const traceId = 'traceparent' in event ? parseTraceparent(event.traceparent)?.traceId : undefined
  return traceId === undefined ? '' : `trace ${traceId.slice(0, SHORT_ID)}`
}

function factsText(facts: object): string {
  const text = JSON.stringify(facts, readable)
  return text === '{}' ? '' : withoutCredentials(text)
}

function textOf(event: EngineEvent): Text {
  switch (event.kind) {
    case 'invocation_failed':
      return invocationText(event)
    case 'trigger_failed':
      return {
        headline: `The ${event.triggerType} trigger of \`${event.functionId}\` failed: ${reasonOf(event.error)}`,
      }
    case 'attempt_failed':
      return { headline: `${attemptText(event)}; the next attempt is in ${(event.retryInMs / 1_000).toFixed(1)} s` }
    case 'job_dead':
      return deadJobText(event)
    case 'enqueue_refused':
      return enqueueText(event)
    case 'request_failed':
    case 'request_served':
      return requestText(event)
    case 'job_done':
      return jobText(event)
    case 'trigger_waiting':
      return waitingText(event)
    case 'trigger_refused': {
      const { triggerType, functionId, error } = event
      return { headline: `The ${triggerType} trigger of \`${functionId}\` was refused: ${reasonOf(error)}` }
    }
    case 'registration_refused':
      return refusalText(event)
    case 'worker_log':
      return workerLogText(event)
    case 'log':
      return logText(event)
    default:
      return assertNever(event)
  }
}

type Of<Kind extends EngineEvent['kind']> = Extract<EngineEvent, { readonly kind: Kind }>

const OWNED_REMEDY = "Choose another, stop that worker, or set `onConflict: 'wait'` to take it over once it is free"

const NOUNS: Readonly<Record<string, string>> = {
  registerfunction: 'function',
  registertrigger: 'trigger',
  registertriggertype: 'trigger type',
  worker: 'worker name',
}

function invocationText({ functionId, worker, error, isVoid }: Of<'invocation_failed'>): Text {
  const at = worker === undefined ? '' : ` at worker ${worker}`
  const unnoticed = isVoid ? ' (called without waiting for the result: no caller receives this error)' : ''
  return {
    headline: `\`${functionId}\` failed${at}: ${reasonOf(error)}${unnoticed}`,
    frames: framesOf(error.stacktrace),
  }
}

function refusalText({ type, id, worker, reason, ownerWorkerId }: Of<'registration_refused'>): Text {
  const headline = `The ${NOUNS[type] ?? type} \`${id}\` of worker ${worker} was refused: ${reason}`
  return ownerWorkerId === undefined ? { headline } : { headline, remedy: OWNED_REMEDY }
}

function jobText({ source, name, functionId, durationMs, attempt }: Of<'job_done'>): Text {
  const again = attempt === 1 ? '' : ` at attempt ${String(attempt)}`
  return { headline: `${source} ${name} → ${functionId} done in ${duration(durationMs)}${again}` }
}

function requestText(event: Of<'request_failed' | 'request_served'>): Text {
  const { method, path, functionId } = event
  if (event.kind === 'request_failed') {
    const { errorId, error } = event
    return {
      headline: `${method} ${path} (\`${functionId ?? ''}\`) answered 500, error id ${errorId}: ${reasonOf(error)}`,
    }
  }
  const { status, durationMs } = event
  if (functionId === undefined) return { headline: `${method} ${path} ${String(status)} (no route)` }
  return { headline: `${method} ${path} ${String(status)} in ${duration(durationMs)} → ${functionId}` }
}

function attemptText(event: Of<'attempt_failed' | 'job_dead'>): string {
  const { source, name, functionId, attempt, maxAttempts, error } = event
  const count = `attempt ${String(attempt)} of ${String(maxAttempts)}`
  return `${source === 'queue' ? 'Queue' : 'Topic'} \`${name}\`: ${count} of \`${functionId}\` failed: ${reasonOf(error)}`
}

function deadJobText(event: Of<'job_dead'>): Text {
  const headline = `${attemptText(event)}; the job is now a dead letter`
  // A line meant to be pasted into a shell contains no quotes from names or payloads.
  if (!/^[\w:.-]+$/.test(event.name)) return { headline }
  const { name } = event
  return { headline, remedy: `iii-node queues ${name} --dead shows it; iii-node queues ${name} redrive runs it again` }
}

function enqueueText({ queue, functionId, error }: Of<'enqueue_refused'>): Text {
  const headline = `\`${functionId}\` was not enqueued in queue \`${queue}\`: ${reasonOf(error)}`
  if (error.code !== ErrorCode.queue_not_found) return { headline }
  const example = `queue_configs: { ${JSON.stringify(queue)}: { type: standard } }`
  const remedy = `Declare the queue in the configuration file (--config), in the \`config\` of \`iii-queue\`: ${example}`
  return { headline, remedy }
}

function waitingText({ functionId, triggerType, builtin }: Of<'trigger_waiting'>): Text {
  const headline = `\`${functionId}\` is not triggered yet: no worker provides the trigger type \`${triggerType}\``
  if (builtin === undefined) return { headline: `${headline}; the trigger waits for one` }
  return {
    headline,
    remedy: `\`${builtin}\` provides it. Add it to \`workers\` in the configuration file: - name: ${builtin}`,
  }
}

/** An error among the fields is shown as that of a handler is; `source` has lines of code. */
function logText({ message, fields }: Of<'log'>): Text {
  const { error, source, ...facts } = fields as { readonly error?: unknown; readonly source?: readonly string[] }
  if (Array.isArray(source)) return { headline: message, facts, frames: source }
  if (!(error instanceof Error)) return { headline: message, facts: fields }
  return { headline: `${message}: ${error.message}`, facts, frames: framesOf(error.stack) }
}

function workerLogText({ message, service, attributes }: Of<'worker_log'>): Text {
  const { 'log.data': data, 'service.name': label, trace_id: _, span_id: __, ...others } = attributes
  const name = typeof label === 'string' ? label : service
  const facts = data === undefined ? others : { data, ...others }
  return { headline: `[${name}] ${message}`, facts }
}

/** Code and message. The code of an ordinary exception is left out, as it adds nothing. */
function reasonOf({ code, message }: ErrorBody): string {
  return code === ErrorCode.invocation_failed ? message : `${code}: ${message}`
}

/** The frames of a stack up to the last one outside libraries, without the message above them. */
function framesOf(stacktrace = ''): string[] {
  const frames = stacktrace.split('\n').flatMap((line) => (/^\s+at /.test(line) ? [line.trim()] : []))
  const own = frames.findLastIndex((frame) => !LIBRARY_FRAME.test(frame))
  const shown = own < 0 ? frames : frames.slice(0, own + 1)
  const more = shown.length - MAX_FRAMES
  return more > 0 ? [...shown.slice(0, MAX_FRAMES), `… ${String(more)} more`] : shown
}

const LIBRARY_FRAME = /node:|[\\/]node_modules[\\/]/
