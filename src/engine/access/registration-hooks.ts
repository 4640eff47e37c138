/**
 * Calls the registration hooks of a guarded listener. Each hook receives the registration and may change it by
 * returning members. A failure, a timeout or any result but an object refuses it. Never rejects.
 */
import type { MessageNamed, WorkerMessage } from '../../wire/protocol/messages.js'
import { DEFAULT_NAMESPACE } from '../../wire/protocol/names.js'
import { isRecord } from '../../wire/protocol/validate.js'
import type { RegistrationVerdict } from './access.js'
import type { InvokeWithin } from '../calls/invoke-within.js'

type FunctionMessage = MessageNamed<WorkerMessage, 'registerfunction'>
type TriggerMessage = MessageNamed<WorkerMessage, 'registertrigger'>
type TypeMessage = MessageNamed<WorkerMessage, 'registertriggertype'>

/** The session context that hooks receive beside the registration. */
interface About {
  readonly namespace: string
  readonly context: unknown
}

export class RegistrationHooks {
  readonly #invoke: InvokeWithin

  constructor(invoke: InvokeWithin) {
    this.#invoke = invoke
  }

  reviewFunction(hook: string, message: FunctionMessage, { namespace, context }: About): Promise<RegistrationVerdict> {
    const { id, description = null, metadata = null } = message
    const input = { function_id: id, description, metadata, namespace, context }
    return this.#review(hook, input, (changes) => ({
      kind: 'admitted',
      message: {
        ...message,
        id: textIn(changes, 'function_id') ?? id,
        description: textIn(changes, 'description') ?? message.description,
        metadata: changes['metadata'] ?? message.metadata,
      },
    }))
  }

  reviewTriggerType(hook: string, message: TypeMessage, context: unknown): Promise<RegistrationVerdict> {
    const { id, description } = message
    return this.#review(hook, { trigger_type_id: id, description, context }, (changes) => ({
      kind: 'admitted',
      message: {
        ...message,
        id: textIn(changes, 'trigger_type_id') ?? id,
        description: textIn(changes, 'description') ?? description,
      },
    }))
  }

  reviewTrigger(hook: string, message: TriggerMessage, context: unknown): Promise<RegistrationVerdict> {
    const { id, trigger_type, function_id, config, metadata = null, namespace = DEFAULT_NAMESPACE } = message
    const input = { trigger_id: id, trigger_type, function_id, config, metadata, namespace, context }
    return this.#review(hook, input, (changes) => ({
      kind: 'admitted',
      message: {
        ...message,
        id: textIn(changes, 'trigger_id') ?? id,
        trigger_type: textIn(changes, 'trigger_type') ?? trigger_type,
        function_id: textIn(changes, 'function_id') ?? function_id,
        config: changes['config'] ?? config,
      },
    }))
  }

  async #review(
    hook: string,
    input: Readonly<Record<string, unknown>>,
    admit: (changes: Readonly<Record<string, unknown>>) => RegistrationVerdict,
  ): Promise<RegistrationVerdict> {
    try {
      const answer = await this.#invoke({ functionId: hook, data: input })
      return isRecord(answer) ? admit(answer) : { kind: 'refused', reason: `the hook ${hook} did not return an object` }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { kind: 'refused', reason: `the hook ${hook} failed: ${reason}` }
    }
  }
}

function textIn(changes: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = changes[key]
  return typeof value === 'string' ? value : undefined
}
