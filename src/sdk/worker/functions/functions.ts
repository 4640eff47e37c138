/**
 * The functions of this worker: handlers by id, and their registrations. Knows nothing of calls in flight.
 */
import { ErrorCode, invalidArgument, RuntimeError, type RegistrationRejectedError } from '../../../errors.js'
import { Gate } from '../../../std/async/gate.js'
import {
  checkCount,
  checkDurationMs,
  checkFunction,
  checkId,
  checkJsonRecord,
  checkRecord,
  checkText,
} from '../check.js'
import type { JsonSchemaFormat } from './function-format.js'
import type { FunctionHandler } from './function-handler.js'
import type { Described, SchemaOptions } from './function-schemas.js'
import type { HttpInvocationConfig } from './http-invocation.js'
import { ReplayedRegistrations, type Sender } from '../lifecycle/replayed.js'
import type { LinkPart } from '../link.js'
import type { OnceOptions } from '../once/once-options.js'
import { keysOf } from '../../../std/text/unknown-options.js'

export type { FunctionHandler, RemoteFunctionHandler } from './function-handler.js'

/** Options of `registerFunction`. */
export type RegisterFunctionOptions = {
  description?: string | undefined
  /** JSON Schema of the payload; the engine lists it, but does not enforce it. */
  request_format?: JsonSchemaFormat | undefined
  /** JSON Schema of the result; the engine lists it, but does not enforce it. */
  response_format?: JsonSchemaFormat | undefined
  /** Any JSON; `internal: true` hides the function from lists. */
  metadata?: Record<string, unknown> | undefined
  /** Lets the engine send a request to a URL instead of calling this worker. */
  invocation?: HttpInvocationConfig | undefined
  /**
   * Maximum number of concurrent invocations of this function; the others wait in order. Default: no limit. If all running
   * handlers wait for calls that are queued behind them, such a call is rejected with `CONCURRENCY_DEADLOCK` after about 1 s.
   */
  maxConcurrentInvocations?: number | undefined
  /**
   * Milliseconds after which a running handler is abandoned: its caller receives `HANDLER_TIMEOUT`, its signal aborts, its
   * slot is free, and its result is dropped. A schedule or queue that waits for it continues. Default: no limit.
   */
  abandonAfterMs?: number | undefined
  /**
   * Runs calls with an idempotency key once per key: the first result is recorded in engine state, and later calls with the
   * key receive it. Calls without a key are not affected. Default: off; `{}` uses the defaults.
   */
  idempotent?: OnceOptions | undefined
}
/** A function to register: its id and options. */
export type RegisterFunctionInput = RegisterFunctionOptions & { id: string }

/** The names of all options of a registration. */
export const FUNCTION_KEYS = /* @__PURE__ */ keysOf<RegisterFunctionInput & SchemaOptions & { message_type: unknown }>({
  id: true,
  description: true,
  request_format: true,
  response_format: true,
  metadata: true,
  invocation: true,
  maxConcurrentInvocations: true,
  abandonAfterMs: true,
  idempotent: true,
  input: true,
  output: true,
  validate: true,
  toJsonSchema: true,
  schemaTarget: true,
  message_type: true,
})

/** A registered function. */
export type FunctionRef = {
  id: string
  /** Removes the function; does nothing the second time. */
  unregister(): void
}

/** A registered function, for use with `using`. */
export type OwnedFunctionRef = FunctionRef & Disposable

/** Limits of a function. */
interface FunctionLimits {
  /** Its own limit, when it has one. */
  readonly gate?: Gate | undefined
  /** How long a handler may run before it is abandoned. */
  readonly abandonAfterMs?: number | undefined
}

/** How a function is served. */
export interface ServedFunction extends FunctionLimits {
  /** None when the engine serves the function over HTTP. */
  readonly handler: FunctionHandler | undefined
  /** Whether the engine serves it over HTTP. */
  readonly isBehindUrl: boolean
}

export type AnyHandler = FunctionHandler | HttpInvocationConfig

/** How the platform of a worker serves functions. */
export interface FunctionServing {
  /** Reads the schemas of a registration. */
  describe(input: RegisterFunctionInput & SchemaOptions, handler: AnyHandler): Described
  /** A handler as it is run. */
  served(id: string, handler: FunctionHandler): FunctionHandler
  /** @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid limit. */
  limits(input: RegisterFunctionInput): FunctionLimits
  /** Checks how the engine is to serve a function over HTTP. */
  checkInvocation(config: HttpInvocationConfig): HttpInvocationConfig
  /**
   * Returns a handler that runs once per idempotency key.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for an invalid option.
   */
  keyed(id: string, options: OnceOptions): (handler: FunctionHandler) => FunctionHandler
}

export class Functions implements LinkPart {
  readonly #registrations: ReplayedRegistrations
  readonly #serving: FunctionServing
  readonly #served = new Map<string, ServedFunction>()
  /** Those that the engine refused on the present link. */
  readonly #refused = new Map<string, RegistrationRejectedError>()

  /** Called after a function behind a URL was registered. */
  onUrlFunction: () => void = () => undefined

  constructor(link: Sender, serving: FunctionServing) {
    this.#serving = serving
    this.#registrations = new ReplayedRegistrations(link)
  }

