/**
 * The part of a worker that runs work once per key. Loaded with every worker, so it is small: the work itself is loaded when
 * the first function or call asks for it.
 */
import type { Random } from '../../../std/random.js'
import type { Clock } from '../../../std/time/clock.js'
import type { TriggerFunction } from '../calls/trigger-request.js'
import { checkFunction, checkJson } from '../check.js'
import type { Report } from '../diagnostics/diagnostics.js'
import type { FunctionHandler } from '../functions/function-handler.js'
import type { Link } from '../link.js'
import type { WorkerOptions } from '../options/options.js'
import type { UnknownOptions } from '../../../std/text/unknown-options.js'
import type { KeyedWork as Work, Once } from './once.js'
import { checkKey, checkOnce, keyIn, ONCE_KEYS, type OnceCallOptions, type OnceOptions } from './once-options.js'

/** How subpaths of the package reach this part of a worker. Global, so that copies of the package understand each other. */
export const KEYED_WORK = Symbol.for('iii-node.keyed-work')

/** The parts of a worker that keyed work stands on. */
export interface KeyedWorkParts {
  readonly clock: Clock
  readonly random: Random
  readonly link: Link
  readonly options: Pick<WorkerOptions, 'namespace'>
  readonly unknown: UnknownOptions
  readonly report: Report
  readonly ownTrigger: TriggerFunction
}

export class KeyedWork {
  readonly #parts: KeyedWorkParts
  #loading: Promise<Once> | undefined

  constructor(parts: KeyedWorkParts) {
    this.#parts = parts
  }

  get parts(): KeyedWorkParts {
    return this.#parts
  }

  /** The runner of keyed work, loaded at the first use. */
  load(): Promise<Once> {
    const { clock, random, link, ownTrigger: trigger } = this.#parts
    this.#loading ??= import('./once.js').then(({ Once }) => new Once({ clock, random, link, trigger }))
    return this.#loading
  }

  async once<T>(key: string, run: () => T | Promise<T>, options: OnceCallOptions = {}): Promise<T> {
    const settings = checkOnce('options', options, this.#scoped('once'))
    checkKey('key', key)
    checkFunction('run', run)
    checkJson('options.input', options.input)
    this.#parts.unknown.check('once options', options, ONCE_KEYS)
    const once = await this.load()
    const settled = await once.run({ key, settings, input: options.input, run })
    // What the first caller's function returned, in the form of JSON.
    return settled?.value as T
  }

  /** Returns a handler that runs once per key. */
  wrapperOf(id: string, options: OnceOptions): (handler: FunctionHandler) => FunctionHandler {
    const settings = checkOnce('idempotent', options, this.#scoped(id))
    this.#parts.unknown.check('idempotent', options, ONCE_KEYS)
    void this.load()
    return (handler) => (payload: unknown, metadata, context) => {
      const key = keyIn(metadata)
      const run = (): unknown => handler(payload, metadata, context)
      return key === undefined ? run() : this.#serve({ key, settings, input: payload, run, functionId: id })
    }
  }

  async #serve(work: Work): Promise<unknown> {
    const once = await this.load()
    return (await once.run(work))?.value
  }

  #scoped(name: string): string {
    const { namespace } = this.#parts.options
    return namespace === undefined ? name : `${namespace}.${name}`
  }
}
