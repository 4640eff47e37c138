/**
 * The rules of a guarded listener, applied to one connection: the grants it was given, then what the listener exposes.
 * First match wins, and nothing matching means no.
 */
import { ErrorCode, type ErrorBody } from '../errors.js'
import { DEFAULT_NAMESPACE } from '../protocol/names.js'
import { isRecord } from '../protocol/validate.js'
import type { Access, Admission, RegistrationMessage } from './access.js'
import type { Grants } from './auth-answer.js'
import type { ListenerConfig } from './listener-config.js'
import type { RegistrationHooks } from './registration-hooks.js'

/** What a worker cannot do without, unless it is forbidden by name. */
const INFRASTRUCTURE: ReadonlySet<string> = new Set([
  'engine::channels::create',
  'engine::workers::register',
  ...['info', 'warn', 'error', 'debug', 'trace'].map((level) => `engine::log::${level}`),
  ...['get', 'set', 'get_all'].map((name) => `engine::baggage::${name}`),
])

export class GuardedAccess implements Access {
  readonly #rules: Pick<ListenerConfig, 'rbac' | 'middlewareFunctionId'>
  readonly #grants: Grants
  readonly #hooks: RegistrationHooks

  constructor(rules: Pick<ListenerConfig, 'rbac' | 'middlewareFunctionId'>, grants: Grants, hooks: RegistrationHooks) {
    this.#rules = rules
    this.#grants = grants
    this.#hooks = hooks
  }

  get middleware(): Access['middleware'] {
    const functionId = this.#rules.middlewareFunctionId
    return functionId === undefined ? undefined : { functionId, context: this.#grants.context }
  }

  refuseCall(namespace: string, functionId: string, metadata: unknown): ErrorBody | undefined {
    const { forbiddenFunctions, namespaces, allowedFunctions } = this.#grants
    if (forbiddenFunctions.has(functionId)) return forbidden(functionId, 'remove from rbac.forbidden_functions')
    if (namespaces.get(namespace)?.some((matches) => matches(functionId)) === true) return undefined
    if (namespace === DEFAULT_NAMESPACE && (allowedFunctions.has(functionId) || INFRASTRUCTURE.has(functionId))) {
      return undefined
    }
    const { rbac } = this.#rules
    if (rbac === undefined) return undefined
    const candidate = { id: functionId, namespace, metadata }
    if (rbac.exposeFunctions.some((exposes) => exposes(candidate))) return undefined
    return forbidden(functionId, 'add to rbac.expose_functions')
  }

  refuseNamespace(namespace: string): ErrorBody | undefined {
    const { namespaces } = this.#grants
    if (namespaces.size === 0 || namespaces.has(namespace)) return undefined
    const permitted = [...namespaces.keys()].sort().join(', ')
    const message = `namespace '${namespace}' not allowed for this session (permitted: ${permitted})`
    return { code: ErrorCode.FORBIDDEN, message }
  }

  admit(message: RegistrationMessage, namespace: string): Admission | Promise<Admission> {
    const refusal = this.refuseNamespace(namespace)
    if (refusal !== undefined) return { kind: 'refused', reason: refusal.message }
    switch (message.type) {
      case 'registerfunction':
        return this.#admitFunction(message, namespace)
      case 'registertriggertype':
        return this.#admitTriggerType(message)
      case 'registertrigger':
        return this.#admitTrigger(message, namespace)
      case 'unregisterfunction':
      case 'unregistertrigger':
      case 'registerservice':
        return { kind: 'admitted', message }
    }
  }

  #admitFunction(
    message: Extract<RegistrationMessage, { type: 'registerfunction' }>,
    namespace: string,
  ): Admission | Promise<Admission> {
    if (!this.#grants.allowFunctionRegistration) return refused('functions may not be registered in this session')
    const prefixed = { ...message, id: this.#prefixed(message.id) }
    const hook = this.#rules.rbac?.onFunctionRegistration
    if (hook === undefined) return { kind: 'admitted', message: prefixed, localId: message.id }
    const { context } = this.#grants
    return this.#hooks.reviewFunction(hook, prefixed, { namespace, context, localId: message.id })
  }

  #admitTriggerType(
    message: Extract<RegistrationMessage, { type: 'registertriggertype' }>,
  ): Admission | Promise<Admission> {
    if (!this.#grants.allowTriggerTypeRegistration) return refused('trigger types may not be provided in this session')
    const refusal = message.namespace === undefined ? undefined : this.refuseNamespace(message.namespace)
    if (refusal !== undefined) return refused(refusal.message)
    const hook = this.#rules.rbac?.onTriggerTypeRegistration
    if (hook === undefined) return { kind: 'admitted', message }
    return this.#hooks.reviewTriggerType(hook, message, this.#grants.context)
  }

  #admitTrigger(
    message: Extract<RegistrationMessage, { type: 'registertrigger' }>,
    namespace: string,
  ): Admission | Promise<Admission> {
    const prefixed = { ...message, function_id: this.#prefixed(message.function_id) }
    const { context } = this.#grants
    const hook = this.#rules.rbac?.onTriggerRegistration
    const checked = (admission: Admission): Admission => this.#checkTrigger(message, admission, namespace)
    if (hook === undefined) return checked({ kind: 'admitted', message: prefixed })
    const refusal = checked({ kind: 'admitted', message: prefixed })
    if (refusal.kind === 'refused') return refusal
    // Looked at again afterwards, since the hook may have pointed it elsewhere.
    return this.#hooks.reviewTrigger(hook, prefixed, { namespace, context }).then(checked)
  }

  /** A trigger calls for its worker, so it reaches no further than the worker itself. */
  #checkTrigger(
    original: Extract<RegistrationMessage, { type: 'registertrigger' }>,
    admission: Admission,
    home: string,
  ): Admission {
    if (admission.kind === 'refused' || admission.message.type !== 'registertrigger') return admission
    const { id, trigger_type, function_id } = original
    const { namespace = home, config } = admission.message
    if (this.#grants.allowedTriggerTypes?.has(admission.message.trigger_type) === false) {
      return refused(`trigger type '${admission.message.trigger_type}' is not allowed in this session`)
    }
    const target = [admission.message.function_id, ...helpersIn(config)].find(
      (each) => this.refuseCall(namespace, each, this.#hooks.metadataOf(namespace, each)) !== undefined,
    )
    if (target === undefined) return admission
    const message = `function '${target}' not allowed in namespace '${namespace}'`
    const error = { code: ErrorCode.FORBIDDEN, message }
    return {
      kind: 'refused',
      reason: message,
      reply: { type: 'triggerregistrationresult', id, trigger_type, function_id, error },
    }
  }

  #prefixed(functionId: string): string {
    const { functionPrefix } = this.#grants
    return functionPrefix === undefined ? functionId : `${functionPrefix}::${functionId}`
  }
}

/** Functions the engine would call for a trigger beside its target. */
function helpersIn(config: unknown): string[] {
  if (!isRecord(config)) return []
  const { condition_function_id: condition, middleware_function_ids: middleware } = config
  const all: unknown[] = [condition, ...(Array.isArray(middleware) ? (middleware as unknown[]) : [])]
  return all.filter((each) => typeof each === 'string' && each !== '') as string[]
}

function forbidden(functionId: string, advice: string): ErrorBody {
  return { code: ErrorCode.FORBIDDEN, message: `function '${functionId}' not allowed (${advice})` }
}

function refused(reason: string): Admission {
  return { kind: 'refused', reason }
}
