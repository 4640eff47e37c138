/**
 * Binds triggers to the providers of their types while workers connect and disconnect. A trigger whose type is missing
 * or whose provider refused it is parked, and offered again when a type of that name is registered.
 */
import { ErrorCode, InvocationError, type ErrorBody } from '../../errors.js'
import { DEFAULT_NAMESPACE } from '../../wire/protocol/names.js'
import type { MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import type { Log } from '../../std/log.js'
import type { Clock } from '../../std/time/clock.js'
import type { Counters } from '../counters.js'
import type { Binding } from '../builtins/builtin.js'
import { builtinOfType, TriggerTypes } from './trigger-types.js'
import type { Emit } from '../engine-events.js'
import type { FunctionEntry } from '../registry/directory.js'
import type { HandOver } from '../hand-over/hand-over.js'
import { isEqual, KeptTriggers } from '../hand-over/kept-triggers.js'
import type { OwnedBytes } from '../registry/owned-bytes.js'
import { nameOf, type Peer } from '../links/peer.js'
import type { Trigger, TriggerRegistration, TriggerType } from './trigger.js'
import { TriggerTable } from './trigger-table.js'

type ResultMessage = MessageNamed<WorkerMessage, 'triggerregistrationresult'>

export interface BindingPorts {
  readonly emit: Emit
  readonly log: Log
  readonly counters: Counters
  readonly clock: Clock
  readonly handOver: HandOver
  readonly ownedBytes: OwnedBytes
}

export class Bindings {
  readonly types: TriggerTypes
  readonly triggers: TriggerTable
  readonly #ports: BindingPorts
  readonly #kept: KeptTriggers

  constructor(ports: BindingPorts) {
    this.#ports = ports
    this.types = new TriggerTypes(ports.ownedBytes)
    this.triggers = new TriggerTable(ports.ownedBytes)
    this.#kept = new KeptTriggers(ports.clock)
  }

  /** Registers a trigger; one with the same id ends. `onAnswer` receives the first answer of the provider. */
  register(request: TriggerRegistration, onAnswer?: Trigger['onAnswer']): void {
    const older = this.triggers.get(request.id)
    const trigger: Trigger = { ...request, type: undefined, onAnswer }
    const type = this.types.resolve(trigger)
    if (older !== undefined) this.#replace(older, type)
    this.#kept.succeededBy(trigger)
    this.triggers.add(trigger)
    if (type === undefined) this.#park(trigger)
    else this.#bind(trigger, type)
  }

  /** Ends the kept triggers of released functions. */
  endKept(): void {
    this.#kept.endAll()
  }

  /** Ends a trigger; false if there is none with this id. */
  unregister(id: string): boolean {
    const trigger = this.triggers.get(id)
    if (trigger === undefined) return false
    this.triggers.remove(trigger)
    this.#end(trigger)
    this.#tell(trigger, undefined)
    return true
  }

  /** Handles the answer of a provider. Answers of any other worker are ignored. */
  answered(from: Peer, message: ResultMessage): void {
    const trigger = this.triggers.get(message.id)
    const provider = trigger?.type?.provider
    if (trigger === undefined || provider?.kind !== 'worker' || provider.peer !== from) return
    const { error } = message
    if (error === undefined) this.#tell(trigger, undefined)
    else this.#refused(trigger, error)
  }

  /**
   * Notifies the owner of a trigger that gets no more events, since one of another worker has replaced it. A worker
   * that replaces its own trigger is not notified.
   */
  replaced(lost: Binding, by: Binding, what: string): void {
    const trigger = this.triggers.get(lost.id)
    if (trigger === undefined || (lost.functionId === by.functionId && lost.namespace === by.namespace)) return
    const { id, triggerType: trigger_type, functionId: function_id, owner, access } = trigger
    const winner = this.triggers.get(by.id)?.owner
    const worker = winner === undefined ? '' : ` of worker '${nameOf(winner)}'`
    const facts = { triggerId: id, functionId: function_id, by: by.functionId, worker: owner && nameOf(owner) }
    this.#ports.log.warn(facts, `${what} is now served by another function`)
    if (owner === undefined || owner === winner) return
    const server = access === undefined ? `function '${by.functionId}'${worker}` : 'a function of another worker'
    const error = { code: ErrorCode.trigger_replaced, message: `${what} is now served by ${server}` }
    owner.send({ type: 'triggerregistrationresult', id, trigger_type, function_id, error })
  }

  /** Ends triggers of guarded sessions on a function whose owner changed and that is no longer granted to them. */
  changed({ namespace, id, metadata }: Pick<FunctionEntry, 'namespace' | 'id' | 'metadata'>): void {
    for (const trigger of [...this.triggers.guardedOn(id)]) {
      const refusal = trigger.namespace === namespace ? trigger.access?.refuseCall(namespace, id, metadata) : undefined
      if (refusal === undefined) continue
      this.triggers.remove(trigger)
      this.#unbind(trigger)
      this.#refused(trigger, refusal)
    }
  }

  /** Adds a type and passes its triggers to it; false if the engine provides that type. */
  provide(type: TriggerType): boolean {
    if (!this.types.add(type)) return false
    const parked: Trigger[] = []
    for (const trigger of [...this.triggers.ofType(type.id)]) {
      if (this.types.resolve(trigger) !== type) continue
      if (trigger.type === undefined) {
        parked.push(trigger)
        continue
      }
      // The replaced provider has lost the type and is not notified; a provider in another namespace keeps it.
      if (trigger.type.namespace !== type.namespace) this.#unbind(trigger)
      this.#bind(trigger, type)
    }
    for (const trigger of parked) this.#bind(trigger, type)
    return true
  }

  /** Ends the triggers of a worker and finds other providers for the types it provided. */
  leave(peer: Peer): void {
    const gone = this.types.leave(peer)
    for (const trigger of [...this.triggers.ownedBy(peer)]) {
      this.triggers.remove(trigger)
      if (!isProvidedBy(trigger, peer)) this.#end(trigger)
    }
    for (const { id } of gone) {
      for (const trigger of [...this.triggers.ofType(id)]) {
        if (isProvidedBy(trigger, peer)) this.#rebind(trigger)
      }
    }
  }

  #replace(older: Trigger, type: TriggerType | undefined): void {
    this.triggers.remove(older)
    // A worker that provides both handles the second as an update of the first.
    if (older.type?.provider.kind === 'builtin' || older.type !== type) this.#unbind(older)
    this.#tell(older, undefined)
  }

  #rebind(trigger: Trigger): void {
    const type = this.types.resolve(trigger)
    if (type === undefined) this.#park(trigger)
    else this.#bind(trigger, type)
  }

  #bind(trigger: Trigger, type: TriggerType): void {
    trigger.type = type
    if (type.provider.kind === 'builtin') {
      this.#bindBuiltin(trigger, type.provider.type.bind)
      return
    }
    const { id, triggerType, functionId, config, metadata, namespace } = trigger
    const error = type.provider.peer.send({
      type: 'registertrigger',
      id,
      trigger_type: triggerType,
      function_id: functionId,
      config,
      metadata,
      namespace: namespace === DEFAULT_NAMESPACE ? undefined : namespace,
      trigger_namespace: type.namespace === DEFAULT_NAMESPACE ? undefined : type.namespace,
    })
    if (error !== undefined) this.#refused(trigger, error)
  }

  #bindBuiltin(trigger: Trigger, bind: (trigger: Trigger) => void | Promise<void>): void {
    const refuse = (thrown: unknown): void => {
      // A trigger that was replaced or removed before its provider answered needs no answer.
      if (this.triggers.get(trigger.id) !== trigger) return
      this.#refused(trigger, { code: ErrorCode.trigger_registration_failed, message: messageOf(thrown) })
    }
    try {
      const outcome = bind(trigger)
      if (outcome === undefined) this.#tell(trigger, undefined)
      else outcome.then(() => this.#tell(trigger, undefined), refuse)
    } catch (thrown) {
      refuse(thrown)
    }
  }

  /** Ends a trigger. One of a built-in type is kept while its function is being handed over. */
  #end(trigger: Trigger): void {
    const { owner, type, namespace, functionId: id } = trigger
    const isKept = owner !== undefined && type?.provider.kind === 'builtin'
    const leftMs = isKept ? this.#ports.handOver.leftMs(owner, { namespace, id }) : 0
    if (leftMs > 0 && !this.#hasEqual(trigger)) this.#kept.keep(trigger, leftMs, () => this.#unbind(trigger))
    else this.#unbind(trigger)
  }

  /** Whether the next owner has already bound its own. */
  #hasEqual(trigger: Trigger): boolean {
    for (const other of this.triggers.ofType(trigger.triggerType)) if (isEqual(trigger, other)) return true
    return false
  }

  #unbind(trigger: Trigger): void {
    const { type } = trigger
    if (type === undefined) return
    trigger.type = undefined
    const { id, triggerType } = trigger
    if (type.provider.kind === 'worker') {
      type.provider.peer.send({ type: 'unregistertrigger', id, trigger_type: triggerType })
      return
    }
    try {
      type.provider.type.unbind(trigger)
    } catch (error) {
      // The trigger is removed in any case, and the other triggers of its worker still have to be.
      this.#ports.log.error({ triggerId: id, triggerType, error }, 'A trigger was not removed cleanly')
    }
  }

  #refused(trigger: Trigger, error: ErrorBody): void {
    const { id, triggerType, functionId, owner } = trigger
    trigger.type = undefined
    this.#ports.counters.refused.triggers += 1
    this.#ports.emit({ kind: 'trigger_refused', triggerId: id, triggerType, functionId, error })
    if (this.#tell(trigger, error)) return
    owner?.send({
      type: 'triggerregistrationresult',
      id,
      trigger_type: triggerType,
      function_id: functionId,
      error,
    })
  }

  #park(trigger: Trigger): void {
    trigger.type = undefined
    const { id, triggerType, functionId } = trigger
    const builtin = builtinOfType(triggerType)
    this.#ports.emit({ kind: 'trigger_waiting', triggerId: id, triggerType, functionId, builtin })
    this.#tell(trigger, undefined)
  }

  /** Passes the first answer on a trigger to its receiver; false if there is none. */
  #tell(trigger: Trigger, error: ErrorBody | undefined): boolean {
    const { onAnswer } = trigger
    trigger.onAnswer = undefined
    onAnswer?.(error)
    return onAnswer !== undefined
  }
}

function isProvidedBy(trigger: Trigger, peer: Peer): boolean {
  return trigger.type?.provider.kind === 'worker' && trigger.type.provider.peer === peer
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof InvocationError) return thrown.detail
  return thrown instanceof Error ? thrown.message : String(thrown)
}
