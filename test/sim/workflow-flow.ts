/** Workflows that do what a generated program says, and report each result that they go on with. */
import { defineSignal, defineWorkflow } from '../../src/workflow/definition.js'
import type { Flow, StepContext, Workflow } from '../../src/workflow/flow.js'
import type { Recorder } from './workflow-recorder.js'
import type { Op, Program, RunInput } from './workflow-scenario.js'
import type { Machine } from './workflow-stage.js'

/** The results of a program, by their place in it. */
type Results = Record<string, unknown>

export interface Workflows {
  readonly main: Workflow
  readonly child: Workflow
}

/** The workflows as one machine serves them. */
export function workflowsOf(machine: Machine, recorder: Recorder): Workflows {
  const child: Workflow = defineWorkflow({ id: 'child' }, (flow, input) => follow(flow, input as RunInput))
  const main: Workflow = defineWorkflow({ id: 'main' }, (flow, input) => follow(flow, input as RunInput))

  const follow = async (flow: Flow, input: RunInput): Promise<Results> => {
    const performer = new Performer({ machine, recorder, child, flow, input })
    await performer.perform(input.program, '')
    return performer.results
  }
  return { main, child }
}

interface PerformerParts {
  readonly machine: Machine
  readonly recorder: Recorder
  readonly child: Workflow
  readonly flow: Flow
  readonly input: RunInput
}

class Performer {
  readonly results: Results = {}
  readonly #parts: PerformerParts

  constructor(parts: PerformerParts) {
    this.#parts = parts
  }

  async perform(program: Program, prefix: string): Promise<void> {
    const { machine, recorder, input } = this.#parts
    for (const [index, op] of program.entries()) {
      const place = `${prefix}${index}`
      let value: unknown
      try {
        value = await this.#one(op, place)
      } catch (error) {
        recorder.use(machine, `${input.token}/${input.generation} ${place}`, { error: (error as Error).message })
        throw error
      }
      if (op.do === 'all') continue
      this.results[place] = value ?? null
      recorder.use(machine, `${input.token}/${input.generation} ${place}`, value ?? null)
    }
  }

  #one(op: Op, place: string): Promise<unknown> {
    const { flow, input, child } = this.#parts
    switch (op.do) {
      case 'step':
        return this.#step(op, place)
      case 'sleep':
        return flow.sleep(op.ms)
      case 'wait': {
        const options = { key: op.key, ...(op.ms === undefined ? {} : { timeout: op.ms }) }
        return flow.waitFor(defineSignal({ name: op.signal }), options)
      }
      case 'value':
        return flow.uuid()
      case 'all':
        return flow.all(op.branches.map((branch, index) => () => this.perform(branch, `${place}.${index}.`)))
      case 'child': {
        const started: RunInput = {
          token: `${input.token}>${input.generation}:${place}`,
          generation: 0,
          program: op.program,
        }
        return flow.run(child, started, { runId: `${flow.runId}>${input.generation}:${place}` })
      }
      case 'fail':
        return Promise.reject(new Error('meant to fail'))
      case 'again':
        return flow.continueAs({ ...input, generation: input.generation + 1, program: op.program })
    }
  }

  #step(op: Extract<Op, { do: 'step' }>, place: string): Promise<unknown> {
    const { flow, machine, recorder } = this.#parts
    const body = ({ idempotencyKey, attempt }: StepContext): Promise<unknown> => {
      if (op.undo !== undefined) recorder.undoables.set(idempotencyKey, { id: idempotencyKey, place })
      const execution = recorder.begin(machine, idempotencyKey)
      return this.#after(op.ms, () => {
        execution.ended = true
        if (attempt <= op.fails) throw new Error(`attempt ${attempt}`)
        return execution.number
      })
    }
    const undo = ({ idempotencyKey, attempt }: StepContext): Promise<unknown> => {
      recorder.beginUndo(machine, idempotencyKey)
      return this.#after(op.ms, () => {
        if (op.undo === 'fails' && attempt < 3) throw new Error('undo fails')
      })
    }
    const retry = { attempts: op.attempts, backoff: '100ms..1s' } as const
    const options =
      op.undo === undefined ? { retry } : { retry, undo: (_: unknown, context: StepContext) => undo(context) }
    return flow.step(place, body, options)
  }

  #after<T>(ms: number, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#parts.machine.process.clock.after(ms, () => {
        try {
          resolve(work())
        } catch (error) {
          reject(error)
        }
      })
    })
  }
}
