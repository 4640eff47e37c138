/**
 * Handles the registrations of workers: checks limits and conflicts, then updates the directory or the bindings. The
 * namespace of the worker is known and the listener has accepted the message before it arrives here.
 */
import { ErrorCode, type ErrorBody } from '../../errors.js'
import type { MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import { blankNamespace, DEFAULT_NAMESPACE, EngineTriggers } from '../../wire/protocol/names.js'
import { assertNever } from '../../std/assert-never.js'
import { weightOf } from '../../std/json/weight.js'
import { isForeign, type NamespacedMessage } from '../access/access.js'
import type { Builtin } from '../builtins/builtin.js'
import type { FunctionEntry } from './directory.js'
import type { EngineParts } from '../engine-parts.js'
import { nameOf, refusalOf, type Peer } from '../links/peer.js'
import type { TriggerRegistration } from '../triggers/trigger.js'

/** The worker's own id of a function that is registered under another id. */
interface OwnNames {
  /** The id in its registration, which it uses to unregister. */
  readonly sentAs: string
  /** The id that calls carry. */
  readonly calledAs: string
}

type Registration<Type extends NamespacedMessage['type']> = MessageNamed<WorkerMessage, Type>

export class Registrations {
  readonly #parts: EngineParts
  readonly #serveExternal: Builtin['serveExternal']

  /** @param serveExternal serves functions on other servers, if a built-in provides that. */
  constructor(parts: EngineParts, serveExternal: Builtin['serveExternal']) {
    this.#parts = parts
    this.#serveExternal = serveExternal
  }

  /** Handles one registration. `names` are the worker's own ids of the function, if they differ. */
  apply(peer: Peer, message: NamespacedMessage, names?: OwnNames): void {
    switch (message.type) {
      case 'registerfunction':
        this.#registerFunction(peer, message, names ?? { sentAs: message.id, calledAs: message.id })
        return
      case 'unregisterfunction':
        this.#unregisterFunction(peer, message.id)
        return
      case 'registertriggertype':
        this.#registerTriggerType(peer, message)
        return
      case 'registertrigger':
        this.#registerTrigger(peer, message)
        return
      case 'unregistertrigger':
        this.#unregisterTrigger(peer, message)
        return
      case 'registerservice':
        // Services only group functions in lists, and no function returns them.
        return
      default:
        assertNever(message)
    }
  }

  #registerFunction(peer: Peer, message: Registration<'registerfunction'>, names: OwnNames): void {
    const { id, description, request_format, response_format, metadata } = message
    const { namespace } = peer
    const { directory, handOver, bindings, limits } = this.#parts
    if (directory.ownedBy(peer).size >= limits.maxRegistrations) {
      this.#refuse(peer, message, `a worker registers at most ${String(limits.maxRegistrations)} functions`)
      return
    }
    const bytes = weightOf(message)
    if (this.#isTooLarge(peer, message, bytes - (this.#ownFunction(peer, id)?.bytes ?? 0))) return
    const conflict = directory.register({
      id,
      namespace,
      description,
      requestSchema: request_format,
      responseSchema: response_format,
      metadata,
      target: { kind: 'worker', peer, ...names },
      bytes,
    })
    if (conflict !== undefined) {
      const { ownerWorkerId } = conflict
      const isNew = ownerWorkerId === '' || handOver.refused(peer, { namespace, id }, names.sentAs)
      // A worker that waits for the function registers again repeatedly.
      if (isNew) this.#reportConflict(peer, id, ownerWorkerId)
      this.#conflict(peer, id, ownerWorkerId)
      return
    }
    if (message.invocation !== undefined) this.#makeExternal(peer, message, message.invocation)
    if (directory.find(namespace, id) === undefined) return
    bindings.changed({ namespace, id, metadata })
    handOver.taken(peer, { namespace, id })
  }

  /** A conflict is reported before the URL is checked, so the entry exists already. */
  #makeExternal(
    peer: Peer,
    message: Registration<'registerfunction'>,
    invocation: Readonly<Record<string, unknown>>,
  ): void {
    const { directory } = this.#parts
    const entry = directory.find(peer.namespace, message.id)
    try {
      if (this.#serveExternal === undefined) throw new Error('`iii-http-functions` is not part of this engine')
      const call = this.#serveExternal(message.id, invocation, peer.access !== undefined)
      if (entry?.target.kind !== 'worker') return
      const { sentAs } = entry.target
      directory.register({ ...entry, target: { kind: 'external', peer, sentAs, call } })
    } catch (error) {
      directory.unregister(peer, peer.namespace, message.id)
      this.#refuse(peer, message, error instanceof Error ? error.message : String(error))
    }
  }

  #unregisterFunction(peer: Peer, id: string): void {
    const { handOver } = this.#parts
    const owned = this.#ownedAs(peer, id)
    if (owned === undefined) handOver.withdrawn(peer, id)
    else {
      this.#parts.directory.unregister(peer, peer.namespace, owned)
      handOver.givenUp(peer, [{ namespace: peer.namespace, id: owned }])
    }
  }

  /** The registered id of a function by the worker's own id of it. They differ with a prefix or after a hook. */
  #ownedAs(peer: Peer, id: string): string | undefined {
    const { directory } = this.#parts
    const entry = this.#ownFunction(peer, id)
    if (entry !== undefined && isCalled(entry.target, id)) return id
    for (const { id: registeredId, target } of directory.ownedBy(peer)) if (isCalled(target, id)) return registeredId
    return undefined
  }

  #conflict(peer: Peer, id: string, ownerWorkerId: string): void {
    peer.send({
      type: 'registrationrejected',
      code: ErrorCode.FUNCTION_NAMESPACE_CONFLICT,
      namespace: peer.namespace,
      function_id: id,
      owner_worker_id: ownerWorkerId,
    })
  }

  #reportConflict(peer: Peer, id: string, ownerWorkerId: string): void {
    const { sessions, emit } = this.#parts
    const owner = sessions.get(ownerWorkerId)
    const reason = owner === undefined ? 'the engine serves it itself' : `the worker ${nameOf(owner)} owns it`
    emit(refusalOf(peer, { type: 'registerfunction', id }, { reason, ownerWorkerId }))
  }

  #registerTriggerType(peer: Peer, message: Registration<'registertriggertype'>): void {
    const { id, description, trigger_request_format, call_request_format, namespace = peer.namespace } = message
    const { bindings, limits } = this.#parts
    if (namespace.trim() === '') {
      this.#refuse(peer, message, blankNamespace('namespace'))
      return
    }
    if (bindings.types.providedBy(peer).size >= limits.maxRegistrations) {
      this.#refuse(peer, message, `a worker provides at most ${String(limits.maxRegistrations)} trigger types`)
      return
    }
    if (peer.access !== undefined && bindings.types.isTaken(namespace, id, peer)) {
      this.#refuse(peer, message, 'the trigger type is provided by another worker or by the engine')
      return
    }
    const present = bindings.types.find(namespace, id)
    const isOwn = present !== undefined && bindings.types.providedBy(peer).has(present)
    const bytes = weightOf(message)
    if (this.#isTooLarge(peer, message, bytes - (isOwn ? present.bytes : 0))) return
    const provided = bindings.provide({
      id,
      namespace,
      description,
      configurationSchema: trigger_request_format,
      requestSchema: call_request_format,
      bytes,
      provider: { kind: 'worker', peer },
    })
    if (!provided) this.#refuse(peer, message, 'the engine provides this trigger type itself')
  }

  #registerTrigger(peer: Peer, message: Registration<'registertrigger'>): void {
    const { id, trigger_type, function_id, config, metadata, trigger_namespace } = message
    // Unlike the type, the function is not looked up in the namespace of the worker.
    const { namespace = DEFAULT_NAMESPACE } = message
    const bytes = weightOf(message)
    const error = this.#checkTrigger(peer, message, { namespace, bytes })
    if (error !== undefined) {
      this.#refuse(peer, message, error.message)
      peer.send({ type: 'triggerregistrationresult', id, trigger_type, function_id, error })
      return
    }
    if (trigger_type === EngineTriggers.WORKERS_AVAILABLE) this.#parts.handOver.listens(peer)
    this.#parts.bindings.register({
      id,
      triggerType: trigger_type,
      functionId: function_id,
      namespace,
      config,
      metadata,
      homeNamespace: peer.namespace,
      typeNamespace: trigger_namespace,
      owner: peer,
      access: peer.access,
      bytes,
    })
  }

  /** On an open listener any worker may remove any trigger; on a guarded one only its own. */
  #unregisterTrigger(peer: Peer, message: Registration<'unregistertrigger'>): void {
    const { bindings } = this.#parts
    const present = bindings.triggers.get(message.id)
    if (isForeign(present ?? {}, peer.access)) this.#refuse(peer, message, 'the trigger is not of this session')
    else bindings.unregister(message.id)
  }

  #checkTrigger(
    peer: Peer,
    message: Registration<'registertrigger'>,
    { namespace, bytes }: Pick<TriggerRegistration, 'namespace' | 'bytes'>,
  ): ErrorBody | undefined {
    const { id, trigger_namespace: typeNamespace } = message
    if (namespace.trim() === '') return { code: ErrorCode.INVALID_NAMESPACE, message: blankNamespace('namespace') }
    if (typeNamespace?.trim() === '')
      return { code: ErrorCode.INVALID_NAMESPACE, message: blankNamespace('trigger_namespace') }
    const { limits, bindings, ownedBytes } = this.#parts
    const present = bindings.triggers.get(id)
    if (present !== undefined && isForeign(present, peer.access)) {
      return { code: ErrorCode.FORBIDDEN, message: `trigger '${id}' is not of this session` }
    }
    const isFull = bindings.triggers.ownedBy(peer).size >= limits.maxRegistrations
    const refusal = isFull
      ? `a worker registers at most ${String(limits.maxRegistrations)} triggers`
      : ownedBytes.refuse(peer, bytes - (present?.owner === peer ? present.bytes : 0))
    if (refusal === undefined) return undefined
    return { code: ErrorCode.trigger_registration_failed, message: refusal }
  }

  /** Refuses a registration that would exceed the memory limit. */
  #isTooLarge(peer: Peer, message: NamespacedMessage, addedBytes: number): boolean {
    const refusal = this.#parts.ownedBytes.refuse(peer, addedBytes)
    if (refusal !== undefined) this.#refuse(peer, message, refusal)
    return refusal !== undefined
  }

  #ownFunction(peer: Peer, id: string): FunctionEntry | undefined {
    const { directory } = this.#parts
    const entry = directory.find(peer.namespace, id)
    return entry !== undefined && directory.ownedBy(peer).has(entry) ? entry : undefined
  }

  #refuse(peer: Peer, message: NamespacedMessage, reason: string): void {
    this.#parts.counters.refusedFrames += 1
    this.#parts.emit(refusalOf(peer, message, { reason }))
  }
}

function isCalled(target: FunctionEntry['target'], id: string): boolean {
  if (target.kind === 'builtin') return false
  return target.sentAs === id || (target.kind === 'worker' && target.calledAs === id)
}
