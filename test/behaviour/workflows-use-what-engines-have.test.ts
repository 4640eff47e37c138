import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defineSignal, defineWorkflow, startWorkflow } from '../../src/entry/workflow.js'
import { servingWorker, workflowEngine } from '../kit/workflow-rig.js'

interface Recorded {
  readonly functions: Readonly<Record<string, unknown>>
  readonly trigger_types: Readonly<Record<string, unknown>>
}

/** What the distributed engine publishes about itself. */
const recorded = JSON.parse(readFileSync('test/unit/engine/declare/engine.json', 'utf8')) as Recorded

test('runs use only functions and trigger types that the distributed engine has', async () => {
  const engine = await workflowEngine()
  const paid = defineSignal({ name: 'paid' })
  const child = defineWorkflow({ id: 'child' }, (flow) => flow.step('one', () => 1))
  const every = defineWorkflow({ id: 'every' }, async (flow, round: number): Promise<unknown> => {
    await flow.step('undone', () => 1, { undo: () => undefined })
    await flow.sleep('1h')
    await flow.waitFor(paid, { timeout: '1h' })
    await flow.call('own::function', {})
    await flow.run(child, {})
    await flow.uuid()
    if (round === 0) return flow.continueAs(1)
    throw new Error('failed')
  })
  const worker = await servingWorker(engine, [every, child], { serve: { retention: '1h' } })
  worker.registerFunction('own::function', () => 'ok')
  const run = await startWorkflow(worker, every, 0)
  await run.signal(paid, 1)
  await engine.advance('8h')
  const sent = engine.frames(worker).sent as readonly Readonly<Record<string, unknown>>[]
  const called = new Set(sent.flatMap(({ type, function_id: id }) => (type === 'invokefunction' ? [String(id)] : [])))
  const bound = sent.flatMap(({ type, trigger_type: id }) => (type === 'registertrigger' ? [String(id)] : []))
  expect([...called].filter((id) => recorded.functions[id] === undefined && id !== 'own::function')).toEqual([])
  expect([...called]).toEqual(expect.arrayContaining(['state::update', 'state::list', 'state::set', 'state::delete']))
  expect(bound.filter((id) => recorded.trigger_types[id] === undefined)).toEqual([])
})
