import { expect, test } from 'vitest'
import { defineWorkflow, startWorkflow } from '../../src/entry/workflow.js'
import { Schedule } from '../../src/workflow/records/schedule.js'
import { stateStore } from '../../src/workflow/records/store.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

/** More than a worker queues. */
const ENTRIES = 1_500

test('a backlog larger than a worker can queue is processed without a wait, and read once', async () => {
  const engine = await workflowEngine()
  const client = engine.connect()
  await client.ready()
  const schedule = new Schedule(stateStore(client), 'job')
  const due = engine.now() - 120_000
  // Entries without runs: each is looked at and removed.
  for (let n = 0; n < ENTRIES; n++) await schedule.put({ run: String(n), tag: 's', due })
  const job = defineWorkflow({ id: 'job' }, () => 'done')
  const worker = await servingWorker(engine, [job], { serve: { sweepInterval: '1h' } })
  await engine.advance('1s')
  for await (const entries of schedule.due(engine.now())) expect(entries).toEqual([])
  const listed = engine.frames(worker).sent.filter((frame) => {
    const { function_id: id, data } = frame as { function_id?: string; data?: { scope?: string } }
    return id === 'state::list' && data?.scope?.includes('/due/')
  })
  expect(listed).toHaveLength(1)
})

test('a run that waits for a place of its worker begins when a run of another workflow ends', async () => {
  const engine = await workflowEngine()
  const steps: (() => void)[] = []
  const wait = (): Promise<void> => new Promise((resolve) => steps.push(resolve))
  const long = defineWorkflow({ id: 'long' }, (flow) => flow.step('wait', wait))
  const short = defineWorkflow({ id: 'short' }, (flow) => flow.step('one', () => 'done'))
  const worker = await servingWorker(engine, [long, short], { serve: { workerConcurrency: 1, sweepInterval: '1d' } })
  await startWorkflow(worker, long, {})
  await engine.advance('1s')
  const run = await startWorkflow(worker, short, {})
  await engine.advance('10s')
  expect([steps.length, (await run.status()).state]).toEqual([1, 'running'])
  steps[0]?.()
  await engine.advance('1s')
  expect((await run.status()).state).toBe('completed')
})
