/** Requests to one run that arrive at the same time, from several workers. */
import { expect, test } from 'vitest'
import { defineSignal, defineWorkflow, heldRuns, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

const once = { retry: { attempts: 1 } } as const

/** Runs `a`, `b`, `c` and `d`, which fails until it is mended. */
async function failedRun() {
  const engine = await workflowEngine()
  const log: string[] = []
  const code = { isBroken: true }
  const job = defineWorkflow({ id: 'job' }, async (flow) => {
    for (const name of ['a', 'b', 'c']) await flow.step(name, () => log.push(name))
    await flow.step(
      'd',
      () => {
        log.push('d')
        if (code.isBroken) throw new Error('broken')
      },
      once,
    )
  })
  const worker = await servingWorker(engine, [job])
  const clients = [engine.connect(), engine.connect()]
  await startWorkflow(worker, job, {}, { runId: 'r' })
  await engine.advance('1s')
  code.isBroken = false
  const [one, two] = clients.map((client) => workflowRun(client, job, 'r'))
  return { engine, log, one: one!, two: two! }
}

test('one of two simultaneous retries counts, and the other is refused', async () => {
  const { engine, log, one, two } = await failedRun()
  const settled = await Promise.allSettled([one.retry({ from: 'c' }), two.retry({ from: 'b' })])
  await engine.advance('1s')
  expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'INVALID_ARGUMENT' } })
  const from = settled[0].status === 'fulfilled' ? ['c', 'd'] : ['b', 'c', 'd']
  expect(log).toEqual(['a', 'b', 'c', 'd', ...from])
  expect(await one.status()).toMatchObject({ state: 'completed', generation: 1 })
})

test('an endless flow receives any number of signals, and keeps those that it has not consumed', async () => {
  const engine = await workflowEngine()
  const tick = defineSignal({ name: 'tick' })
  const seen: unknown[] = []
  const loop = defineWorkflow({ id: 'loop' }, async (flow): Promise<never> => {
    for (let n = 0; n < 10; n += 1) seen.push(await flow.waitFor(tick))
    return flow.continueAs({})
  })
  const worker = await servingWorker(engine, [loop])
  const run = await startWorkflow(worker, loop, {}, { runId: 'r' })
  for (let n = 1; n <= 45; n += 1) await run.signal(tick, n)
  await engine.advance('10s')
  expect(seen.slice(-5)).toEqual([41, 42, 43, 44, 45])
  const payload = { scope: 'workflow/loop/run/r', key: 'signal/tick' }
  const kept = await worker.trigger<object, object>({ function_id: 'state::get', payload, namespace: 'default' })
  expect(Object.keys(kept).filter((key) => key.startsWith('sent:'))).toHaveLength(5)
})

test('signals that nothing waits for are bounded by number and by size', async () => {
  const engine = await workflowEngine()
  const note = defineSignal({ name: 'note' })
  const idle = defineWorkflow({ id: 'idle' }, (flow) => flow.sleep('30d'))
  const worker = await servingWorker(engine, [idle])
  const run = await startWorkflow(worker, idle, {})
  const large = 'x'.repeat(1_000_000)
  for (let n = 0; n < 5; n += 1) await run.signal(note, large)
  await expect(run.signal(note, large)).rejects.toMatchObject({ code: 'WORKFLOW_LIMIT' })
  await run.signal(note, large, { key: 'other' })
})

/** Two branches that wait for one signal, the first for a limited time. */
async function twoWaits(timeout: '1m' | '10d') {
  const engine = await workflowEngine()
  const tick = defineSignal({ name: 'tick' })
  const both = defineWorkflow({ id: 'both' }, (flow) =>
    flow.all({ a: () => flow.waitFor(tick, { timeout }), b: () => flow.waitFor(tick) }),
  )
  const worker = await servingWorker(engine, [both])
  const run = await startWorkflow(worker, both, {}, { runId: 'r' })
  await engine.advance('2m')
  /** What a superseded worker writes late. */
  const write = (key: string, path: string, value: object) =>
    worker.trigger({
      function_id: 'state::update',
      payload: { scope: 'workflow/both/run/r', key, ops: [{ type: 'append', path, value }] },
      namespace: 'default',
    })
  return { engine, tick, run, write }
}

