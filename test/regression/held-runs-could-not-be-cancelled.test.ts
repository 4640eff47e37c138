/** A run that was held because its flow names a step twice, or because its journal is full, was held again when it was cancelled. */
import { expect, test } from 'vitest'
import { defineWorkflow, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

test('a run whose flow names a step twice, or whose journal is full, is cancelled and undone', async () => {
  const engine = await workflowEngine()
  const log: string[] = []
  const undo = { undo: (result: unknown) => void log.push(`undo ${String(result)}`) }
  const twice = defineWorkflow({ id: 'twice' }, async (flow) => {
    await flow.step('paid', () => 'payment', undo)
    await flow.step('same', () => 1)
    await flow.step('same', () => 2)
  })
  const long = defineWorkflow({ id: 'long' }, async (flow) => {
    await flow.step('booked', () => 'booking', undo)
    for (let n = 0; ; n += 1) await flow.step(String(n), () => n)
  })
  const worker = await servingWorker(engine, [twice, long], { serve: { maxSteps: 5 } })
  const runs = [await startWorkflow(worker, twice, {}), await startWorkflow(worker, long, {})]
  await engine.advance('1s')
  expect(await Promise.all(runs.map((run) => run.status()))).toMatchObject([{ state: 'held' }, { state: 'held' }])
  for (const run of runs) await run.cancel('no longer wanted')
  await engine.advance('1m')
  expect(await Promise.all(runs.map((run) => run.status()))).toMatchObject([
    { state: 'cancelled', error: { code: 'WORKFLOW_CANCELLED' } },
    { state: 'cancelled', error: { code: 'WORKFLOW_CANCELLED' } },
  ])
  expect(log.sort()).toEqual(['undo booking', 'undo payment'])
})

test('a run whose code has left steps out stays held when it is cancelled, since they would not be undone', async () => {
  const engine = await workflowEngine()
  const log: string[] = []
  const code = (names: readonly string[]) =>
    defineWorkflow({ id: 'shop' }, async (flow) => {
      for (const name of names) await flow.step(name, () => name, { undo: (result) => void log.push(`undo ${result}`) })
      await flow.sleep('10m')
    })
  const first = await servingWorker(engine, [code(['a', 'b'])])
  const run = await startWorkflow(first, code(['a', 'b']), {}, { runId: 'r' })
  await engine.advance('1s')
  engine.killWorker(first)
  const second = await servingWorker(engine, [code(['a'])])
  await engine.advance('1h')
  const again = workflowRun(second, code(['a']), run.runId)
  expect(await again.status()).toMatchObject({ state: 'held', error: { code: 'WORKFLOW_DIVERGED' } })
  await again.cancel()
  await engine.advance('1h')
  expect(await again.status()).toMatchObject({ state: 'held', error: { code: 'WORKFLOW_DIVERGED' } })
  expect(log).toEqual([])
})
