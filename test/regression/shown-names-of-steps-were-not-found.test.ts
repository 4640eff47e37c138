import { expect, test } from 'vitest'
import { defineSignal, defineWorkflow, startWorkflow } from '../../src/entry/workflow.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

test('a run is retried from a step in a branch by the name that its history shows', async () => {
  const engine = await workflowEngine()
  const service = { isBroken: true }
  const branched = defineWorkflow({ id: 'branched' }, (flow) =>
    flow.all({
      mail: () =>
        flow.step(
          'send',
          () => {
            if (service.isBroken) throw new Error('refused')
            return 'sent'
          },
          { retry: { attempts: 1 } },
        ),
    }),
  )
  const run = await startWorkflow(await servingWorker(engine, [branched]), branched, {})
  await engine.advance('10s')
  const [entry] = (await run.history()).entries
  expect(entry).toMatchObject({ kind: 'step', name: 'all.mail/send', state: 'failed' })
  service.isBroken = false
  await expect(run.retry({ from: 'label' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('It has: all.mail/send') as string,
  })
  await run.retry({ from: entry?.name })
  await engine.advance('10s')
  expect(await run.result()).toEqual({ mail: 'sent' })
})

test('the kind of an operation is not taken from its name, and an undo in a branch stays an undo', async () => {
  const engine = await workflowEngine()
  const named = defineWorkflow({ id: 'named' }, async (flow) => {
    await flow.waitFor(defineSignal({ name: 'ready' }), { key: 'run:7', timeout: '1s' })
    await flow.all([() => flow.step('reserve', () => 1, { undo: () => undefined })])
    throw new Error('stopped')
  })
  const twice = defineWorkflow({ id: 'twice' }, async (flow) => {
    await flow.step('clock::read', () => 1)
    await flow.step('clock::read', () => 2)
  })
  const worker = await servingWorker(engine, [named, twice])
  const run = await startWorkflow(worker, named, {})
  const held = await startWorkflow(worker, twice, {})
  await engine.advance('1m')
  expect((await run.history()).entries.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'signal ready/run:7',
    'step all.0/reserve',
    'undo all.0/reserve',
  ])
  expect((await held.status()).error?.message).toContain("uses the name step 'clock::read' twice")
})
