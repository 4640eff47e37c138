/**
 * Applies the rules of a guarded listener to one connection: first its grants, then what the listener exposes. The
 * first match decides; without a match, access is denied.
 */
import { ErrorCode } from '../../errors.js'
import type { EngineMessage, MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import { DEFAULT_NAMESPACE, ENGINE_PREFIX } from '../../wire/protocol/names.js'
import type { Access, RegistrationVerdict, NamespacedMessage, Denial } from './access.js'
import type { Grants } from './auth-answer.js'
import type { Directory } from '../registry/directory.js'
import type { ListenerConfig } from '../config/listener-config.js'
import type { RegistrationHooks } from './registration-hooks.js'

/** Functions that every worker needs. They are allowed unless forbidden by name. */
const INFRASTRUCTURE: ReadonlySet<string> = new Set([
  'engine::channels::create',
  'engine::workers::register',
  ...['info', 'warn', 'error', 'debug', 'trace'].map((level) => `engine::log::${level}`),
  ...['get', 'set', 'get_all'].map((name) => `engine::baggage::${name}`),
])

type FunctionMessage = MessageNamed<WorkerMessage, 'registerfunction'>
type TypeMessage = MessageNamed<WorkerMessage, 'registertriggertype'>
type TriggerMessage = MessageNamed<WorkerMessage, 'registertrigger'>

/** State that the sessions of a listener share. */
export interface GuardedAccessParts {
  readonly rules: Pick<ListenerConfig, 'rbac' | 'middlewareFunctionId'>
  readonly hooks: RegistrationHooks
  readonly directory: Directory
  /** Functions that the configuration names. */
  readonly namedFunctions: ReadonlySet<string>
}

export class GuardedAccess implements Access {
  readonly #grants: Grants
  readonly #parts: GuardedAccessParts
  #holder: object = this

  constructor(grants: Grants, parts: GuardedAccessParts) {
    this.#grants = grants
    this.#parts = parts
  }

  get holder(): object {
    return this.#holder
  }

  get middleware(): Access['middleware'] {
    const functionId = this.#parts.rules.middlewareFunctionId
    return functionId === undefined ? undefined : { functionId, context: this.#grants.context }
  }

  succeed(previous: Access): void {
    this.#holder = previous.holder
  }

  refuseForbidden(functionId: string): Denial | undefined {
    if (!this.#grants.forbiddenFunctions(functionId)) return undefined
    return forbidden(functionId, 'remove from rbac.forbidden_functions')
  }

  refuseCall(namespace: string, functionId: string, metadata: unknown): Denial | undefined {
    const refusal = this.refuseForbidden(functionId)
    if (refusal !== undefined) return refusal
    const { namespaces, allowedFunctions } = this.#grants
    if (namespaces.get(namespace)?.(functionId) === true) return undefined
    if (namespace === DEFAULT_NAMESPACE && (allowedFunctions(functionId) || INFRASTRUCTURE.has(functionId))) {
      return undefined
    }
    const { rbac } = this.#parts.rules
    if (rbac === undefined) return undefined
    const candidate = { id: functionId, namespace, metadata }
    if (rbac.exposeFunctions.some((exposes) => exposes(candidate))) return undefined
    return forbidden(functionId, 'add to rbac.expose_functions')
  }

  refuseNamespace(namespace: string): Denial | undefined {
    const { homes } = this.#grants
    if (homes?.includes(namespace) !== false) return undefined
    const message = `namespace '${namespace}' not allowed for this session (permitted: ${homes.join(', ')})`
    return { code: ErrorCode.FORBIDDEN, message }
  }

  admit(message: NamespacedMessage, namespace: string): RegistrationVerdict | Promise<RegistrationVerdict> {
    const refusal = this.refuseNamespace(namespace)
    if (refusal !== undefined) return refused(refusal.message)
    switch (message.type) {
      case 'registerfunction':
        return this.#admitFunction(message, namespace)
      case 'registertriggertype':
        return this.#admitTriggerType(message)
      case 'registertrigger':
        return this.#admitTrigger(message)
      case 'unregisterfunction':
      case 'unregistertrigger':
      case 'registerservice':
        return { kind: 'admitted', message }
    }
  }

  #admitFunction(message: FunctionMessage, namespace: string): RegistrationVerdict | Promise<RegistrationVerdict> {
    if (!this.#grants.allowFunctionRegistration) return refused('functions may not be registered in this session')
    const hook = this.#parts.rules.rbac?.onFunctionRegistration
    if (hook === undefined) return this.#prefixFunction(message)
    const about = { namespace, context: this.#grants.context }
    return this.#parts.hooks
      .reviewFunction(hook, message, about)
      .then((verdict) => (isAdmitted(verdict, 'registerfunction') ? this.#prefixFunction(verdict.message) : verdict))
  }

  /** Whatever id a hook returns, the prefix is added to it and reserved ids stay reserved. */
  #prefixFunction(message: FunctionMessage): RegistrationVerdict {
    const id = this.#prefixed(message.id)
    if (isReserved(id) || this.#parts.namedFunctions.has(id)) return refused(`the function id '${id}' is reserved`)
    return { kind: 'admitted', message: { ...message, id }, calledAs: message.id }
  }

  #admitTriggerType(message: TypeMessage): RegistrationVerdict | Promise<RegistrationVerdict> {
    if (!this.#grants.allowTriggerTypeRegistration) return refused('trigger types may not be provided in this session')
    const refusal = message.namespace === undefined ? undefined : this.refuseNamespace(message.namespace)
    if (refusal !== undefined) return refused(refusal.message)
    const hook = this.#parts.rules.rbac?.onTriggerTypeRegistration
    if (hook === undefined) return { kind: 'admitted', message }
    return this.#parts.hooks.reviewTriggerType(hook, message, this.#grants.context)
  }

  #admitTrigger(message: TriggerMessage): RegistrationVerdict | Promise<RegistrationVerdict> {
    const refusal = this.#refuseType(message)
    if (refusal !== undefined) return refusal
    const hook = this.#parts.rules.rbac?.onTriggerRegistration
    if (hook === undefined) return this.#checkTrigger(message, message)
    return this.#parts.hooks
      .reviewTrigger(hook, message, this.#grants.context)
      .then((verdict) =>
        isAdmitted(verdict, 'registertrigger') ? this.#checkTrigger(message, verdict.message) : verdict,
      )
  }

  #refuseType({ trigger_type: type }: TriggerMessage): RegistrationVerdict | undefined {
    const isAllowed = this.#grants.allowedTriggerTypes?.has(type) !== false
    return isAllowed ? undefined : refused(`trigger type '${type}' is not allowed in this session`)
  }

  /** A trigger calls functions on behalf of its worker, so it has the same rights as the worker. */
  #checkTrigger(original: TriggerMessage, asked: TriggerMessage): RegistrationVerdict {
    const refusal = this.#refuseType(asked)
    if (refusal !== undefined) return refusal
    const { namespace = DEFAULT_NAMESPACE, config } = asked
    const message = { ...asked, namespace, function_id: this.#prefixed(asked.function_id) }
    const target = [message.function_id, ...functionsIn(config)].find(
      (each) => this.refuseCall(namespace, each, this.#parts.directory.find(namespace, each)?.metadata) !== undefined,
    )
    if (target === undefined) return { kind: 'admitted', message }
    const { id, trigger_type, function_id } = original
    const reason = `function '${target}' not allowed in namespace '${namespace}'`
    const error = { code: ErrorCode.FORBIDDEN, message: reason }
    return refused(reason, { type: 'triggerregistrationresult', id, trigger_type, function_id, error })
  }

  #prefixed(functionId: string): string {
    const { functionPrefix } = this.#grants
    return functionPrefix === undefined ? functionId : `${functionPrefix}::${functionId}`
  }
}

/** Functions that the engine calls because of their names: its own, and those that replace the storage of a stream. */
function isReserved(functionId: string): boolean {
  return functionId.startsWith(ENGINE_PREFIX) || STREAM_STORE.test(functionId)
}

const STREAM_STORE = /^stream::[a-z_]+\(/

/** A member that names functions: `condition_function_id`, `middleware_function_ids` and similar names. */
const NAMES_FUNCTIONS = /function_?ids?$/i

/** Every function that the configuration of a trigger names, at any depth. */
function functionsIn(config: unknown): string[] {
  const found: string[] = []
  const open: unknown[] = [config]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    for (const [key, member] of Object.entries(value)) {
      open.push(member)
      if (!NAMES_FUNCTIONS.test(key)) continue
      const ids: readonly unknown[] = Array.isArray(member) ? member : [member]
      for (const id of ids) if (typeof id === 'string' && id !== '') found.push(id)
    }
  }
  return found
}

function isAdmitted<Type extends NamespacedMessage['type']>(
  verdict: RegistrationVerdict,
  type: Type,
): verdict is Extract<RegistrationVerdict, { kind: 'admitted' }> & {
  message: MessageNamed<NamespacedMessage, Type>
} {
  return verdict.kind === 'admitted' && verdict.message.type === type
}

function forbidden(functionId: string, advice: string): Denial {
  return { code: ErrorCode.FORBIDDEN, message: `function '${functionId}' not allowed (${advice})` }
}

function refused(reason: string, reply?: EngineMessage): RegistrationVerdict {
  return { kind: 'refused', reason, ...(reply && { reply }) }
}
