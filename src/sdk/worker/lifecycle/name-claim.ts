/**
 * The name of a worker that waits for names: given up while another worker holds it, and claimed once it is free.
 */
import { ErrorCode, RemoteError } from '../../../errors.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import type { TriggerFunction } from '../calls/trigger-request.js'
import type { Link } from '../link.js'
import type { WorkerOptions } from '../options/options.js'
import type { Introduction } from './introduction.js'

/** The parts of a worker that claiming stands on. */
export interface NameClaimParts {
  readonly link: Link
  readonly introduction: Introduction
  readonly options: Pick<WorkerOptions, 'metadata' | 'namespace'>
  readonly ownTrigger: TriggerFunction
}

export class NameClaim {
  readonly #parts: NameClaimParts
  /** False while another worker holds the name. */
  #isNamed = true

  constructor(parts: NameClaimParts) {
    this.#parts = parts
  }

  /** From now on the worker introduces itself without its name. */
  giveUp(): void {
    // Without the name the next link is not refused, and functions that are held may become free any moment.
    if (this.#isNamed) this.#parts.link.connection.expectEnd()
    this.#introduce(false)
  }

  /** Asks for the name if no worker holds it; true once this worker has it. Never rejects. */
  async claim(): Promise<boolean> {
    if (!(await this.#isFree())) return false
    this.#introduce(true)
    const answer: unknown = await this.#parts.introduction.confirm().catch(
      () => undefined, // Refused after all, and the link has ended by that; or it ended by itself.
    )
    this.#introduce(isRecord(answer) && answer['success'] === true)
    return this.#isNamed
  }

  /** How the worker introduces itself from now on. */
  #introduce(isNamed: boolean): void {
    if (this.#isNamed === isNamed) return
    this.#isNamed = isNamed
    const { introduction, options } = this.#parts
    const { name: _name, ...nameless } = options.metadata
    introduction.introduceAs(isNamed ? options.metadata : nameless)
  }

  /** Asking for a name that is held would end the link, so it is looked up first. */
  async #isFree(): Promise<boolean> {
    const { options, ownTrigger } = this.#parts
    const payload = { name: options.metadata.name, namespace: options.namespace ?? DEFAULT_NAMESPACE }
    try {
      await ownTrigger({ function_id: EngineFunctions.INFO_WORKERS, payload })
      return false
    } catch (error) {
      return error instanceof RemoteError && error.code === ErrorCode.NOT_FOUND
    }
  }
}
