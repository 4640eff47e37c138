/**
 * The triggers this worker has bound: which function runs on which event. Knows nothing of who provides the type.
 */
import type { Random } from '../std/random.js'
import { checkId, checkJson, checkJsonRecord, checkNamespace, checkRecord } from './check.js'
import { Replayed, type SendIfOpen } from './replayed.js'

/** A binding of a function to a trigger type. */
export type RegisterTriggerInput = {
  /** The trigger type, such as `http` or `cron`. */
  type: string
  function_id: string
  /** What the type needs to know; its shape is the type's own. */
  config: unknown
  /** Handed to the provider and, for most types, to the function on every firing. */
  metadata?: Record<string, unknown>
  /** Where `function_id` is looked up. Default: the worker's namespace. */
  namespace?: string
  /** Where the trigger type is looked up. Default: the worker's namespace, then `default`. */
  trigger_namespace?: string
}

/** A bound trigger. */
export type Trigger = {
  /** Removes the binding; does nothing the second time. */
  unregister(): void
}

/** A bound trigger that has an id and that `using` removes. */
export type OwnedTrigger = Trigger & Disposable & { readonly id: string }

export class Triggers {
  readonly #registrations: Replayed
  readonly #random: Random
  readonly #namespace: string | undefined

  constructor(send: SendIfOpen, random: Random, namespace: string | undefined) {
    this.#registrations = new Replayed(send)
    this.#random = random
    this.#namespace = namespace
  }

  get size(): number {
    return this.#registrations.size
  }

  /**
   * Binds a function to a trigger type. Never waits: a type nobody provides yet is bound once it appears.
   * @throws {RuntimeError} `INVALID_ARGUMENT` or `INVALID_NAMESPACE` naming the member that is off.
   */
  register(input: RegisterTriggerInput): OwnedTrigger {
    // `trigger_type` is accepted as another spelling of `type`.
    const { type, trigger_type: alias } = checkRecord('trigger', input)
    const trigger_type = checkId('type', type ?? alias)
    const function_id = checkId('function_id', input.function_id)
    const namespace = checkNamespace('namespace', input.namespace) ?? this.#namespace
    const trigger_namespace = checkNamespace('trigger_namespace', input.trigger_namespace)
    checkJson('config', input.config)
    checkJsonRecord('metadata', input.metadata)
    const id = this.#random.uuid()
    this.#registrations.add(id, {
      type: 'registertrigger',
      id,
      trigger_type,
      function_id,
      // The engine drops a frame without the key.
      config: input.config ?? null,
      metadata: input.metadata,
      namespace,
      trigger_namespace,
    })
    const unregister = (): void => {
      this.#registrations.remove(id, { type: 'unregistertrigger', id, trigger_type })
    }
    return { id, unregister, [Symbol.dispose]: unregister }
  }

  replay(send: SendIfOpen): void {
    this.#registrations.replay(send)
  }
}
