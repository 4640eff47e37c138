/**
 * Reports diagnostic events, one per incident: to the console, to a
 * function, or dropped. The only place of the library that writes to the console.
 */
import { assertNever } from '../../../std/assert-never.js'
import { handleRejection } from '../../../std/async/deferred.js'
import { oneLine } from '../../../std/text/one-line.js'
import { refusedText, warningText, type DiagnosticEvent } from './diagnostic-event.js'

export type { DiagnosticEvent, InvalidValue, SlowHandler } from './diagnostic-event.js'

/**
 * Destination of diagnostic events: the console, none, or a function. The console gets the
 * 1st, 10th, 100th … of dropped messages, unreadable and failed frames, names waited for and results that do not fit
 * their schema.
 */
export type DiagnosticsOption = 'console' | 'silent' | ((event: DiagnosticEvent) => void)

export type Report = (event: DiagnosticEvent) => void

/** Where a client takes reports of functions that work on it. Global, so that copies of the package understand each other. */
export const REPORT = Symbol.for('iii-node.report')

/** Something that takes reports. */
export interface Reporting {
  readonly [REPORT]: Report
}

/**
 * A function that takes events and never throws.
 * @param isShownByEngine whether the engine prints refusals where the console is, so that the worker leaves them out.
 */
export function createReport(option: DiagnosticsOption, isShownByEngine = false): Report {
  if (option === 'silent') return () => undefined
  if (option === 'console') {
    const print = thinned(toConsole)
    return (event) => {
      if (!isShownByEngine || !SHOWN_BY_ENGINES.has(event.kind)) print(event)
    }
  }
  const failed = (error: unknown): void => {
    toConsole({ kind: 'callback_failed', error })
  }
  const tell: (event: DiagnosticEvent) => unknown = option
  return (event) => {
    try {
      handleRejection(tell(event), failed)
    } catch (error) {
      failed(error)
    }
  }
}

/** Events that `iii-node dev` prints for its engine. */
const SHOWN_BY_ENGINES: ReadonlySet<DiagnosticEvent['kind']> = new Set([
  'registration_rejected',
  'trigger_registration_failed',
])

/** Kinds that a peer, a long outage or a worker of many functions can cause by the thousand. */
const FREQUENT: ReadonlySet<DiagnosticEvent['kind']> = new Set([
  'frame_dropped',
  'unreadable_frame',
  'frame_failed',
  'output_invalid',
  'conflict_waiting',
  'handler_slow',
  'handler_abandoned',
])

/** Passes on the 1st, 10th, 100th … event of a frequent kind, so that a flood of them cannot become one of lines. */
function thinned(print: (event: DiagnosticEvent, count: number) => void): Report {
  const counts = new Map<DiagnosticEvent['kind'], number>()
  return (event) => {
    const count = (counts.get(event.kind) ?? 0) + 1
    counts.set(event.kind, count)
    if (!FREQUENT.has(event.kind) || Number.isInteger(Math.log10(count))) print(event, count)
  }
}

const FAILURES = {
  frame_failed: 'A frame from the engine could not be handled',
  callback_failed: 'A callback threw',
}

/** Kinds that the console does not print. The caller of `input_invalid` receives the error; a handler's logger has the hidden one. */
const QUIET = ['state', 'late_result', 'conflict_over', 'input_invalid', 'http_error_hidden'] as const

function isQuiet(event: DiagnosticEvent): event is Extract<DiagnosticEvent, { kind: (typeof QUIET)[number] }> {
  return QUIET.some((kind) => kind === event.kind)
}

/* eslint-disable no-console -- the documented default of `diagnostics` */
function toConsole(event: DiagnosticEvent, count = 1): void {
  if (isQuiet(event)) return
  switch (event.kind) {
    case 'connection_ended':
      warn(`${event.error.message}; ${retryText(event.retryInMs)}`)
      return
    case 'session_refused':
    case 'trigger_registration_failed':
      complain(refusedText(event))
      return
    case 'frame_dropped':
    case 'unreadable_frame':
    case 'output_invalid':
    case 'registration_rejected':
    case 'conflict_waiting':
    case 'handler_slow':
    case 'handler_abandoned':
    case 'probes_failed':
    case 'later_call_failed':
    case 'channel_failed':
    case 'channel_stalled':
    case 'http_answer_ignored':
    case 'trigger_replaced':
    case 'cron_weekday_number':
    case 'unknown_option':
    case 'stream_out_of_reach':
      warn(`${warningText(event)}${countText(event.kind, count)}`)
      return
    case 'frame_failed':
    case 'callback_failed':
    case 'telemetry_failed':
      printFailure(event, count)
      return
    default:
      assertNever(event)
  }
}

type FailureEvent = Extract<DiagnosticEvent, { kind: 'frame_failed' | 'callback_failed' | 'telemetry_failed' }>

function printFailure({ kind, error }: FailureEvent, count: number): void {
  if (kind === 'telemetry_failed') {
    console.warn('[iii] Telemetry could not be started; the worker runs without it', error)
    return
  }
  console.error(`[iii] ${FAILURES[kind]}${countText(kind, count)}`, error)
}

/** Most of these texts hold words of the engine or of other workers, so they may not begin lines of their own. */
function warn(text: string): void {
  console.warn(`[iii] ${oneLine(text)}`)
}

function complain(text: string): void {
  console.error(`[iii] ${oneLine(text)}`)
}
/* eslint-enable no-console */

/** Only frequent kinds leave lines out. */
function countText(kind: DiagnosticEvent['kind'], count: number): string {
  return count === 1 || !FREQUENT.has(kind)
    ? ''
    : ` (${String(count)} so far; the next line comes at ${String(count * 10)})`
}

function retryText(retryInMs: number | undefined): string {
  return retryInMs === undefined ? 'not retrying' : `retrying in ${String(Math.round(retryInMs))} ms`
}
