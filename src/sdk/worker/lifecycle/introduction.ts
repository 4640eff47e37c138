/**
 * How a worker introduces itself on each link: it retires its session before, then says who it is. The engine reads nothing
 * further from a worker until the names of the retired session are free.
 */
import { ErrorCode, RemoteError } from '../../../errors.js'
import { workerCodec } from '../../../wire/protocol/codec.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../../wire/protocol/names.js'
import { isRecord, isUuid } from '../../../wire/protocol/validate.js'
import type { TriggerFunction } from '../calls/trigger-request.js'
import type { WorkerMetadata } from '../identity.js'
import type { Link, LinkPart, Session } from '../link.js'
import type { WorkerOptions } from '../options.js'

export class Introduction implements LinkPart {
  readonly #link: Link
  readonly #trigger: TriggerFunction
  readonly #namespace: string
  readonly #name: string
  readonly #named: Introduced
  readonly #nameless: Introduced
  /** False while another worker holds the name. */
  #isNamed = true

  /** @throws {SerdeError} when the metadata cannot be serialised as JSON. */
  constructor(
    link: Link,
    { metadata, namespace }: Pick<WorkerOptions, 'metadata' | 'namespace'>,
    trigger: TriggerFunction,
  ) {
    this.#link = link
    this.#trigger = trigger
    this.#namespace = namespace ?? DEFAULT_NAMESPACE
    this.#name = metadata.name
    this.#named = { metadata, frame: registerFrame(metadata) }
    const { name: _name, ...nameless } = metadata
    this.#nameless = { metadata: nameless, frame: registerFrame(nameless) }
  }

  opened(send: (frame: string) => void): void {
    const reattach = reattachFrame(this.#link.previous)
    if (reattach !== undefined) send(reattach)
    send(this.#introduced.frame)
  }

  /** Introduces the worker and waits for the engine's answer. */
  confirm(): Promise<unknown> {
    return this.#register(this.#introduced.metadata)
  }

  /** Introduces the worker once more. Says nothing new, and makes the engine report a change of this worker to others. */
  repeat(): void {
    this.#link.send(this.#introduced.frame)
  }

  /** From now on the worker introduces itself without its name. */
  giveUpName(): void {
    // Without the name the next link is not refused, and functions that are held may become free any moment.
    if (this.#isNamed) this.#link.connection.expectEnd()
    this.#isNamed = false
  }

  /** Asks for the name if no worker holds it; true once this worker has it. Never rejects. */
  async claimName(): Promise<boolean> {
    this.#isNamed = await this.#claimName()
    return this.#isNamed
  }

  async #claimName(): Promise<boolean> {
    // Asking for a name that is held would end the link, so it is looked up first.
    const payload = { name: this.#name, namespace: this.#namespace }
    try {
      await this.#trigger({ function_id: EngineFunctions.INFO_WORKERS, payload })
      return false
    } catch (error) {
      if (!(error instanceof RemoteError && error.code === ErrorCode.NOT_FOUND)) return false
    }
    this.#isNamed = true
    const answer: unknown = await this.#register(this.#named.metadata).catch(
      () => undefined, // Refused after all, and the link has ended by that; or it ended by itself.
    )
    return isRecord(answer) && answer['success'] === true
  }

  #register(metadata: Partial<WorkerMetadata>): Promise<unknown> {
    return this.#trigger({ function_id: EngineFunctions.REGISTER_WORKER, payload: metadata })
  }

  get #introduced(): Introduced {
    return this.#isNamed ? this.#named : this.#nameless
  }
}

/** What the engine receives. The frame is written once: metadata that is no JSON is the caller's error, not the socket's. */
interface Introduced {
  readonly metadata: Partial<WorkerMetadata>
  readonly frame: string
}

/** Retires a session; undefined without one, or when its ids are none that an engine could know again. */
function reattachFrame(previous: Session | undefined): string | undefined {
  const { workerId, reattachToken } = previous ?? {}
  if (!isUuid(workerId) || !isUuid(reattachToken)) return undefined
  return workerCodec.encode({ type: 'reattach', previous_worker_id: workerId, reattach_token: reattachToken })
}

function registerFrame(metadata: Partial<WorkerMetadata>): string {
  return workerCodec.encode({
    type: 'invokefunction',
    function_id: EngineFunctions.REGISTER_WORKER,
    action: { type: 'void' },
    namespace: DEFAULT_NAMESPACE,
    data: metadata,
  })
}
