/**
 * The events of the engine as one typed stream. The command line prints them, and a log is another listener; the engine
 * itself never prints. Events contain ids, names and errors, but no payload of a call.
 */
import type { ErrorBody } from '../errors.js'
import { toErrorBody } from '../wire/protocol/error-body.js'
import { Emitter, type Unsubscribe } from '../std/async/emitter.js'
import type { Log } from '../std/log.js'
import type { Clock } from '../std/time/clock.js'

/** Severity of an event. */
export type EventLevel = keyof Log

/** A failed function, and the id it was called by. */
export interface FunctionFailure {
  /** The function that failed. */
  readonly functionId: string
  /** The error, as it travels on the wire. */
  readonly error: ErrorBody
  /** The W3C trace parent of its call, if the call belongs to a trace. */
  readonly traceparent?: string | undefined
}

/** A trigger in an event. */
export interface NamedTrigger {
  /** The id of the trigger. */
  readonly triggerId: string
  /** The type of the trigger. */
  readonly triggerType: string
  /** The function that the trigger runs. */
  readonly functionId: string
}

/** One failed attempt of the queue. `maxAttempts` includes the first one. */
export interface FailedAttempt extends FunctionFailure {
  /** Whether a queue or a topic held the job. */
  readonly source: 'queue' | 'topic'
  /** Name of the queue or topic. */
  readonly name: string
  /** The id of the job. */
  readonly jobId: string
  /** The attempt that failed, from 1. */
  readonly attempt: number
  /** Attempts in all, the first one included. */
  readonly maxAttempts: number
}

/**
 * Something that happened inside the engine, told apart by `kind`. Carries ids, names and errors, never a call's
 * payload.
 */
export type EngineEvent =
  /** The handler of a worker failed, or the function that a worker called could not be reached. */
  | (FunctionFailure & {
      readonly kind: 'invocation_failed'
      readonly invocationId: string
      /** The worker that served the call; `undefined` if none could be reached. */
      readonly worker: string | undefined
      /** Whether no caller receives the error. */
      readonly isVoid: boolean
    })
  /** The function of a trigger or its condition failed, and no caller receives the error. */
  | (NamedTrigger & FunctionFailure & { readonly kind: 'trigger_failed' })
  | (FailedAttempt & { readonly kind: 'attempt_failed'; readonly retryInMs: number })
  /** A job used up its attempts and became a dead letter. */
  | (FailedAttempt & { readonly kind: 'job_dead' })
  | (FunctionFailure & { readonly kind: 'enqueue_refused'; readonly queue: string })
  | (FunctionFailure & {
      readonly kind: 'request_failed'
      readonly method: string
      readonly path: string
      /** The id in the body of the response. */
      readonly errorId: string
    })
  /** An HTTP request was answered. */
  | {
      readonly kind: 'request_served'
      readonly method: string
      /** The path of the request, without its query. */
      readonly path: string
      /** The function of the route; `undefined` if no route matched. */
      readonly functionId: string | undefined
      readonly status: number
      /** Time to the head of the response. */
      readonly durationMs: number
      readonly traceparent: string | undefined
    }
  /** A job succeeded. */
  | {
      readonly kind: 'job_done'
      readonly source: 'queue' | 'topic'
      readonly name: string
      readonly functionId: string
      readonly jobId: string
      /** The attempt that succeeded, from 1. */
      readonly attempt: number
      readonly durationMs: number
      readonly traceparent: string | undefined
    }
  /** A trigger waits because its type has no provider. `builtin` is the part of the engine that would provide it. */
  | (NamedTrigger & { readonly kind: 'trigger_waiting'; readonly builtin: string | undefined })
  | (NamedTrigger & { readonly kind: 'trigger_refused'; readonly error: ErrorBody })
  | {
      readonly kind: 'registration_refused'
      /** The type of the frame, such as `registerfunction`; `worker` for the name of a worker. */
      readonly type: string
      readonly id: string
      readonly reason: string
      readonly namespace: string
      readonly workerId: string
      readonly worker: string
      /** The worker that owns the name, if that is the reason. */
      readonly ownerWorkerId: string | undefined
    }
  /** A log record from a worker. */
  | {
      readonly kind: 'worker_log'
      readonly level: EventLevel
      readonly message: string
      readonly service: string
      readonly traceId: string | undefined
      readonly attributes: Readonly<Record<string, unknown>>
    }
  /** Any other log line of the engine: a fixed sentence and its fields. */
  | { readonly kind: 'log'; readonly level: EventLevel; readonly message: string; readonly fields: object }

