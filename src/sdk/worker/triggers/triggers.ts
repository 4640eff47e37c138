/**
 * The triggers this worker has bound: which function runs on which event. Knows nothing of who provides the type. A
 * function that another worker serves meanwhile has its triggers held back, since that worker has bound them, too.
 */
import type { RegistrationRejectedError } from '../../../errors.js'
import { workerCodec } from '../../../wire/protocol/codec.js'
import type { MessageNamed, WorkerMessage } from '../../../wire/protocol/messages.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import type { Random } from '../../../std/random.js'
import type { Report } from '../diagnostics/diagnostics.js'
import { checkId, checkJson, checkJsonRecord, checkNamespace, checkRecord } from '../check.js'
import { ReplayedRegistrations, type Sender } from '../lifecycle/replayed.js'
import type { LinkPart } from '../link.js'
import { keysOf } from '../../../std/text/unknown-options.js'

/** Binding of a function to a trigger type. */
export type RegisterTriggerInput = {
  /** The trigger type, such as `http` or `cron`. */
  type: string
  function_id: string
  /** What the type needs to know; its shape is the type's own. */
  config: unknown
  /** Handed to the provider and, for most types, to the function on every firing. */
  metadata?: Record<string, unknown> | undefined
  /** Where `function_id` is looked up. Default: the worker's namespace. */
  namespace?: string | undefined
  /** Where the trigger type is looked up. Default: the worker's namespace, then `default`. */
  trigger_namespace?: string | undefined
}

/** The same with `trigger_type` instead of `type`. */
export type AliasedTriggerInput = Omit<RegisterTriggerInput, 'type'> & { trigger_type: string }

/** The names of all members of a registration. */
export const TRIGGER_KEYS = /* @__PURE__ */ keysOf<
  RegisterTriggerInput & { trigger_type: unknown; id: unknown; message_type: unknown }
>({
  type: true,
  trigger_type: true,
  function_id: true,
  config: true,
  metadata: true,
  namespace: true,
  trigger_namespace: true,
  id: true,
  message_type: true,
})

/** A bound trigger. */
export type Trigger = {
  /** Removes the binding; does nothing the second time. */
  unregister(): void
}

/** A bound trigger with its id, for use with `using`. */
export type OwnedTrigger = Trigger & Disposable & { readonly id: string }

type RegisterMessage = MessageNamed<WorkerMessage, 'registertrigger'>

/** What has to be known of a binding to take it off again. */
interface Bound {
  readonly triggerType: string
  readonly functionId: string
  /** Of an HTTP trigger: what engines serve by one trigger at a time. */
  readonly route: string | undefined
  /** The function, when it is looked up where this worker's own functions live. */
  readonly ownFunctionId: string | undefined
  /** The worker does without it. */
  readonly isOptional: boolean
}

/** What binding needs beside the link. */
export interface TriggerParts {
  readonly random: Random
  /** The worker's namespace. */
  readonly namespace: string | undefined
  readonly report: Report
}

export class Triggers implements LinkPart {
  readonly #registrations: ReplayedRegistrations
  readonly #random: Random
  readonly #namespace: string | undefined
  readonly #bound = new Map<string, Bound>()
  /** Functions whose bindings are held back. */
  readonly #heldFunctions = new Set<string>()
  readonly #heldFrames = new Map<string, string>()
  /** Those that were refused on the present link. */
  readonly #refused = new Map<string, RegistrationRejectedError>()
  /** The trigger of each HTTP route. */
  readonly #routes = new Map<string, string>()
  #subscriptions = 0
  /** Called after a `subscribe` trigger was bound, or is bound no longer. */
  onSubscriptions: (change: 'added' | 'removed') => void = () => undefined
  readonly #report: Report
  #saidWeekdays = false

  constructor(link: Sender, { random, namespace, report }: TriggerParts) {
    this.#registrations = new ReplayedRegistrations(link)
    this.#random = random
    this.#namespace = namespace
    this.#report = report
  }

  get size(): number {
    return this.#bound.size
  }

  /** `subscribe` triggers among them. */
  get subscriptions(): number {
    return this.#subscriptions
  }

  /** Triggers that were refused on the present link, by id; those that the worker does without are left out. */
  get refused(): ReadonlyMap<string, RegistrationRejectedError> {
    return this.#refused
  }

