/**
 * All errors of this package: a stable `code` for each, one class per kind. A brand under a global symbol makes
 * `instanceof` work across copies of the package (ESM and CJS, or two versions in one process).
 */
import { ErrorCode } from './error-code.js'
import { brand } from './std/brand.js'
import { describe } from './std/text/describe.js'

export { ErrorCode }

/** The eight kinds of errors. */
export type IIIErrorKind =
  'NotConnected' | 'Timeout' | 'Runtime' | 'Remote' | 'Handler' | 'Serde' | 'WebSocket' | 'RegistrationRejected'

/** The error object on the wire. */
export type ErrorBody = { code: string; message: string; stacktrace?: string }

// Optional members are declared only, not defined, so that absent ones are not own properties.

/** Base class of all errors of this package; `kind` and `code` distinguish them. */
export abstract class IIIError extends Error {
  /** Kind of the error, one of eight. */
  abstract readonly kind: IIIErrorKind
  /** Stable machine-readable code, listed in `ErrorCode` if this package raised it. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}
brand(IIIError, 'IIIError')

/** Members of an `InvocationError`. */
export type InvocationErrorInit = { code: string; message: string; function_id?: string; stacktrace?: string }

/** A call that failed: the function or the engine returned an error, or the time limit of the caller expired. */
export class InvocationError extends IIIError {
  /** `Remote`, or `Timeout` when the caller's limit passed. */
  readonly kind: IIIErrorKind = 'Remote'
  /** The called function. */
  declare readonly function_id?: string
  /** The stack of the callee, if it sent one. */
  declare readonly stacktrace?: string
  /** The id of the call on the wire. */
  declare readonly invocationId?: string
  /** The message without the leading code. */
  readonly detail: string

  constructor(init: InvocationErrorInit & { invocationId?: string }, options?: ErrorOptions) {
    super(init.code, `${init.code}: ${init.message}`, options)
    this.name = 'InvocationError'
    this.detail = init.message
    if (init.function_id !== undefined) this.function_id = init.function_id
    if (init.stacktrace !== undefined) this.stacktrace = init.stacktrace
    if (init.invocationId !== undefined) this.invocationId = init.invocationId
  }
}
brand(InvocationError, 'InvocationError')

/** The callee or the engine answered with an error. Thrown from a handler, it reaches the caller with its code. */
export class RemoteError extends InvocationError {}
brand(RemoteError, 'RemoteError')

/** No answer within the time limit of the caller (`TIMEOUT`). The callee may still be running. */
export class TimeoutError extends InvocationError {
  /** Always `Timeout`. */
  override readonly kind = 'Timeout'
}
brand(TimeoutError, 'TimeoutError')

/** Details of a call that ended without an answer. */
export type Outcome = 'not_sent' | 'unknown'

/** There is no usable connection: it failed permanently, was lost, or is shut down, or the queue is full. */
export class NotConnectedError extends IIIError {
  /** Always `NotConnected`. */
  readonly kind = 'NotConnected'
  /**
   * `not_sent`: the call never left this process, or the engine denied the session and ignored it, so it is safe to
   * retry. `unknown`: it may have run.
   */
  readonly outcome: Outcome

  constructor(code: string, message: string, options: ErrorOptions & { outcome: Outcome }) {
    super(code, message, options)
    this.outcome = options.outcome
  }
}
brand(NotConnectedError, 'NotConnectedError')

/** The package was used incorrectly; nothing was sent. */
export class RuntimeError extends IIIError {
  /** Always `Runtime`. */
  readonly kind = 'Runtime'
}
brand(RuntimeError, 'RuntimeError')

/**
 * The error (`INVALID_ARGUMENT`) for an invalid argument or option: names it, the accepted values, and the value
 * received.
 */
export function invalidArgument(argument: string, expected: string, seen: unknown): RuntimeError {
  return new RuntimeError(ErrorCode.INVALID_ARGUMENT, `${argument} must be ${expected}, got ${describe(seen)}`)
}

/** Wraps an error thrown by user code, in `cause`. */
export class HandlerError extends IIIError {
  /** Always `Handler`. */
  readonly kind = 'Handler'
}
brand(HandlerError, 'HandlerError')

/** A value that cannot be converted to JSON, or a frame that violates the protocol. */
export class SerdeError extends IIIError {
  /** Always `Serde`. */
  readonly kind = 'Serde'
}
brand(SerdeError, 'SerdeError')

/** One reason why a value is invalid. */
export type ValidationIssue = {
  /** The place, as a JSON pointer; empty for the whole value. */
  readonly path: string
  readonly message: string
}

/** Members of a `ValidationError`. */
export type ValidationErrorInit = {
  readonly code: string
  readonly message: string
  readonly functionId: string
  readonly issues: readonly ValidationIssue[]
}

/**
 * A payload (`deserialization_error`) or a result (`serialization_error`) does not match its declared schema. Only code
 * and message are sent over the wire; the issues exist in the process that validated the value.
 */
export class ValidationError extends SerdeError {
  /** At most 100. */
  readonly issues: readonly ValidationIssue[]
  /** The function, or trigger type, that the schema belongs to. */
  readonly functionId: string

