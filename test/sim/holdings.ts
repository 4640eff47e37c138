/**
 * The registrations of one simulated worker: functions, triggers, trigger types. Records what the engine should list
 * for it. Does not record calls.
 */
import type { InvocationContext } from '../../src/sdk/worker/invocations/invocation-context.js'
import type { OwnedFunctionRef } from '../../src/sdk/worker/functions/functions.js'
import type { OwnedTrigger } from '../../src/sdk/worker/triggers/triggers.js'
import { answerFor, AUTH_FUNCTION, mayBind } from './guests.js'
import type { Payload } from './handlers.js'
import type { Watch } from './journal.js'
import type { Action } from './scenario.js'
import type { SimWorker } from './sim-worker.js'
import type { World } from './world.js'

type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>

interface BoundTrigger {
  readonly ref: OwnedTrigger
  readonly type: string
  readonly functionId: string
}

/** Values of before a worker was asked. */
export interface Noted {
  readonly functions: readonly string[]
  readonly triggers: readonly { readonly id: string; readonly type: string }[]
  readonly bound: ReadonlyMap<string, readonly string[]>
  /** Functions it serves, as far as it knows. */
  readonly held: readonly string[]
  /** What it has told that it waits for, and how many names it counts. */
  readonly waits: readonly string[]
  readonly waitingNames: number
}

export class Holdings {
  readonly functions = new Map<string, OwnedFunctionRef>()
  readonly triggers: BoundTrigger[] = []
  readonly watches: BoundTrigger[] = []
  /** Types provided now, with the bindings of each. */
  readonly types = new Map<string, Map<string, string>>()
  /** Types that were provided once and withdrawn. */
  readonly withdrawn = new Set<string>()
  /** What it had when the engine was looked at. */
  noted: Noted = { functions: [], triggers: [], bound: new Map(), held: [], waits: [], waitingNames: 0 }
  readonly #world: World
  readonly #owner: SimWorker
  #watched = 0

  constructor(world: World, owner: SimWorker) {
    this.#world = world
    this.#owner = owner
  }

  /** Records the registrations, to compare them with the engine. */
  note(): void {
    const { token, claims, worker } = this.#owner
    const mayServe = token === undefined || token === 'serves'
    const functions = mayServe ? [...this.functions.keys()].filter((id) => id !== AUTH_FUNCTION) : []
    // A trigger waits with its function.
    const bound = [...this.triggers, ...this.watches].filter(({ functionId }) => !claims.waiting.has(functionId))
    this.noted = {
      functions,
      triggers: bound.map(({ ref, type }) => ({ id: ref.id, type })),
      bound: new Map([...this.types].map(([type, bindings]) => [type, [...bindings.keys()]])),
      held: functions.filter((id) => claims.holds(id)),
      waits: [...claims.waiting, ...(claims.waitsForName ? ['its name'] : [])],
      waitingNames: worker.stats().waitingNames,
    }
  }

  register(functionId: string, ownConcurrency: number | undefined): void {
    if (this.functions.has(functionId)) return
    const { handlers, worker } = this.#owner
    const handler = (payload: unknown, _metadata: unknown, context: unknown): unknown =>
      handlers.handle(functionId, payload as Payload, context as InvocationContext)
    const limit = ownConcurrency === undefined ? {} : { maxConcurrentInvocations: ownConcurrency }
    this.functions.set(functionId, worker.registerFunction(functionId, handler, limit))
  }

  unregister(functionId: string): void {
    this.functions.get(functionId)?.unregister()
    this.functions.delete(functionId)
    this.#owner.claims.dropped(functionId)
  }

  bind({ type, functionId }: ActionOf<'bind'>): void {
    const provider = functionId.startsWith('w') ? functionId.slice(0, 2) : 'w0'
    const fullType = `${provider}::${type}`
    const ref = this.#owner.worker.registerTrigger({ type: fullType, function_id: functionId, config: { type } })
    this.triggers.push({ ref, type: fullType, functionId })
  }

  unbind(nth: number): void {
    this.triggers.splice(nth, 1)[0]?.ref.unregister()
  }

  /** Binds an own function to a topic, or to changes of a key of its state. */
  watch({ type, on }: ActionOf<'watch'>): void {
    const { worker, index, process } = this.#owner
    const { journal, schedule, trace } = this.#world
    const functionId = `w${index}::watch${this.#watched++}`
    const told: Watch['told'] = []
    const handler = (payload: unknown): null => {
      told.push({ text: JSON.stringify(payload), at: schedule.now })
      trace.add(`${process.name} ${functionId} receives ${JSON.stringify(payload)}`)
      return null
    }
    this.functions.set(functionId, worker.registerFunction(functionId, handler))
    const config = type === 'subscribe' ? { topic: on } : { scope: 'sim', key: on }
    const ref = worker.registerTrigger({ type, function_id: functionId, config })
    this.watches.push({ ref, type, functionId })
    journal.watches.set(ref.id, { functionId, owner: this.#owner, type, on, changes: [], told })
  }

  /** Binds a function of another worker to a topic; expects the trigger only if that is allowed. */
  spy({ functionId, topic }: ActionOf<'spy'>): void {
    const { worker, token } = this.#owner
    const ref = worker.registerTrigger({ type: 'subscribe', function_id: functionId, config: { topic } })
    if (token === undefined || mayBind(token, functionId)) this.triggers.push({ ref, type: 'subscribe', functionId })
  }

  /** Serves the auth function. */
  guard(): void {
    const handler = ({ headers }: { headers: { token?: string } }): object | null => answerFor(headers.token)
    this.functions.set(AUTH_FUNCTION, this.#owner.worker.registerFunction(AUTH_FUNCTION, handler))
  }

  unwatch(nth: number): void {
    this.watches.splice(nth, 1)[0]?.ref.unregister()
  }

  provide(type: string): void {
    if (this.types.has(type)) return
    const bound = new Map<string, string>()
    this.types.set(type, bound)
    const { process, worker } = this.#owner
    const { journal } = this.#world
    worker.registerTriggerType(
      { id: type, description: type },
      {
        registerTrigger: async ({ id, function_id }) => {
          if (bound.has(id)) journal.violate(`${process.name}: binding ${id} was taken on twice`)
          bound.set(id, function_id)
        },
        unregisterTrigger: async ({ id }) => {
          if (!bound.delete(id)) journal.violate(`${process.name}: binding ${id} ended but was not bound`)
        },
      },
    )
  }

  withdraw(type: string): void {
    if (!this.types.delete(type)) return
    this.withdrawn.add(type)
    this.#owner.worker.unregisterTriggerType(type)
  }
}
