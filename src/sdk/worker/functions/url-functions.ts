/**
 * Finds functions behind a URL that the engine has dropped. Engines answer such a registration with a line in their log
 * alone, so the worker asks for each of them once on every link. Says nothing where the listener does not let it look.
 */
import { ErrorCode, RegistrationRejectedError } from '../../../errors.js'
import { MAX_INFO_IDS } from '../../../wire/protocol/limits.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import type { TriggerFunction } from '../calls/trigger-request.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { Barrier } from '../lifecycle/barrier.js'
import type { Link, LinkPart } from '../link.js'
import type { WorkerOptions } from '../options/options.js'
import type { Functions, ServedFunction } from './functions.js'

/** The parts of a worker that the search stands on. */
export interface UrlFunctionsParts {
  readonly link: Link
  readonly barrier: Barrier
  readonly functions: Functions
  readonly ownTrigger: TriggerFunction
  readonly options: WorkerOptions
  readonly report: Report
}

/** How long the engine may take to answer. */
const LOOK_LIMIT_MS = 5_000

const REASON =
  'the engine dropped it: it does not serve `iii-http-functions`, or does not accept the URL or the secret; its log has the reason'
const ADVICE = 'Add the line `- name: iii-http-functions` below `workers:` in the configuration of the engine'

export class UrlFunctions implements LinkPart {
  readonly #parts: UrlFunctionsParts
  /** Those that are in effect on the present link. */
  #found = new WeakSet<ServedFunction>()
  #isDue = false

  constructor(parts: UrlFunctionsParts) {
    this.#parts = parts
    parts.functions.onUrlFunction = () => {
      this.#lookSoon()
    }
  }

  connected(): void {
    this.#found = new WeakSet()
    if (this.#unknown().length > 0) this.#lookSoon()
  }

  /** Refuses what the engine has dropped. Registrations have to be confirmed before. Never rejects. */
  async look(): Promise<void> {
    const unknown = this.#unknown()
    for (let start = 0; start < unknown.length; start += MAX_INFO_IDS) {
      const asked = unknown.slice(start, start + MAX_INFO_IDS)
      const missing = await this.#missingOf(asked.map(([id]) => id))
      if (missing === undefined) return
      for (const [id, served] of asked) {
        if (!missing.has(id) || (await this.#mayBeServed(id))) this.#found.add(served)
        else this.#refuse(id, served)
      }
    }
  }

  /** Functions behind a URL of which nothing is known on this link. */
  #unknown(): [string, ServedFunction][] {
    const { functions } = this.#parts
    return functions.behindUrls().filter(([id, served]) => !this.#found.has(served) && !functions.refused.has(id))
  }

  #lookSoon(): void {
    const { link, barrier } = this.#parts
    if (this.#isDue || !link.isOpen) return
    this.#isDue = true
    barrier
      .pass()
      .then(
        () => this.look(),
        () => undefined, // The link has ended, and the next one looks again.
      )
      .finally(() => {
        this.#isDue = false
      })
  }

  /** The ids that the engine does not know; `undefined` when it does not say. */
  async #missingOf(
    ids: readonly string[],
    namespace = this.#parts.options.namespace ?? DEFAULT_NAMESPACE,
  ): Promise<ReadonlySet<string> | undefined> {
    const rows = await this.#rowsOf(EngineFunctions.INFO_FUNCTIONS, { function_ids: ids, namespace })
    const missing = rows?.flatMap(({ error, function_id: id }) => (error === undefined ? [] : [{ id, error }]))
    // A guarded listener says of what it does not grant that it is forbidden, or nothing.
    if (missing === undefined || missing.some(({ error }) => error !== 'not_found')) return undefined
    return new Set(missing.map(({ id }) => String(id)))
  }

  /**
   * Whether an id that the engine does not list may still be served: a guarded listener may have put a prefix
   * before it, and shows what it grants only. A function of the engine that is rarely granted tells whether it is one.
   */
  async #mayBeServed(id: string): Promise<boolean> {
    if ((await this.#missingOf([EngineFunctions.UNREGISTER_TRIGGER], DEFAULT_NAMESPACE)) === undefined) return true
    const rows = await this.#rowsOf(EngineFunctions.LIST_FUNCTIONS, { search: id, include_internal: true })
    return rows === undefined || rows.some(({ function_id: listed }) => String(listed).endsWith(`::${id}`))
  }

  async #rowsOf(function_id: string, payload: object): Promise<Record<string, unknown>[] | undefined> {
    const request = { function_id, payload, timeoutMs: LOOK_LIMIT_MS }
    // A guarded listener may deny it, and a link may end.
    const answer: unknown = await this.#parts.ownTrigger(request).catch(() => undefined)
    const rows: unknown = isRecord(answer) ? answer['functions'] : undefined
    return Array.isArray(rows) ? rows.filter(isRecord) : undefined
  }

  #refuse(functionId: string, served: ServedFunction): void {
    const { functions, report, options } = this.#parts
    const { namespace = DEFAULT_NAMESPACE } = options
    // It may have been unregistered meanwhile, or refused by a look at the same time.
    if (functions.find(functionId) !== served || functions.refused.has(functionId)) return
    const facts = { function_id: functionId, namespace, owner_worker_id: '', reason: REASON }
    const init = { code: ErrorCode.HTTP_FUNCTION_DROPPED, ...facts }
    const error = new RegistrationRejectedError(init, { advice: ADVICE })
    functions.refuse(error)
    report({ kind: 'registration_rejected', error })
  }
}
