/** Workflows sent one request at a time, and accepted durations whose end is no date. */
import { expect, test } from 'vitest'
import { callLater } from '../../src/entry/later.js'
import { defineWorkflow, startWorkflow } from '../../src/entry/workflow.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

test('runs that are ready together share the connection, within the limit of the worker', async () => {
  const engine = await workflowEngine()
  const short = defineWorkflow({ id: 'short' }, (flow) => flow.step('only', () => 1))
  const worker = await servingWorker(engine, [short])
  let [inFlight, most] = [0, 0]
  worker.use({
    call: async (_request, next) => {
      inFlight += 1
      most = Math.max(most, inFlight)
      try {
        return await next()
      } finally {
        inFlight -= 1
      }
    },
  })
  const starter = engine.connect()
  await starter.ready()
  const runs = await Promise.all(Array.from({ length: 50 }, () => startWorkflow(starter, short, {})))
  await engine.advance('10s')
  for (const run of runs) expect(await run.status()).toMatchObject({ state: 'completed', result: 1 })
  expect(most).toBeGreaterThan(8)
  expect(most).toBeLessThanOrEqual(20)
})

test('a duration that ends beyond the last date is refused', async () => {
  const engine = await workflowEngine()
  const forever = defineWorkflow({ id: 'forever' }, (flow) => flow.sleep(1e20))
  const worker = await servingWorker(engine, [forever])
  const run = await startWorkflow(worker, forever, {})
  await engine.advance('1s')
  const refused = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('at most 10000000d') as string }
  expect(await run.status()).toMatchObject({ state: 'failed', error: refused })
  await expect(callLater(worker, 'f', {}, { delay: 1e17 })).rejects.toMatchObject(refused)
})
