/**
 * `durable-steps.js <url>`: a worker that measures the steps of its own workflow, and calls of `state::update` that write as
 * much as a step does.
 */
import { registerWorker } from 'iii-node'
import { defineWorkflow, serveWorkflow, startWorkflow } from 'iii-node/workflow'
import { serveCommands } from './commands.js'

export interface StepTimes {
  /** Medians of the time of one call or step, one at a time. */
  readonly updateUs: number
  readonly firstUs: number
  readonly laterUs: number
}

const worker = registerWorker(process.argv[2] ?? '', { otel: { enabled: false } })
/** Steps that count as step 1 and as step 500: a step alone is too short to be measured. */
const [FIRST, LATER, NEAR] = [1, 500, 20]

let startedAt: number[] = []
const steps = defineWorkflow({ id: 'bench' }, async (flow) => {
  for (let n = 0; n <= LATER + NEAR; n++) {
    await flow.step(`step-${String(n)}`, () => {
      startedAt.push(performance.now())
      return { n }
    })
  }
})
serveWorkflow(worker, steps)

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0
}

/** The times from the begin of each step to that of the next, in microseconds. */
function timesAt(step: number): number[] {
  return Array.from({ length: NEAR }, (_, n) => ((startedAt[step + n + 1] ?? 0) - (startedAt[step + n] ?? 0)) * 1000)
}

let updates = 0
async function update(): Promise<number> {
  const key = `0/step:step-${String(updates++)}`
  const value = { token: 'x'.repeat(36), key, generation: 0, at: Date.now(), value: { n: updates }, attempts: 1 }
  const before = performance.now()
  const payload = { scope: 'bench', key, ops: [{ type: 'append', path: 'done', value }] }
  await worker.trigger({ function_id: 'state::update', payload, namespace: 'default' })
  return (performance.now() - before) * 1000
}

/** The calls and the steps run in turn, so that both meet the same state of the machine. */
async function run(runs: number): Promise<StepTimes> {
  const times = { update: [] as number[], first: [] as number[], later: [] as number[] }
  for (let n = 0; n < runs; n++) {
    for (let call = 0; call < 2 * NEAR; call++) times.update.push(await update())
    startedAt = []
    await (await startWorkflow(worker, steps, {})).result()
    times.first.push(...timesAt(FIRST))
    times.later.push(...timesAt(LATER))
  }
  return { updateUs: median(times.update), firstUs: median(times.first), laterUs: median(times.later) }
}

await worker.ready()
serveCommands({ run })
