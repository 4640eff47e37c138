/**
 * The first frames on every link: retire the previous connection, then say who we are. The engine reads nothing
 * further from us until the old connection's names are free.
 */
import { workerCodec } from '../../../wire/protocol/codec.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../../wire/protocol/names.js'
import { isUuid } from '../../../wire/protocol/validate.js'
import type { WorkerMetadata } from '../identity.js'

/** What the engine called us. */
export interface Greeting {
  readonly workerId: string
  readonly reattachToken: string | undefined
}

/**
 * The frame that retires the previous connection; undefined when there is none, or when its greeting held no ids that
 * an engine could know again.
 */
export function reattachFrame(previous: Greeting | undefined): string | undefined {
  const { workerId, reattachToken } = previous ?? {}
  if (!isUuid(workerId) || !isUuid(reattachToken)) return undefined
  return workerCodec.encode({ type: 'reattach', previous_worker_id: workerId, reattach_token: reattachToken })
}

/** How a worker introduces itself: by its name, or without one while another worker holds that name. */
export class Introduction {
  readonly #named: Introduced
  readonly #nameless: Introduced
  isNamed = true

  /** @throws {SerdeError} when the metadata cannot be written as JSON. */
  constructor(metadata: WorkerMetadata) {
    this.#named = { metadata, frame: registerFrame(metadata) }
    const { name: _name, ...nameless } = metadata
    this.#nameless = { metadata: nameless, frame: registerFrame(nameless) }
  }

  /** What the engine is told. */
  get metadata(): Partial<WorkerMetadata> {
    return (this.isNamed ? this.#named : this.#nameless).metadata
  }

  /** The frame that tells it. Written once: metadata that is no JSON is the caller's error, not the socket's. */
  get frame(): string {
    return (this.isNamed ? this.#named : this.#nameless).frame
  }
}

interface Introduced {
  readonly metadata: Partial<WorkerMetadata>
  readonly frame: string
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