/** Receives the events of one engine. */
export type Emit = (event: EngineEvent) => void

/** An event as a log line: fields first, then one fixed sentence. */
export interface LogLine {
  readonly level: EventLevel
  readonly fields: object
  readonly message: string
}

type WriteLine = Log['warn']

/** The event stream of one engine. Calls between workers emit an event only when they fail. */
export class EngineEvents {
  readonly #emitter = new Emitter<EngineEvent>((error) => {
    process.emitWarning(`A listener of engine events failed: ${toErrorBody(error).message}`)
  })
  /** The log of the engine, whose records are events as well. Of warnings and errors, repeated lines are left out. */
  readonly log: Log

  constructor(clock: Clock) {
    const repeats = new RepeatedLines(clock, this.#line('warn'))
    const limited = (write: WriteLine): WriteLine => {
      return (fields, message) => {
        if (repeats.admits(message)) write(fields, message)
      }
    }
    this.log = {
      debug: this.#line('debug'),
      info: this.#line('info'),
      warn: limited(this.#line('warn')),
      error: limited(this.#line('error')),
    }
  }

  readonly emit: Emit = (event) => {
    this.#emitter.emit(event)
  }

  on(listener: Emit): Unsubscribe {
    return this.#emitter.on(listener)
  }

  #line(level: EventLevel): WriteLine {
    return (fields, message) => {
      this.emit({ kind: 'log', level, message, fields })
    }
  }
}

/** Lines of one sentence that are logged within a period; further ones are counted. */
const MAX_SAME_LINES = 100
const PERIOD_MS = 10_000

/**
 * Limits how often a sentence is logged: what a client does wrong in each frame, and what is dropped under load, would
 * fill the disk with equal lines. Sentences are constants of the source, so there are few.
 */
class RepeatedLines {
  readonly #clock: Clock
  readonly #report: WriteLine
  readonly #periods = new Map<string, { endsMs: number; lines: number }>()

  constructor(clock: Clock, report: WriteLine) {
    this.#clock = clock
    this.#report = report
  }

  /** Counts a line. @returns whether it may be logged. */
  admits(message: string): boolean {
    const now = this.#clock.now()
    const period = this.#periods.get(message)
    if (period === undefined || now >= period.endsMs) {
      this.#periods.set(message, { endsMs: now + PERIOD_MS, lines: 1 })
      return true
    }
    period.lines += 1
    if (period.lines === MAX_SAME_LINES + 1)
      this.#clock.after(period.endsMs - now, () => this.#close(message, period.lines - MAX_SAME_LINES), 'background')
    return period.lines <= MAX_SAME_LINES
  }

  #close(line: string, omitted: number): void {
    this.#report({ line, omitted, periodMs: PERIOD_MS }, 'A line was logged so often that further ones were left out')
  }
}

/** A listener that writes events to a log. */
export function writeTo(log: Log): Emit {
  return (event) => {
    const { level, fields, message } = logLineOf(event)
    log[level](fields, message)
  }
}

export function logLineOf(event: EngineEvent): LogLine {
  if (event.kind === 'log') return event
  if (event.kind === 'worker_log') {
    const { level, message, service, traceId, attributes } = event
    return { level, message, fields: { service, attributes, traceId } }
  }
  const [level, message] = SENTENCES[event.kind]
  return { level, message, fields: event }
}

const SENTENCES: Readonly<Record<Exclude<EngineEvent['kind'], 'log' | 'worker_log'>, readonly [EventLevel, string]>> = {
  invocation_failed: ['error', 'An invocation failed'],
  trigger_failed: ['warn', 'A trigger handler or its condition failed'],
  attempt_failed: ['warn', 'An attempt at a job failed; it is retried'],
  job_dead: ['error', 'A job used up its attempts and is now a dead letter'],
  enqueue_refused: ['warn', 'A call could not be enqueued'],
  request_failed: ['warn', 'An HTTP request failed'],
  request_served: ['debug', 'An HTTP request was answered'],
  job_done: ['debug', 'A job succeeded'],
  trigger_waiting: ['warn', 'A trigger waits for a provider of its type'],
  trigger_refused: ['warn', 'A trigger was refused by its provider'],
  registration_refused: ['warn', 'A registration was refused'],
}
