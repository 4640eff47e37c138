/**
 * What the functions of a simulated worker do: as a call's payload says, each run noted in the journal.
 */
import type { InvocationContext } from '../../src/sdk/worker/invocations/invocation-context.js'
import { payloadOf, type Op, type Run } from './journal.js'
import type { Behaviour } from './scenario.js'
import type { SimWorker } from './sim-worker.js'
import type { World } from './world.js'

/** How long a nested call waits. */
const NESTED_LIMIT_MS = 5_000
/** A handler that waits for its signal stops by itself in the end, so that a run ends. */
const PATIENCE_MS = 30_000

export interface Payload {
  readonly op: number
  readonly behaviour?: Behaviour
}

export class Handlers {
  readonly #world: World
  readonly #owner: SimWorker

  constructor(world: World, owner: SimWorker) {
    this.#world = world
    this.#owner = owner
  }

  handle(functionId: string, payload: Payload, context: InvocationContext): unknown {
    const run = this.begin(functionId, payload, context)
    // A published event does not say what to do.
    const { behaviour = { kind: 'value' } as const } = payload
    if (behaviour.kind === 'value') return this.returned(run)
    if (behaviour.kind === 'throw') throw this.threw(run)
    return this.#work(run, behaviour, context).then(
      () => this.returned(run),
      (error: unknown) => {
        this.threw(run)
        throw error
      },
    )
  }

  begin(functionId: string, { op }: Payload, context: InvocationContext): Run {
    const { journal, schedule, trace } = this.#world
    const number = journal.runs.length
    const run: Run = {
      run: number,
      op,
      process: this.#owner.process,
      functionId,
      startedAt: schedule.now,
      endedAt: undefined,
      end: undefined,
      signal: number % 2 === 0 ? context.signal : undefined,
      link: this.#world.linkOf(this.#owner.process),
    }
    journal.runs.push(run)
    trace.add(`${this.#owner.process.name} run ${number} of op ${op}`)
    return run
  }

  returned(run: Run): unknown {
    run.end = 'returned'
    run.endedAt = this.#world.schedule.now
    return { done: run.op, run: run.run }
  }

  threw(run: Run): Error {
    run.end = 'threw'
    run.endedAt = this.#world.schedule.now
    return new Error(`run ${run.run} threw`)
  }

  async #work(run: Run, behaviour: Behaviour, context: InvocationContext): Promise<void> {
    switch (behaviour.kind) {
      case 'value':
      case 'throw':
        return
      case 'later':
        await this.wait(behaviour.ms)
        if (behaviour.fails) throw new Error(`run ${run.run} threw`)
        return
      case 'until-aborted':
        await this.#untilAborted(context.signal)
        throw new Error(`run ${run.run} threw`)
      case 'nested': {
        if (behaviour.afterMs > 0) await this.wait(behaviour.afterMs)
        const op = this.#owner.newOp('call', behaviour.functionId, {
          timeoutMs: NESTED_LIMIT_MS,
          behaviour: behaviour.inner,
        })
        if (behaviour.linked) this.#noteAbort(op, context.signal)
        const trigger = behaviour.linked ? context.trigger : this.#owner.worker.trigger
        const request = { function_id: behaviour.functionId, payload: payloadOf(op, 0), timeoutMs: NESTED_LIMIT_MS }
        const answer = trigger(request)
        this.#owner.follow(op, answer)
        await answer.catch(() => {
          throw new Error(`run ${run.run} threw`)
        })
      }
    }
  }

  /** A call that belongs to an invocation is aborted with it. */
  #noteAbort(op: Op, signal: AbortSignal): void {
    const note = (): void => {
      if (op.settledAt !== undefined) return
      op.abortReason = signal.reason
      op.abortedAt = this.#world.schedule.now
    }
    if (signal.aborted) note()
    else signal.addEventListener('abort', note, { once: true })
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { schedule } = this.#world
      schedule.at(schedule.now + ms, this.#owner.process, 'timer', resolve)
    })
  }

  #untilAborted(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
      const { schedule } = this.#world
      schedule.at(schedule.now + PATIENCE_MS, this.#owner.process, 'timer', resolve)
    })
  }
}
