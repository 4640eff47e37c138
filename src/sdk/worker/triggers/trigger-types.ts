/**
 * Trigger types this worker provides. The engine hands bindings over, again on every link; handlers see each binding
 * once per change: a replayed binding replaces the one known, one that is not replayed was removed meanwhile.
 */
import { type ErrorBody, ErrorCode, invalidArgument, RuntimeError } from '../../../errors.js'
import type { Clock } from '../../../std/time/clock.js'
import { workerCodec } from '../../../wire/protocol/codec.js'
import { toErrorBody } from '../../../wire/protocol/error-body.js'
import type { EngineMessage, MessageNamed } from '../../../wire/protocol/messages.js'
import { checkFunction, checkId, checkJson, checkNamespace, checkRecord } from '../check.js'
import type { Barrier } from '../lifecycle/barrier.js'
import { ReplayedRegistrations } from '../lifecycle/replayed.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { Link, LinkPart } from '../link.js'

/** Binding that the provider of a trigger type receives. */
export type TriggerConfig<TConfig> = {
  id: string
  /** What to call when the trigger fires. */
  function_id: string
  config: TConfig
  metadata?: Record<string, unknown>
  /** Where `function_id` lives; pass it on to `trigger`. */
  namespace?: string
}

/** Callbacks of a provider: a binding is added or removed. */
export type TriggerHandler<TConfig> = {
  /** Throwing refuses the trigger; its owner receives the error. */
  registerTrigger(config: TriggerConfig<TConfig>): Promise<void>
  unregisterTrigger(config: TriggerConfig<TConfig>): Promise<void>
}

/** A trigger type to provide. */
export type RegisterTriggerTypeInput = {
  id: string
  /** Shown in lists of trigger types. */
  description: string
  namespace?: string | undefined
  /** JSON Schema of a binding's `config`. */
  trigger_request_format?: unknown
  /** JSON Schema of the payload that bound functions receive. */
  call_request_format?: unknown
}

type BindMessage = MessageNamed<EngineMessage, 'registertrigger'>
type Handler = TriggerHandler<unknown>

interface Bound {
  readonly handler: Handler
  readonly triggerType: string
  readonly config: TriggerConfig<unknown>
  readonly link: number
}

/** The parts of a worker that providing stands on. */
export interface ProviderParts {
  readonly link: Link
  readonly barrier: Barrier
  readonly clock: Clock
  readonly report: Report
}

/** How long to wait when the engine could not be asked, or has not answered. */
const ASK_AGAIN_MS = 1_000

const NOT_PROVIDED: ErrorBody = { code: ErrorCode.trigger_type_not_found, message: 'Trigger type not found' }

export class TriggerTypes implements LinkPart {
  readonly #parts: ProviderParts
  readonly #registrations: ReplayedRegistrations
  readonly #provided = new Map<string, { readonly handler: Handler }>()
  readonly #bound = new Map<string, Bound>()
  /** The last step per binding: steps of one binding run one after the other. */
  readonly #steps = new Map<string, Promise<void>>()

  constructor(parts: ProviderParts) {
    this.#parts = parts
    this.#registrations = new ReplayedRegistrations(parts.link)
  }

  /** Bindings taken on. */
  get bindings(): number {
    return this.#bound.size
  }

