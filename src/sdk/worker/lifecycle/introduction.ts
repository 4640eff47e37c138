/**
 * How a worker introduces itself on each link: it retires its session before, then says who it is. The engine reads nothing
 * further from a worker until the names of the retired session are free.
 */
import { workerCodec } from '../../../wire/protocol/codec.js'
import { DEFAULT_NAMESPACE, REGISTER_WORKER } from '../../../wire/protocol/names.js'
import { isUuid } from '../../../wire/protocol/validate.js'
import type { TriggerFunction } from '../calls/trigger-request.js'
import type { WorkerMetadata } from '../options/identity.js'
import type { Link, LinkPart, Session } from '../link.js'
import type { WorkerOptions } from '../options/options.js'

export class Introduction implements LinkPart {
  readonly #link: Link
  readonly #trigger: TriggerFunction
  #introduced: Introduced

  /** @throws {SerdeError} when the metadata cannot be serialised as JSON. */
  constructor(link: Link, { metadata }: Pick<WorkerOptions, 'metadata'>, trigger: TriggerFunction) {
    this.#link = link
    this.#trigger = trigger
    this.#introduced = introduced(metadata)
  }

  opened(send: (frame: string) => void): void {
    const reattach = reattachFrame(this.#link.previous)
    if (reattach !== undefined) send(reattach)
    send(this.#introduced.frame)
  }

  /** Introduces the worker and waits for the engine's answer. */
  confirm(): Promise<unknown> {
    return this.#trigger({ function_id: REGISTER_WORKER, payload: this.#introduced.metadata })
  }

  /** Introduces the worker once more. Says nothing new, and makes the engine report a change of this worker to others. */
  repeat(): void {
    this.#link.send(this.#introduced.frame)
  }

  /** Metadata for the next worker registration. */
  introduceAs(metadata: Partial<WorkerMetadata>): void {
    this.#introduced = introduced(metadata)
  }
}

/** The message to the engine. The frame is written once: metadata that is not JSON is the caller's error, not the socket's. */
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

function introduced(metadata: Partial<WorkerMetadata>): Introduced {
  const frame = workerCodec.encode({
    type: 'invokefunction',
    function_id: REGISTER_WORKER,
    action: { type: 'void' },
    namespace: DEFAULT_NAMESPACE,
    data: metadata,
  })
  return { metadata, frame }
}
