/** Writes that were sent again because their answer was lost counted twice: signals arrived twice, failures used up two attempts. */
import { expect, test } from 'vitest'
import type { III } from '../../src/index.js'
import { NotConnectedError } from '../../src/errors.js'
import { defineSignal, defineWorkflow, startWorkflow } from '../../src/entry/workflow.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

/** The first call whose payload contains the text runs, but its answer is lost. */
function loseFirstAnswer(worker: III, text: string): { count: number } {
  const lost = { count: 0 }
  worker.use({
    call: async ({ payload }, next) => {
      const result = await next()
      if (!JSON.stringify(payload).includes(text) || lost.count > 0) return result
      lost.count += 1
      throw new NotConnectedError('CONNECTION_LOST', 'The answer was lost', { outcome: 'unknown' })
    },
  })
  return lost
}

test('a signal that was sent again because its answer was lost arrives once', async () => {
  const engine = await workflowEngine()
  const part = defineSignal({ name: 'part' })
  const collect = defineWorkflow({ id: 'collect' }, async (flow): Promise<unknown[]> => [
    await flow.waitFor(part),
    await flow.waitFor(part),
    await flow.waitFor(part, { timeout: '1h' }),
  ])
  await servingWorker(engine, [collect])
  const sender = engine.connect({ diagnostics: 'silent' })
  const lost = loseFirstAnswer(sender, '"path":"sent:')
  await sender.ready()
  const run = await startWorkflow(sender, collect, null)
  const sending = run.signal(part, 'a').then(() => run.signal(part, 'b'))
  await engine.advance('1m')
  await sending
  await engine.advance('2h')
  expect(lost.count).toBe(1)
  expect(await run.result()).toEqual(['a', 'b', null])
})

test('a failure that was journaled again because its answer was lost counts as one attempt', async () => {
  const engine = await workflowEngine()
  let attempts = 0
  const flaky = defineWorkflow({ id: 'flaky' }, (flow) =>
    flow.step('try', () => {
      attempts += 1
      if (attempts < 3) throw new Error(`attempt ${String(attempts)}`)
      return attempts
    }),
  )
  const worker = await servingWorker(engine, [flaky])
  const lost = loseFirstAnswer(worker, '"path":"failed"')
  const run = await startWorkflow(worker, flaky, null)
  await engine.advance('1h')
  expect(lost.count).toBe(1)
  expect(await run.result()).toBe(3)
})
