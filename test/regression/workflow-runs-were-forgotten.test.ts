import { expect, test } from 'vitest'
import { defineWorkflow, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import { Schedule, type Due } from '../../src/workflow/records/schedule.js'
import { Schedule as Events } from '../sim/schedule.js'
import { simRandom } from '../sim/sim-random.js'
import { Engine, Machine } from '../sim/workflow-stage.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

test('a run was not found when a worker with a clock ahead had taken its slot off the directory', async () => {
  const events = new Events(simRandom(1))
  const engine = new Engine({ schedule: events, random: simRandom(2), latencyMs: 1, saveMs: 0 })
  const schedule = new Schedule(new Machine(engine, 'm').store, 'w')
  const first: Due = { run: 'a', tag: 's', due: 5_000 }
  const work = async (): Promise<Due[]> => {
    await schedule.put(first)
    await schedule.remove(first)
    // Its clock is an hour ahead, and the slot is empty.
    for await (const entries of schedule.due(3_600_000)) expect(entries).toEqual([])
    await schedule.put({ ...first, run: 'b' })
    const found: Due[] = []
    for await (const entries of schedule.due(6_000)) found.push(...entries)
    return found
  }
  const found = work()
  await events.runUntil(1_000)
  expect(await found).toEqual([{ run: 'b', tag: 's', due: 5_000 }])
})

test('a child went on when its parent was cancelled while no worker had it', async () => {
  const engine = await workflowEngine()
  const child = defineWorkflow({ id: 'child' }, (flow) => flow.sleep('1d'))
  const parent = defineWorkflow({ id: 'parent' }, (flow) => flow.run(child, {}, { runId: 'c' }))
  const worker = await servingWorker(engine, [child, parent])
  const run = await startWorkflow(worker, parent, {}, { runId: 'p' })
  await engine.advance('10m')
  await run.cancel()
  await engine.advance('10m')
  expect((await run.status()).state).toBe('cancelled')
  expect((await workflowRun(worker, child, 'c').status()).state).toBe('cancelled')
})

test('a run that was retried was removed when its first end had been kept for long enough', async () => {
  const engine = await workflowEngine()
  const failing = defineWorkflow({ id: 'failing' }, () => {
    throw new Error('no')
  })
  const worker = await servingWorker(engine, [failing], { serve: { retention: '1h' } })
  const run = await startWorkflow(worker, failing, {}, { runId: 'r' })
  await engine.advance('50m')
  await run.retry()
  await engine.advance('30m')
  expect(await run.status()).toMatchObject({ state: 'failed', generation: 1 })
  await engine.advance('2h')
  await expect(run.status()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
})