  constructor(init: ValidationErrorInit, options?: ErrorOptions) {
    super(init.code, init.message, options)
    this.issues = init.issues
    this.functionId = init.functionId
  }
}
brand(ValidationError, 'ValidationError')

/** A handshake failed, or a channel ended abnormally. */
export class WebSocketError extends IIIError {
  /** Always `WebSocket`. */
  readonly kind = 'WebSocket'
  /** HTTP status of a refused handshake. */
  declare readonly status?: number
  /** WebSocket close code. */
  declare readonly closeCode?: number

  constructor(code: string, message: string, options: ErrorOptions & { status?: number; closeCode?: number } = {}) {
    super(code, message, options)
    if (options.status !== undefined) this.status = options.status
    if (options.closeCode !== undefined) this.closeCode = options.closeCode
  }
}
brand(WebSocketError, 'WebSocketError')

/** Members of a `RegistrationRejectedError`, from the frame of the engine and from its context. */
export type RegistrationRejectedInit = {
  code: string
  namespace: string
  /** The worker name that was refused. */
  worker_name?: string
  /** The function that was refused, or the function of the refused trigger. */
  function_id?: string
  /** Id of the worker that owns the name; empty for a reserved one and for a trigger. */
  owner_worker_id: string
  /** Name of that worker, if known. */
  owner_worker_name?: string
  /** The trigger that was refused. */
  trigger_id?: string
  trigger_type?: string
  /** The reason from the provider of a trigger, or why a function behind a URL is not served. */
  reason?: string
}

/** Details for the message of a `RegistrationRejectedError`. */
export type RegistrationRejectedOptions = {
  /** A hint, as a sentence without its full stop. */
  advice?: string | undefined
  /** Further refusals: they follow in the message, and `cause` is an `AggregateError` of all. */
  others?: readonly RegistrationRejectedError[]
}

/** Maximum refusals in a message; further ones are counted, and all are in `cause`. */
const MAX_LISTED_REFUSALS = 10

/** The engine refused a name that another live worker owns, or a trigger that its provider does not accept. */
export class RegistrationRejectedError extends IIIError {
  /** Always `RegistrationRejected`. */
  readonly kind = 'RegistrationRejected'
  /** The namespace of the name. */
  readonly namespace: string
  /** The worker name that was refused. */
  declare readonly worker_name?: string
  /** The function that was refused; of a trigger, the function that it was to run. */
  declare readonly function_id?: string
  /** Id of the worker that owns the name; empty for a reserved one and for a trigger. */
  readonly owner_worker_id: string
  /** Name of that worker, where it is known. */
  declare readonly owner_worker_name?: string
  /** The trigger that was refused. */
  declare readonly trigger_id?: string
  /** Type of that trigger. */
  declare readonly trigger_type?: string
  /** Why the trigger, or a function behind a URL, was refused. */
  declare readonly reason?: string
  /** What to do about it, where that is known. */
  declare readonly advice?: string

  constructor(init: RegistrationRejectedInit, { advice, others = [] }: RegistrationRejectedOptions = {}) {
    const own = `${init.code}: ${refusalText(init)}${advice === undefined ? '' : `. ${advice}`}`
    const cause = others.length === 0 ? undefined : { cause: new AggregateError(others, 'Also refused') }
    super(init.code, [own, ...otherTexts(others)].join('\n'), cause)
    this.namespace = init.namespace
    this.owner_worker_id = init.owner_worker_id
    const { worker_name, function_id, owner_worker_name, trigger_id, trigger_type, reason } = init
    const known = { worker_name, function_id, owner_worker_name, trigger_id, trigger_type, reason, advice }
    Object.assign(this, Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)))
  }
}

function refusalText({ namespace, reason, ...init }: RegistrationRejectedInit): string {
  if (init.trigger_id !== undefined) {
    return `trigger ${init.trigger_id} of type '${init.trigger_type ?? ''}' for function '${init.function_id ?? ''}' was refused: ${reason ?? 'no reason given'}`
  }
  if (reason !== undefined) return `function '${init.function_id ?? ''}' was refused: ${reason}`
  const subject =
    init.function_id === undefined ? `worker name '${init.worker_name ?? ''}'` : `function '${init.function_id}'`
  const { owner_worker_id: id, owner_worker_name: name } = init
  const owner = name === undefined ? id : `'${name}' (${id})`
  return `${subject} ${id === '' ? 'is reserved' : `is owned by worker ${owner}`} in namespace '${namespace}'`
}

function otherTexts(others: readonly RegistrationRejectedError[]): string[] {
  const listed = others.slice(0, MAX_LISTED_REFUSALS - 1).map(({ message }) => message)
  const rest = others.length - listed.length
  return rest === 0 ? listed : [...listed, `and ${String(rest)} more`]
}
brand(RegistrationRejectedError, 'RegistrationRejectedError')