  /** Notes that a trigger was refused. */
  refuse(id: string, error: RegistrationRejectedError): void {
    if (this.#bound.get(id)?.isOptional === false) this.#refused.set(id, error)
  }

  /**
   * Binds a function to a trigger type. Never waits: a type without a provider is bound once one appears.
   * @param isOptional whether the worker does without it where it is refused.
   * @throws {RuntimeError} `INVALID_ARGUMENT` or `INVALID_NAMESPACE` naming the member that is off.
   */
  register(input: RegisterTriggerInput | AliasedTriggerInput, isOptional = false): OwnedTrigger {
    const message = registrationOf(input, this.#namespace, this.#random)
    const { id } = message
    this.#add(message, isOptional)
    const unregister = (): void => {
      this.#unregister(id)
    }
    return { id, unregister, [Symbol.dispose]: unregister }
  }

  /** Takes the bindings of a function off for now; those made meanwhile wait, too. */
  hold(functionId: string): void {
    this.#heldFunctions.add(functionId)
    for (const id of this.#ofFunction(functionId)) this.#holdBack(id)
  }

  /** Binds what was held back. */
  release(functionId: string): void {
    this.#heldFunctions.delete(functionId)
    for (const id of this.#ofFunction(functionId)) {
      const frame = this.#heldFrames.get(id)
      if (frame === undefined) continue
      this.#heldFrames.delete(id)
      this.#registrations.putBack(id, frame)
    }
  }

  unregisterAll(): void {
    for (const id of [...this.#bound.keys()]) this.#unregister(id)
  }

  /** Registers the `subscribe` triggers again that are bound. */
  sendSubscriptionsAgain(): void {
    for (const [id, { triggerType }] of this.#bound) if (isSubscription(triggerType)) this.#registrations.sendAgain(id)
  }

  opened(send: (frame: string) => void): void {
    this.#refused.clear()
    this.#registrations.replay(send)
  }

  #add(message: RegisterMessage, isOptional: boolean): void {
    const { id, trigger_type: triggerType, function_id: functionId, namespace } = message
    const frame = workerCodec.encode(message)
    const ownFunctionId = namespace === this.#namespace ? functionId : undefined
    const route = routeOf(message)
    this.#bound.set(id, { triggerType, functionId, route, ownFunctionId, isOptional })
    if (route !== undefined) this.#takeRoute(route, id, functionId)
    this.#checkWeekdays(message)
    if (ownFunctionId !== undefined && this.#heldFunctions.has(ownFunctionId)) this.#heldFrames.set(id, frame)
    else this.#registrations.putBack(id, frame)
    if (!isSubscription(triggerType)) return
    this.#subscriptions += 1
    this.onSubscriptions('added')
  }

  #unregister(id: string): void {
    const bound = this.#bound.get(id)
    if (bound === undefined) return
    this.#bound.delete(id)
    this.#heldFrames.delete(id)
    this.#refused.delete(id)
    if (bound.route !== undefined && this.#routes.get(bound.route) === id) this.#routes.delete(bound.route)
    this.#registrations.remove(id, unregistration(id, bound))
    if (!isSubscription(bound.triggerType)) return
    this.#subscriptions -= 1
    this.onSubscriptions('removed')
  }

  #takeRoute(route: string, id: string, functionId: string): void {
    const triggerId = this.#routes.get(route) ?? ''
    this.#routes.set(route, id)
    const lost = this.#bound.get(triggerId)
    if (lost === undefined || lost.functionId === functionId) return
    const message = `Route '${route}' is now served by function '${functionId}' of this worker`
    const { triggerType, functionId: lostId } = lost
    this.#report({ kind: 'trigger_replaced', triggerId, triggerType, functionId: lostId, message })
  }

  #checkWeekdays({ trigger_type, function_id: functionId, config }: RegisterMessage): void {
    if (this.#saidWeekdays || trigger_type !== 'cron' || !isRecord(config)) return
    const { expression } = config
    if (typeof expression !== 'string' || !hasWeekdayNumber(expression)) return
    this.#saidWeekdays = true
    this.#report({ kind: 'cron_weekday_number', functionId, expression })
  }

  #holdBack(id: string): void {
    const bound = this.#bound.get(id)
    const frame = bound === undefined ? undefined : this.#registrations.takeOut(id, unregistration(id, bound))
    if (bound === undefined || frame === undefined) return
    this.#heldFrames.set(id, frame)
    if (isSubscription(bound.triggerType)) this.onSubscriptions('removed')
  }

  #ofFunction(functionId: string): string[] {
    return [...this.#bound].flatMap(([id, { ownFunctionId }]) => (ownFunctionId === functionId ? [id] : []))
  }
}

/** A trigger of `iii-pubsub`. */
function isSubscription(triggerType: string): boolean {
  return triggerType === 'subscribe'
}

/**
 * The message that binds a function to a trigger type.
 * @throws {RuntimeError} `INVALID_ARGUMENT` or `INVALID_NAMESPACE` naming the member that is off.
 */
export function registrationOf(
  input: RegisterTriggerInput | AliasedTriggerInput,
  ownNamespace: string | undefined,
  random: Random,
): RegisterMessage {
  const { type, trigger_type: alias } = checkRecord('trigger', input)
  const trigger_type = checkId('type', type ?? alias)
  const function_id = checkId('function_id', input.function_id)
  const namespace = checkNamespace('namespace', input.namespace) ?? ownNamespace
  const trigger_namespace = checkNamespace('trigger_namespace', input.trigger_namespace)
  checkJson('config', input.config)
  checkJsonRecord('metadata', input.metadata)
  return {
    type: 'registertrigger',
    id: random.uuid(),
    trigger_type,
    function_id,
    // The engine drops a frame without the key.
    config: input.config ?? null,
    metadata: input.metadata,
    namespace,
    trigger_namespace,
  }
}

function unregistration(id: string, { triggerType }: Bound): WorkerMessage {
  return { type: 'unregistertrigger', id, trigger_type: triggerType }
}

/** Whether a cron expression gives weekdays as numbers: other crons begin with another day. A step after `/` is no day. */
function hasWeekdayNumber(expression: string): boolean {
  const weekdays = expression.trim().split(/\s+/)[5] ?? ''
  return weekdays.split(',').some((item) => /\d/.test(item.split('/', 1)[0] ?? ''))
}

/** The method and path of an HTTP trigger, as engines compare them. */
function routeOf({ trigger_type, trigger_namespace, config }: RegisterMessage): string | undefined {
  if (trigger_type !== 'http' || !isRecord(config)) return undefined
  const { api_path: path, http_method: method } = config
  if (typeof path !== 'string' || (method !== undefined && method !== null && typeof method !== 'string'))
    return undefined
  const provider = trigger_namespace === undefined ? '' : ` in namespace ${trigger_namespace}`
  return `${(method ?? 'GET').toUpperCase()} ${path.startsWith('/') ? path : `/${path}`}${provider}`
}
