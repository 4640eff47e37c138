/**
 * An engine's state and processes that use it, in virtual time. Requests and answers take their time, overtake each other
 * and get lost; a process may die or freeze at any moment, and its wall clock may be off. State itself is what both engines
 * have: an update of one key is atomic, and nothing else is.
 */
import { InvocationError, TimeoutError } from '../../src/errors.js'
import type { Clock } from '../../src/std/time/clock.js'
import type { VirtualClock } from '../../src/std/time/virtual-clock.js'
import type { TriggerFunction, TriggerRequest } from '../../src/sdk/worker/calls/trigger-request.js'
import { parseUpdateOps } from '../../src/wire/updates/update-op.js'
import { applyUpdateOps } from '../../src/wire/updates/update-ops.js'
import type { JsonValue } from '../../src/wire/protocol/validate.js'
import type { SeededRandom } from '../kit/seeded-random.js'

type Payload = { scope: string; key: string; value: JsonValue; ops: unknown[] }

export class StateStage {
  readonly #scopes = new Map<string, Map<string, JsonValue>>()

  /** All values, by scope. */
  get contents(): ReadonlyMap<string, ReadonlyMap<string, JsonValue>> {
    return this.#scopes
  }

  perform(functionId: string, payload: unknown): unknown {
    const { scope, key, value, ops } = structuredClone(payload) as Payload
    const values = this.#scopes.get(scope) ?? new Map<string, JsonValue>()
    this.#scopes.set(scope, values)
    const old_value = values.get(key)
    switch (functionId) {
      case 'state::get':
        return old_value
      case 'state::set':
        values.set(key, value)
        return { old_value, new_value: value }
      case 'state::delete':
        values.delete(key)
        return old_value
      case 'state::list':
        return [...values.values()]
      case 'state::update': {
        const outcome = applyUpdateOps(old_value, parseUpdateOps(functionId, ops))
        values.set(key, outcome.value)
        return { old_value, new_value: outcome.value, errors: outcome.errors }
      }
      default:
        throw new InvocationError({ code: 'function_not_found', message: `Function ${functionId} not found` })
    }
  }
}

/** How unreliable a run is. */
export interface Weather {
  /** Share of requests, and of answers, that are lost. */
  readonly loss: number
  /** Milliseconds that a frame takes at most. */
  readonly latencyMs: number
}

/** A process with a worker in it. */
export class SimProcess {
  readonly random: SeededRandom
  readonly clock: Clock
  readonly #time: VirtualClock
  readonly #state: StateStage
  readonly #weather: Weather
  #life: 'running' | 'frozen' | 'dead' = 'running'
  #held: (() => void)[] = []
  /** What the wall clock is off by. */
  skewMs = 0
  readonly link = { endings: { on: () => () => undefined } }

  constructor(time: VirtualClock, state: StateStage, { random, weather }: { random: SeededRandom; weather: Weather }) {
    this.#time = time
    this.#state = state
    this.#weather = weather
    this.random = random
    this.clock = {
      now: () => time.now(),
      epochMs: () => time.epochMs() + this.skewMs,
      after: (delayMs, callback, mode) =>
        time.after(
          delayMs,
          () => {
            this.#deliver(callback)
          },
          mode,
        ),
    }
  }

  get isDead(): boolean {
    return this.#life === 'dead'
  }

  get isFrozen(): boolean {
    return this.#life === 'frozen'
  }

  kill(): void {
    this.#life = 'dead'
    this.#held = []
  }

  /** Nothing happens in the process for a while; then everything that came meanwhile happens at once. */
  freeze(forMs: number): void {
    if (this.#life !== 'running') return
    this.#life = 'frozen'
    this.#time.after(forMs, () => {
      if (this.#life !== 'frozen') return
      this.#life = 'running'
      for (const callback of this.#held.splice(0)) callback()
    })
  }

  /** Calls state; other functions can be added by those who extend it. */
  readonly trigger: TriggerFunction = <TInput, TOutput>(request: TriggerRequest<TInput>): Promise<TOutput> => {
    const { function_id: functionId, payload, timeoutMs = 30_000 } = request
    return new Promise<TOutput>((resolve, reject) => {
      this.clock.after(timeoutMs, () => {
        reject(new TimeoutError({ code: 'TIMEOUT', message: 'no answer', function_id: functionId }))
      })
      // A request arrives although its sender dies.
      this.#travel(() => {
        const answer = outcomeOf(() => this.#state.perform(functionId, payload))
        this.#travel(() => {
          this.#deliver(() => {
            if ('error' in answer) reject(answer.error)
            else resolve(answer.result as TOutput)
          })
        })
      })
    })
  }

  #travel(arrive: () => void): void {
    const { loss, latencyMs } = this.#weather
    if (this.random.next() >= loss) this.#time.after(this.random.below(latencyMs) + 1, arrive)
  }

  #deliver(callback: () => void): void {
    if (this.#life === 'running') callback()
    else if (this.#life === 'frozen') this.#held.push(callback)
  }
}

function outcomeOf(work: () => unknown): { readonly result: unknown } | { readonly error: unknown } {
  try {
    return { result: work() }
  } catch (error) {
    return { error }
  }
}
