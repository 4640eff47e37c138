/**
 * What a client has to say about itself beside results and errors: one event per incident, to the console, to a
 * function, or to nobody. The only place of the library that writes to the console.
 */
import { stalledText, type StalledChannel } from '../channel/ports.js'
import type { UnknownOption } from './unknown-options.js'
import type { IIIConnectionState } from '../connection/state.js'
import type { IIIError, ValidationError } from '../errors.js'
import { DEFAULT_NAMESPACE } from '../protocol/names.js'
import { assertNever } from '../std/assert-never.js'
import { messageOf } from '../std/describe.js'
import { hearRejection } from '../std/hear-rejection.js'
import { oneLine } from '../std/one-line.js'

/** A value that a function took or gave and that does not fit its schema. */
export interface InvalidValue {
  readonly error: ValidationError
  readonly invocationId: string
  readonly callerWorkerId: string | undefined
}

/** A handler that takes long. */
export interface SlowHandler {
  readonly functionId: string
  readonly invocationId: string
  /** Milliseconds since it was started; of `handler_slow` at least this many. */
  readonly runningMs: number
}

/** Something a client reports. */
export type DiagnosticEvent =
  | { readonly kind: 'state'; readonly state: IIIConnectionState }
  | { readonly kind: 'connection_ended'; readonly error: IIIError; readonly retryInMs: number | undefined }
  | { readonly kind: 'session_refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'registration_rejected'; readonly error: IIIError }
  /** Another worker, or a lost link of this one, holds a name that is waited for. Told once for each name or attempt. */
  | { readonly kind: 'conflict_waiting'; readonly error: IIIError }
  /** A name that was waited for is this worker's now. */
  | { readonly kind: 'conflict_over'; readonly functionId?: string; readonly workerName?: string }
  | {
      readonly kind: 'trigger_registration_failed'
      readonly triggerId: string
      readonly triggerType: string
      readonly functionId: string
      readonly code: string
      readonly message: string
    }
  | { readonly kind: 'frame_dropped'; readonly reason: string }
  | { readonly kind: 'unreadable_frame'; readonly code: string; readonly detail: string }
  /** Handling a frame from the engine failed. The link stays, and a call is answered with an error. */
  | { readonly kind: 'frame_failed'; readonly error: unknown }
  | { readonly kind: 'late_result'; readonly invocationId: string; readonly functionId: string }
  | { readonly kind: 'callback_failed'; readonly error: unknown }
  /** A payload did not fit its schema. Its caller has the message; the issues are here. */
  | ({ readonly kind: 'input_invalid' } & InvalidValue)
  /** A result did not fit its schema. */
  | ({ readonly kind: 'output_invalid' } & InvalidValue)
  | { readonly kind: 'telemetry_failed'; readonly error: unknown }
  /** A Node stream of a channel failed while nobody listened to it. */
  | { readonly kind: 'channel_failed'; readonly error: unknown }
  /**
   * A reader of a channel has waited for 5 s for items of one kind, behind items of the other kind (`unread`) that nothing
   * reads. Reported once for each pause of the channel.
   */
  | ({ readonly kind: 'channel_stalled' } & StalledChannel)
  /** A handler has run longer than `warnAfterMs`. Reported once for each invocation. */
  | ({ readonly kind: 'handler_slow' } & SlowHandler)
  /** A handler ran past its function's `abandonAfterMs`; its caller received `HANDLER_TIMEOUT`. */
  | ({ readonly kind: 'handler_abandoned' } & SlowHandler)
  /**
   * A handler answered an HTTP request with something that engines do not read as a response; `problem` says what it was
   * and what the client got. Reported once for each function and problem.
   */
  | { readonly kind: 'http_answer_ignored'; readonly functionId: string; readonly problem: string }
  /** A handler of an HTTP request failed on a worker with `exposeErrors: false`; the client got `errorId` alone. */
  | {
      readonly kind: 'http_error_hidden'
      readonly functionId: string
      readonly errorId: string
      readonly error: unknown
    }
  /** An option that nothing reads, with the known name that was probably meant. */
  | ({ readonly kind: 'unknown_option' } & UnknownOption)
  /** The engine asks workers of the default namespace only for streams they keep. */
  | { readonly kind: 'stream_out_of_reach'; readonly streamName: string; readonly namespace: string }

/**
 * Where events go: warnings and errors to the console, nowhere, or all of them to a function. The console gets the
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
      hearRejection(tell(event), failed)
    } catch (error) {
      failed(error)
    }
  }
}

/** What `iii-node dev` shows of its engine's events. */
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

/* eslint-disable no-console -- the documented default of `diagnostics` */
function toConsole(event: DiagnosticEvent, count = 1): void {
  switch (event.kind) {
    case 'state':
    case 'late_result':
    case 'conflict_over':
    case 'input_invalid': // The caller's mistake, and the caller is told.
    case 'http_error_hidden': // Logged by the handler's logger.
      return
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
    case 'channel_failed':
    case 'channel_stalled':
    case 'http_answer_ignored':
    case 'unknown_option':
    case 'stream_out_of_reach':
      warn(`${warningText(event)}${countText(count)}`)
      return
    case 'frame_failed':
    case 'callback_failed':
      console.error(`[iii] ${FAILURES[event.kind]}${FREQUENT.has(event.kind) ? countText(count) : ''}`, event.error)
      return
    case 'telemetry_failed':
      console.warn('[iii] Telemetry could not be started; the worker runs without it', event.error)
      return
    default:
      assertNever(event)
  }
}

const RESPONSE_SHAPE = 'Return { status_code, headers, body }, or write through http()'

/** Most of these texts hold words of the engine or of other workers, so they may not begin lines of their own. */
function warn(text: string): void {
  console.warn(`[iii] ${oneLine(text)}`)
}

function complain(text: string): void {
  console.error(`[iii] ${oneLine(text)}`)
}
/* eslint-enable no-console */

function warningText(
  event: Extract<
    DiagnosticEvent,
    {
      kind:
        | 'frame_dropped'
        | 'unreadable_frame'
        | 'output_invalid'
        | 'registration_rejected'
        | 'conflict_waiting'
        | 'handler_slow'
        | 'handler_abandoned'
        | 'channel_failed'
        | 'channel_stalled'
        | 'http_answer_ignored'
        | 'unknown_option'
        | 'stream_out_of_reach'
    }
  >,
): string {
  if (event.kind === 'frame_dropped') return `A message was dropped: ${event.reason}`
  if (event.kind === 'unreadable_frame') return `A frame from the engine was ignored: ${event.code}: ${event.detail}`
  if (event.kind === 'conflict_waiting') return `${event.error.message}; it is taken over once it is free`
  if (event.kind === 'channel_stalled') return stalledText(event)
  if (event.kind === 'channel_failed') return `A channel was cut while nothing listened: ${messageOf(event.error)}`
  if (event.kind === 'http_answer_ignored') {
    return `Function '${event.functionId}' answered an HTTP request with ${event.problem}. ${RESPONSE_SHAPE}`
  }
  if (event.kind === 'unknown_option') return unknownOptionText(event)
  if (event.kind === 'stream_out_of_reach') return outOfReachText(event)
  if (event.kind === 'handler_slow') {
    return `Function '${event.functionId}' has been running for ${seconds(event)} s (invocation ${event.invocationId}); its cron schedule or queue may wait for it`
  }
  if (event.kind === 'handler_abandoned') {
    return `Function '${event.functionId}' was abandoned after ${seconds(event)} s (invocation ${event.invocationId}); it may still be running`
  }
  return event.error.message
}

function seconds({ runningMs }: SlowHandler): string {
  return String(runningMs / 1_000)
}

function unknownOptionText(event: Extract<DiagnosticEvent, { kind: 'unknown_option' }>): string {
  const { argument, option, nearest } = event
  return `Unknown option '${option}' in ${argument}${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`
}

function refusedText(
  event: Extract<DiagnosticEvent, { kind: 'session_refused' | 'trigger_registration_failed' }>,
): string {
  if (event.kind === 'session_refused') return `The engine refused the session: ${event.code}: ${event.message}`
  const { triggerId, triggerType, functionId, code, message } = event
  return `Trigger ${triggerId} of type '${triggerType}' for '${functionId}' was refused: ${code}: ${message}`
}

function outOfReachText({
  streamName,
  namespace,
}: {
  readonly streamName: string
  readonly namespace: string
}): string {
  const rule = `the engine looks for it in the namespace '${DEFAULT_NAMESPACE}', and this worker is in '${namespace}'`
  return `The stream '${streamName}' will not be asked for: ${rule}`
}

function countText(count: number): string {
  return count === 1 ? '' : ` (${String(count)} so far; the next line comes at ${String(count * 10)})`
}

function retryText(retryInMs: number | undefined): string {
  return retryInMs === undefined ? 'not retrying' : `retrying in ${String(Math.round(retryInMs))} ms`
}
