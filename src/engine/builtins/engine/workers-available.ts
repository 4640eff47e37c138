/** The trigger type `engine::workers-available`: fires when a worker connects, changes or disconnects. */
import { EngineTriggers } from '../../../wire/protocol/names.js'
import type { Unsubscribe } from '../../../std/async/emitter.js'
import type { Binding, BuiltinTriggerType, EngineHost } from '../builtin.js'
import { callBound } from '../../triggers/fire.js'
import type { Sessions, WorkerEvent } from '../../registry/sessions.js'
import { triggerType } from '../../declare/function.js'
import { object, string } from '../../declare/schema.js'

export class WorkersAvailable {
  readonly type: BuiltinTriggerType
  readonly #host: EngineHost
  readonly #sessions: Sessions
  readonly #bindings = new Set<Binding>()
  #unsubscribe: Unsubscribe | undefined

  constructor(host: EngineHost, sessions: Sessions) {
    this.#host = host
    this.#sessions = sessions
    this.type = triggerType({
      id: EngineTriggers.WORKERS_AVAILABLE,
      owner: 'engine',
      description: 'Fires when a worker connects, changes its registration, or disconnects',
      request: object({ event: string('What happened'), worker_id: string() }),
      bind: (binding) => {
        this.#bindings.add(binding)
      },
      unbind: (binding) => {
        this.#bindings.delete(binding)
      },
    })
  }

  start(): void {
    this.#unsubscribe = this.#sessions.onEvent((event) => this.#fire(event))
  }

  stop(): void {
    this.#unsubscribe?.()
  }

  #fire(event: WorkerEvent): void {
    for (const binding of this.#bindings) {
      callBound(this.#host, binding, { data: event, metadata: binding.metadata }).catch((error: unknown) => {
        this.#host.log.debug({ triggerId: binding.id, error }, 'A listener of worker events could not be called')
      })
    }
  }
}
