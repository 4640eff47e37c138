import { expect, test } from 'vitest'
import { defineSignal, defineWorkflow, heldRuns, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import type { III } from '../../src/sdk/worker/client.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

const state = (worker: III, function_id: string, payload: object): Promise<unknown> =>
  worker.trigger({ function_id, payload, namespace: 'default' })

test('payloads and journals over their limits are refused, fail the run or hold it', async () => {
  const engine = await workflowEngine()
  const note = defineSignal({ name: 'note' })
  const large = 'x'.repeat(1024 * 1024)
  const result = defineWorkflow({ id: 'result' }, (flow) => flow.step('large', () => 'x'.repeat(2_000)))
  const journal = defineWorkflow({ id: 'journal' }, async (flow) => {
    for (let n = 0; n < 10; n += 1) await flow.step(String(n), () => 'x'.repeat(500))
  })
  const waits = defineWorkflow({ id: 'waits' }, (flow) => flow.waitFor(note))
  const serve = { maxPayloadBytes: 1_000, maxJournalBytes: 3_000 }
  const worker = await servingWorker(engine, [result, journal, waits], { serve })
  const runs = [await startWorkflow(worker, result, {}), await startWorkflow(worker, journal, {})]
  const waiting = await startWorkflow(worker, waits, {})
  await engine.advance('1s')
  expect(await Promise.all(runs.map((run) => run.status()))).toMatchObject([
    {
      state: 'failed',
      error: { code: 'WORKFLOW_LIMIT', message: expect.stringContaining('maxPayloadBytes') as string },
    },
    { state: 'held', error: { code: 'WORKFLOW_LIMIT', message: expect.stringContaining('maxJournalBytes') as string } },
  ])
  await expect(startWorkflow(worker, waits, large)).rejects.toMatchObject({ code: 'WORKFLOW_LIMIT' })
  await expect(waiting.signal(note, large)).rejects.toMatchObject({ code: 'WORKFLOW_LIMIT' })
  expect((await waiting.status()).state).toBe('waiting')
})

test.each([new Map([['a', 1]]), new Set([1])])(
  'a step whose result holds %o fails, as JSON has no form for it',
  async (held) => {
    const engine = await workflowEngine()
    const workflow = defineWorkflow({ id: 'holds' }, (flow) => flow.step('collect', () => ({ held })))
    const worker = await servingWorker(engine, [workflow])
    const run = await startWorkflow(worker, workflow, {})
    await engine.advance('1s')
    const message = expect.stringContaining(`found a ${held.constructor.name} at \`held\``) as string
    expect(await run.status()).toMatchObject({ state: 'failed', error: { code: 'serialization_error', message } })
  },
)

test('signals that a run does not wait for are kept up to a limit, and the run continues', async () => {
  const engine = await workflowEngine()
  const note = defineSignal({ name: 'note' })
  const waits = defineWorkflow({ id: 'waits' }, (flow) => flow.waitFor(note, { key: 'b' }))
  const worker = await servingWorker(engine, [waits])
  const run = await startWorkflow(worker, waits, {}, { runId: 'r' })
  const key = 'signal/note/a'
  const sent = Array.from({ length: 999 }, (_, n) => [`sent:${String(n)}`, [{ token: String(n), at: n, data: n }]])
  const value: unknown = { key, last: 999, ...Object.fromEntries(sent) }
  await state(worker, 'state::set', { scope: 'workflow/waits/run/r', key, value })
  await run.signal(note, 1, { key: 'a' })
  await expect(run.signal(note, 2, { key: 'a' })).rejects.toMatchObject({ code: 'WORKFLOW_LIMIT' })
  await run.signal(note, 'other', { key: 'b' })
  await engine.advance('1s')
  expect(await run.result()).toBe('other')
})

test('a worker limits its runs at a time, per workflow and in total', async () => {
  const engine = await workflowEngine()
  const now = { a: 0, b: 0 }
  const most = { a: 0, b: 0, all: 0 }
  const code = (id: 'a' | 'b') =>
    defineWorkflow({ id }, (flow) =>
      flow.step('work', async () => {
        now[id] += 1
        most[id] = Math.max(most[id], now[id])
        most.all = Math.max(most.all, now.a + now.b)
        await new Promise((resolve) => setImmediate(resolve))
        now[id] -= 1
      }),
    )
  const [a, b] = [code('a'), code('b')]
  const worker = await servingWorker(engine, [a, b], { serve: { concurrency: 4, workerConcurrency: 6 } })
  const runs = []
  for (let n = 0; n < 30; n++) runs.push(await startWorkflow(worker, n % 2 === 0 ? a : b, {}))
  await engine.advance('10s')
  const states = await Promise.all(runs.map(async (run) => (await run.status()).state))
  expect(new Set(states)).toEqual(new Set(['completed']))
  expect(most.a).toBeLessThanOrEqual(4)
  expect(most.b).toBeLessThanOrEqual(4)
  expect(most.all).toBeLessThanOrEqual(6)
  expect(most.all).toBeGreaterThan(1)
})

test('a run that ends each of its workers is put on the dead-letter list, from where it is resumed', async () => {
  const engine = await workflowEngine()
  let isFatal = true
  const killed: III[] = []
  const fatal = defineWorkflow({ id: 'fatal' }, (flow) =>
    flow.step('boom', () => (isFatal ? new Promise<string>(() => undefined) : 'ok')),
  )
  const serve = { lease: '1s', sweepInterval: '1s' }
  const client = engine.connect()
  const run = await startWorkflow(client, fatal, {}, { runId: 'r' })
  for (let n = 0; n < 21; n++) {
    const worker = await servingWorker(engine, [fatal], { serve })
    await engine.advance('4s')
    if ((await run.status()).state === 'held') break
    engine.killWorker(worker)
    killed.push(worker)
  }
  expect(killed).toHaveLength(20)
  expect(await run.status()).toMatchObject({ state: 'held', error: { code: 'WORKFLOW_HELD' } })
  expect(await heldRuns(client, fatal)).toMatchObject([{ runId: 'r', error: { code: 'WORKFLOW_HELD' } }])
  isFatal = false
  await run.resume()
  await engine.advance('4s')
  expect(await run.result()).toBe('ok')
  expect(await heldRuns(client, fatal)).toEqual([])
})

test('runs whose state is deleted end, whether asleep or at work, and the others continue', async () => {
  const engine = await workflowEngine()
  const aborted: unknown[] = []
  const nap = defineWorkflow({ id: 'nap' }, async (flow) => {
    await flow.sleep('1h')
    return 'rested'
  })
  const busy = defineWorkflow({ id: 'busy' }, (flow) =>
    flow.step(
      'work',
      ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(aborted.push(1)))),
    ),
  )
  const worker = await servingWorker(engine, [nap, busy])
  for (const runId of ['lost', 'kept']) await startWorkflow(worker, nap, {}, { runId })
  await startWorkflow(worker, busy, {}, { runId: 'lost' })
  await engine.advance('1s')
  for (const scope of ['workflow/nap/run/lost', 'workflow/busy/run/lost'])
    await state(worker, 'state::delete', { scope, key: 'run' })
  const result = workflowRun(worker, nap, 'kept').result()
  await engine.advance('2h')
  expect(aborted).toEqual([1])
  for (const workflow of [nap, busy]) {
    const lost = workflowRun(worker, workflow, 'lost')
    await expect(lost.status()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
    await expect(lost.result()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
  }
  expect(await result).toBe('rested')
})