  /**
   * Provides a trigger type; the function returned ends that.
   * @throws {RuntimeError} `INVALID_ARGUMENT` for an empty id or a handler without its two functions,
   * `DUPLICATE_TRIGGER_TYPE` for an id provided already.
   */
  register(input: RegisterTriggerTypeInput, handler: Handler): () => void {
    checkRecord('triggerType', input)
    const id = checkId('id', input.id)
    const members = checkRecord('handler', handler)
    for (const name of ['registerTrigger', 'unregisterTrigger']) checkFunction(`handler.${name}`, members[name])
    if (this.#provided.has(id)) {
      throw new RuntimeError(ErrorCode.DUPLICATE_TRIGGER_TYPE, `trigger type already registered: ${id}`)
    }
    const { description, trigger_request_format, call_request_format } = input
    if (typeof description !== 'string') throw invalidArgument('description', 'a string', description)
    checkJson('trigger_request_format', trigger_request_format)
    checkJson('call_request_format', call_request_format)
    const namespace = checkNamespace('namespace', input.namespace)
    const message = { id, description, namespace, trigger_request_format, call_request_format }
    this.#registrations.add(id, { type: 'registertriggertype', ...message })
    const entry = { handler }
    this.#provided.set(id, entry)
    return () => {
      // A later registration under the same id is not this one's to remove.
      if (this.#provided.get(id) === entry) this.unregister(id)
    }
  }

  /** Stops providing a type and releases its bindings. The engine keeps it listed until this worker disconnects. */
  unregister(id: string): void {
    const handler = this.#provided.get(id)?.handler
    this.#provided.delete(id)
    this.#registrations.remove(id, { type: 'unregistertriggertype', id })
    if (handler !== undefined) this.#releaseWhere((bound) => bound.handler === handler && bound.triggerType === id)
  }

  /** Releases every binding and takes none on any more: the worker ends. */
  releaseAll(): void {
    this.#provided.clear()
    this.#releaseWhere(() => true)
  }

  opened(send: (frame: string) => void): void {
    this.#registrations.replay(send)
  }

  connected(): void {
    if (this.#bound.size > 0) this.#releaseStaleLater()
  }

  /** The engine asks to take a binding on. */
  bind(message: BindMessage): void {
    const link = this.#parts.link.number
    const handler = this.#provided.get(message.trigger_type)?.handler
    if (handler === undefined) {
      this.#answer(message, link, NOT_PROVIDED)
      return
    }
    this.#enqueue(message.id, async () => {
      await this.#release(message.id)
      const triggerType = message.trigger_type
      const bound: Bound = { handler, triggerType, config: configOf(message), link }
      try {
        await handler.registerTrigger(bound.config)
        this.#bound.set(message.id, bound)
        // The type was given up meanwhile.
        if (this.#provided.get(triggerType)?.handler === handler) this.#answer(message, link)
        else {
          await this.#release(bound.config.id)
          this.#answer(message, link, NOT_PROVIDED)
        }
      } catch (thrown) {
        const error = { ...toErrorBody(thrown), code: ErrorCode.trigger_registration_failed }
        this.#answer(message, link, error)
      }
    })
  }

  /** The engine says that a binding is gone. */
  unbind(triggerId: string): void {
    this.#enqueue(triggerId, () => this.#release(triggerId))
  }

  /** Once the engine has handed over every binding again. */
  #releaseStaleLater(): void {
    const { barrier, clock, link } = this.#parts
    const { number } = link
    const again = (): void => {
      // On another link, that one has asked anew.
      if (link.isOpen && link.number === number && this.#bound.size > 0) this.#releaseStaleLater()
    }
    barrier.pass().then(
      () => {
        this.#releaseStale()
      },
      () => clock.after(ASK_AGAIN_MS, again, 'background'),
    )
  }

  /** Releases bindings that the engine did not hand over again on the present link: their owners have left. */
  #releaseStale(): void {
    const link = this.#parts.link.number
    for (const [id] of this.#bound) {
      this.#enqueue(id, () => (this.#bound.get(id)?.link === link ? Promise.resolve() : this.#release(id)))
    }
  }

  #releaseWhere(isMeant: (bound: Bound) => boolean): void {
    for (const [id, bound] of this.#bound) {
      if (isMeant(bound))
        this.#enqueue(id, () => (this.#bound.get(id) === bound ? this.#release(id) : Promise.resolve()))
    }
  }

  async #release(triggerId: string): Promise<void> {
    const bound = this.#bound.get(triggerId)
    if (bound === undefined) return
    this.#bound.delete(triggerId)
    try {
      await bound.handler.unregisterTrigger(bound.config)
    } catch (error) {
      this.#parts.report({ kind: 'callback_failed', error })
    }
  }

  /** Answers a binding on the link that brought it: no error means it is taken on. */
  #answer(binding: BindMessage, link: number, error?: ErrorBody): void {
    if (link !== this.#parts.link.number) return
    const { id, trigger_type, function_id } = binding
    this.#parts.link.send(
      workerCodec.encode({ type: 'triggerregistrationresult', id, trigger_type, function_id, error }),
    )
  }

  #enqueue(triggerId: string, step: () => Promise<void>): void {
    const previous = this.#steps.get(triggerId) ?? Promise.resolve()
    const current = previous.then(step).catch((error: unknown) => {
      this.#parts.report({ kind: 'callback_failed', error })
    })
    this.#steps.set(triggerId, current)
    void current.then(() => {
      if (this.#steps.get(triggerId) === current) this.#steps.delete(triggerId)
    })
  }
}

function configOf(message: BindMessage): TriggerConfig<unknown> {
  return {
    id: message.id,
    function_id: message.function_id,
    config: message.config,
    ...(message.metadata === undefined ? {} : { metadata: message.metadata as Record<string, unknown> }),
    ...(message.namespace === undefined ? {} : { namespace: message.namespace }),
  }
}