  get size(): number {
    return this.#registrations.size
  }

  /** Whether an id is registered, here or as an HTTP-backed function. */
  has(id: string): boolean {
    return this.#registrations.has(id)
  }

  /** The id here of a function that the engine names; a listener may put a prefix before it. */
  ownId(id: string): string | undefined {
    const segments = id.split('::')
    return segments.map((_, index) => segments.slice(index).join('::')).find((own) => this.has(own))
  }

  /** Functions that the engine refused on the present link, by id. */
  get refused(): ReadonlyMap<string, RegistrationRejectedError> {
    return this.#refused
  }

  /** Notes that the engine refused a function. */
  refuse(error: RegistrationRejectedError): void {
    const id = this.ownId(error.function_id ?? '')
    if (id !== undefined) this.#refused.set(id, error)
  }

  /** Functions that the engine serves over HTTP, by id. */
  behindUrls(): [string, ServedFunction][] {
    return [...this.#served].filter(([, { isBehindUrl }]) => isBehindUrl)
  }

  /** Handler and limits of an id. */
  find(id: string): ServedFunction | undefined {
    return this.#served.get(id)
  }

  /**
   * Registers a function.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for an empty id or a handler of the wrong kind, `DUPLICATE_FUNCTION` for
   * an id that this client has already.
   * @throws {SerdeError} when the options cannot be serialised as JSON.
   */
  register(input: RegisterFunctionInput & SchemaOptions, handler: AnyHandler): OwnedFunctionRef {
    checkRecord('options', input)
    const id = checkId('id', input.id)
    if (this.has(id)) {
      throw new RuntimeError(ErrorCode.DUPLICATE_FUNCTION, `function id already registered: ${id}`)
    }
    const { invocation, local } = this.#sortHandler(input, handler)
    checkText('description', input.description)
    checkJsonRecord('metadata', input.metadata)
    const limits = this.#serving.limits(input)
    const { request_format, response_format, wrap } = this.#serving.describe(input, handler)
    const keyed = input.idempotent === undefined ? undefined : this.#serving.keyed(id, input.idempotent)
    if (keyed !== undefined && invocation !== undefined)
      throw invalidArgument('idempotent', 'absent for a function that the engine calls over HTTP', input.idempotent)
    checkJsonRecord('request_format', request_format)
    checkJsonRecord('response_format', response_format)
    const { description, metadata } = input
    this.#registrations.add(id, {
      type: 'registerfunction',
      id,
      description,
      request_format,
      response_format,
      metadata,
      invocation,
    })
    const checked = local && wrap(local)
    const served = checked && this.#serving.served(id, keyed?.(checked) ?? checked)
    const entry = { ...limits, handler: served, isBehindUrl: invocation !== undefined }
    this.#served.set(id, entry)
    if (entry.isBehindUrl) this.onUrlFunction()
    const unregister = (): void => {
      // A later registration under the same id is not this reference's to remove.
      if (this.#served.get(id) === entry) this.unregister(id)
    }
    return { id, unregister, [Symbol.dispose]: unregister }
  }

  unregister(id: string): void {
    this.#served.delete(id)
    this.#refused.delete(id)
    this.#registrations.remove(id, { type: 'unregisterfunction', id })
  }

  /** Asks the engine for an id again. */
  announceAgain(id: string): void {
    this.#refused.delete(id)
    this.#registrations.sendAgain(id)
  }

  /** Releases the functions at the engine. Calls that were already sent are still served, until `forgetAll`. */
  withdrawAll(): void {
    for (const id of this.#served.keys()) this.#registrations.remove(id, { type: 'unregisterfunction', id })
  }

  /** Removes all functions. */
  forgetAll(): void {
    this.withdrawAll()
    this.#served.clear()
    this.#refused.clear()
  }

  opened(send: (frame: string) => void): void {
    this.#refused.clear()
    this.#registrations.replay(send)
  }

  #sortHandler(
    input: RegisterFunctionInput,
    handler: AnyHandler,
  ): { readonly invocation?: HttpInvocationConfig; readonly local?: FunctionHandler } {
    if (typeof handler === 'object') return { invocation: this.#serving.checkInvocation(checkedConfig(handler)) }
    checkFunction('handler', handler)
    if (input.invocation === undefined) return { local: handler }
    return { invocation: this.#serving.checkInvocation(input.invocation), local: handler }
  }
}

/** The limits of a function in Node. */
export function functionLimits(input: RegisterFunctionInput): FunctionLimits {
  return { gate: gateOf(input.maxConcurrentInvocations), abandonAfterMs: abandonLimit(input.abandonAfterMs) }
}

function gateOf(maxConcurrent: number | null | undefined): Gate | undefined {
  if (maxConcurrent === undefined || maxConcurrent === null) return undefined
  return new Gate(checkCount('maxConcurrentInvocations', maxConcurrent))
}

function abandonLimit(limitMs: number | null | undefined): number | undefined {
  const checked = checkDurationMs('abandonAfterMs', limitMs ?? Infinity)
  return checked === Infinity ? undefined : checked
}

function checkedConfig(handler: HttpInvocationConfig | null): HttpInvocationConfig {
  if (handler === null) throw invalidArgument('handler', 'a function or an HTTP invocation config', handler)
  return handler
}
