/**
 * Diagnostic events, as data and as one line for the console. Does not know where they are sent.
 */
import { stalledText, type StalledChannel } from '../../channel/ports.js'
import type { IIIConnectionState } from '../../connection/state.js'
import type { IIIError, ValidationError } from '../../../errors.js'
import { DEFAULT_NAMESPACE } from '../../../wire/protocol/names.js'
import { assertNever } from '../../../std/assert-never.js'
import { messageOf } from '../../../std/text/describe.js'
import { describeUnknownOption, type UnknownOption } from '../../../std/text/unknown-options.js'

/** Event: a payload or result is invalid against the schema of its function. */
export interface InvalidValue {
  /** The schema's issues with the value. */
  readonly error: ValidationError
  /** The id of the call on the wire. */
  readonly invocationId: string
  /** The worker that called; `undefined` for calls the engine makes. */
  readonly callerWorkerId: string | undefined
}

/** Event: a handler runs longer than `warnAfterMs`. */
export interface SlowHandler {
  /** The function whose handler runs. */
  readonly functionId: string
  /** The id of the call on the wire. */
  readonly invocationId: string
  /** Milliseconds since it was started; of `handler_slow` at least this many. */
  readonly runningMs: number
}

/** A diagnostic event of a worker. */
export type DiagnosticEvent =
  | { readonly kind: 'state'; readonly state: IIIConnectionState }
  | { readonly kind: 'connection_ended'; readonly error: IIIError; readonly retryInMs: number | undefined }
  | { readonly kind: 'session_refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'registration_rejected'; readonly error: IIIError }
  /** Another worker, or a lost link of this one, holds a name that is waited for. Reported once for each name or attempt. */
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
  /** Another trigger was registered for the route of this one, and now gets its requests. */
  | {
      readonly kind: 'trigger_replaced'
      readonly triggerId: string
      readonly triggerType: string
      readonly functionId: string
      /** Names the route and what serves it now. */
      readonly message: string
    }
  /** A `cron` trigger gives weekdays as numbers, which begin with 1 = Sunday. Reported once for each worker. */
  | { readonly kind: 'cron_weekday_number'; readonly functionId: string; readonly expression: string }
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
  /** A Node stream of a channel failed while nothing listened to it. */
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
  /** The probes of the `health` option could not be served; the worker works on. */
  | { readonly kind: 'probes_failed'; readonly error: unknown }
  /** A call of `callLater` failed when it was due, and is not made again. */
  | { readonly kind: 'later_call_failed'; readonly functionId: string; readonly key: string; readonly error: unknown }
  /** An option that nothing reads, with the known name that was probably meant. */
  | ({ readonly kind: 'unknown_option' } & UnknownOption)
  /** The engine asks workers of the default namespace only for streams they keep. */
  | { readonly kind: 'stream_out_of_reach'; readonly streamName: string; readonly namespace: string }

const RESPONSE_SHAPE = 'Return { status_code, headers, body }, or write through http()'

/** Kinds that are no warning of one line. */
type Other =
  | 'state'
  | 'late_result'
  | 'conflict_over'
  | 'input_invalid'
  | 'http_error_hidden'
  | 'connection_ended'
  | 'session_refused'
  | 'trigger_registration_failed'
  | 'frame_failed'
  | 'callback_failed'
  | 'telemetry_failed'

export function warningText(event: Exclude<DiagnosticEvent, { kind: Other }>): string {
  switch (event.kind) {
    case 'frame_dropped':
      return `A message was dropped: ${event.reason}`
    case 'unreadable_frame':
      return `A frame from the engine was ignored: ${event.code}: ${event.detail}`
    case 'conflict_waiting':
      return `${event.error.message}; it is taken over once it is free`
    case 'channel_stalled':
      return stalledText(event)
    case 'probes_failed':
      return `Probes are not served: ${messageOf(event.error)}`
    case 'later_call_failed':
      return `The later call to '${event.functionId}' (key '${event.key}') failed: ${messageOf(event.error)}`
    case 'channel_failed':
      return `A channel was cut while nothing listened: ${messageOf(event.error)}`
    case 'http_answer_ignored':
      return `Function '${event.functionId}' answered an HTTP request with ${event.problem}. ${RESPONSE_SHAPE}`
    case 'trigger_replaced':
      return `Trigger ${event.triggerId} for '${event.functionId}' gets no more requests: ${event.message}`
    case 'cron_weekday_number':
      return `Weekday 1 is Sunday on this engine: check '${event.expression}' of '${event.functionId}', and write names such as MON-FRI`
    case 'unknown_option':
      return describeUnknownOption(event)
    case 'stream_out_of_reach':
      return outOfReachText(event)
    case 'handler_slow':
      return `Function '${event.functionId}' has been running for ${seconds(event)} s (invocation ${event.invocationId}); its cron schedule or queue may wait for it`
    case 'handler_abandoned':
      return `Function '${event.functionId}' was abandoned after ${seconds(event)} s (invocation ${event.invocationId}); it may still be running`
    case 'registration_rejected':
    case 'output_invalid':
      return event.error.message
    default:
      return assertNever(event)
  }
}

function seconds({ runningMs }: SlowHandler): string {
  return String(runningMs / 1_000)
}

export function refusedText(
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