test('a signal that a superseded worker claims late for another branch is consumed once', async () => {
  const { engine, tick, run, write } = await twoWaits('10d')
  await write('signal/tick', 'claimed:0:1', { token: 'all.b/signal:tick' })
  await run.signal(tick, 'first')
  await engine.advance('1s')
  const done = { token: 'old', key: 'all.b/signal:tick', generation: 0, at: 1, order: 0, value: 'first' }
  await write('0/all.b/signal:tick', 'done', done)
  await run.signal(tick, 'second')
  const result = run.result()
  await engine.advance('1s')
  expect(await result).toEqual({ a: 'second', b: 'first' })
})

test('a signal that a superseded worker claims late for a wait that has ended goes to the other branch', async () => {
  const { engine, tick, run, write } = await twoWaits('1m')
  await write('signal/tick', 'claimed:0:1', { token: 'all.a/signal:tick' })
  await run.signal(tick, 'first')
  const result = run.result()
  await engine.advance('1s')
  expect(await result).toEqual({ b: 'first' })
})

test('a run that is cancelled twice is undone once, and leaves the dead-letter list', async () => {
  const engine = await workflowEngine()
  const log: string[] = []
  const long = defineWorkflow({ id: 'long' }, async (flow) => {
    for (let n = 0; ; n += 1) await flow.step(String(n), () => n, { undo: () => void log.push(`undo ${String(n)}`) })
  })
  const worker = await servingWorker(engine, [long], { serve: { maxSteps: 1 } })
  const run = await startWorkflow(worker, long, {})
  await engine.advance('1s')
  expect(await heldRuns(worker, long)).toMatchObject([{ runId: run.runId, state: 'held' }])
  await Promise.all([run.cancel('one'), run.cancel('two')])
  await engine.advance('1s')
  expect((await run.status()).state).toBe('cancelled')
  expect(log).toEqual(['undo 1', 'undo 0'])
  expect(await heldRuns(worker, long)).toEqual([])
})

test('simultaneous cancels, pauses and resumes all count: the run is cancelled once resumed', async () => {
  const engine = await workflowEngine()
  const nap = defineWorkflow({ id: 'nap' }, (flow) => flow.sleep('1d'))
  const worker = await servingWorker(engine, [nap])
  await startWorkflow(worker, nap, {}, { runId: 'r' })
  await engine.advance('1s')
  const [one, two] = [engine.connect(), engine.connect()].map((client) => workflowRun(client, nap, 'r'))
  await Promise.all([one!.pause(), two!.resume(), one!.cancel(), two!.pause(), two!.cancel(), one!.resume()])
  await two!.resume().catch(() => undefined)
  await engine.advance('1s')
  expect((await one!.status()).state).toBe('cancelled')
  await expect(two!.pause()).rejects.toMatchObject({ code: 'WORKFLOW_ENDED' })
})

test('a cancel of a run that is retried meanwhile does not get lost', async () => {
  const { engine, log, one, two } = await failedRun()
  await one.retry({ from: 'b' })
  const refused = two.retry()
  await Promise.all([one.cancel(), refused.catch(() => undefined)])
  await engine.advance('1s')
  expect((await one.status()).isCancelRequested).toBe(true)
  expect((await one.status()).state).toBe('cancelled')
  await one.retry()
  await engine.advance('1s')
  expect(await one.status()).toMatchObject({ state: 'completed', isCancelRequested: false })
  expect(log.at(-1)).toBe('d')
})

test('each generation of an endless flow, and each retry, has child runs of its own', async () => {
  const engine = await workflowEngine()
  const code = { isBroken: false }
  const child = defineWorkflow({ id: 'child' }, (flow, n: number) =>
    flow.step(
      'double',
      () => {
        if (code.isBroken) throw new Error('broken')
        return 2 * n
      },
      once,
    ),
  )
  const parent = defineWorkflow({ id: 'parent' }, async (flow, n: number): Promise<number> => {
    const doubled = (await flow.run(child, n)) as number
    code.isBroken = doubled === 4
    return doubled < 8 ? flow.continueAs(doubled) : doubled
  })
  const worker = await servingWorker(engine, [child, parent])
  const run = await startWorkflow(worker, parent, 1, { runId: 'r' })
  await engine.advance('1m')
  expect(await run.status()).toMatchObject({ state: 'failed', generation: 2, error: { message: 'broken' } })
  expect((await workflowRun(worker, child, 'r/2/child').status()).state).toBe('failed')
  code.isBroken = false
  await run.retry()
  const result = run.result()
  await engine.advance('1m')
  expect(await result).toBe(8)
})
