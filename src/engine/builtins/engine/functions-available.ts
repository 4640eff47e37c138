/**
 * The trigger type `engine::functions-available`: while it has bindings, compares the set of functions every 5 s and
 * fires when it differs. A function that is added and removed in between fires nothing.
 */
import { EngineTriggers } from '../../../wire/protocol/names.js'
import type { Timer } from '../../../std/time/clock.js'
import type { Binding, BuiltinTriggerType, EngineHost } from '../builtin.js'
import type { EngineParts } from '../../engine-parts.js'
import { callBound } from '../../triggers/fire.js'
import { functionRow, functionSummary, isVisible } from './rows.js'
import { triggerType } from '../../declare/function.js'
import { list, object, string } from '../../declare/schema.js'

const POLL_MS = 5000

export class FunctionsAvailable {
  readonly type: BuiltinTriggerType
  readonly #host: EngineHost
  readonly #parts: EngineParts
  readonly #bindings = new Set<Binding>()
  #timer: Timer | undefined
  #revision = -1
  #known = ''

  constructor(host: EngineHost, parts: EngineParts) {
    this.#host = host
    this.#parts = parts
    this.type = triggerType({
      id: EngineTriggers.FUNCTIONS_AVAILABLE,
      owner: 'engine',
      description: 'Fires when functions were registered or removed, checked every 5 s',
      request: object({ event: string('`functions_changed`'), functions: list(functionSummary) }),
      bind: (binding) => {
        if (this.#bindings.size === 0) this.#listen()
        this.#bindings.add(binding)
      },
      unbind: (binding) => {
        this.#bindings.delete(binding)
        if (this.#bindings.size === 0) this.stop()
      },
    })
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #listen(): void {
    this.#revision = this.#parts.directory.revision
    this.#known = this.#idsNow()
    this.#schedule()
  }

  #schedule(): void {
    this.#timer = this.#host.clock.after(
      POLL_MS,
      () => {
        this.#look()
        this.#schedule()
      },
      'background',
    )
  }

  #look(): void {
    const { revision } = this.#parts.directory
    if (revision === this.#revision) return
    this.#revision = revision
    const ids = this.#idsNow()
    if (ids === this.#known) return
    this.#known = ids
    const all = [...this.#parts.directory.all()]
    const rows = all.map(functionRow)
    for (const binding of this.#bindings) {
      const { access } = binding
      // A guarded session receives only functions that it may call, as in the lists.
      const functions = access === undefined ? rows : all.filter((entry) => isVisible(entry, access)).map(functionRow)
      const event = { event: 'functions_changed', functions }
      callBound(this.#host, binding, { data: event, metadata: binding.metadata }).catch((error: unknown) => {
        this.#host.log.debug({ triggerId: binding.id, error }, 'A listener of function changes could not be called')
      })
    }
  }

  #idsNow(): string {
    return [...this.#parts.directory.all()]
      .map(({ namespace, id }) => JSON.stringify([namespace, id]))
      .sort()
      .join()
  }
}
