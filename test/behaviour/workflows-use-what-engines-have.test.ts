import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { callLater, cancelLater } from '../../src/entry/later.js'
import type { TestEngine } from '../../src/entry/testing.js'
import { defineSignal, defineWorkflow, serveWorkflow, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import { registerWorker, type III } from '../../src/index.js'
import { cancelRun, pauseRun, resumeRun, retryRun, type RequestParts } from '../../src/workflow/records/requests.js'
import { sendSignal } from '../../src/workflow/run/signals.js'
import { runCommand } from '../kit/cli-terminal.js'
import { servingWorker, testEngine, workflowEngine } from '../kit/local-rig.js'

interface Recorded {
  readonly functions: Readonly<Record<string, unknown>>
  readonly trigger_types: Readonly<Record<string, unknown>>
}

/** What the distributed engine publishes about itself. */
const recorded = JSON.parse(readFileSync('test/unit/engine/declare/engine.json', 'utf8')) as Recorded

/** What the page of runs does with an engine. Not imported by its path: pages have the types of a browser. */
interface PageOfRuns {
  readonly requests: RequestParts
  readonly listRuns: (filter: object) => Promise<{ readonly rows: readonly unknown[] }>
  readonly readDetail: (name: object) => Promise<{ readonly signals: readonly unknown[] } | undefined>
}

const PAGE = '../../src/console/engine/runs.js'

/** The worker that the page of runs calls through here, in place of the connection of a page. */
let page: III
vi.mock('../../src/console/engine/engine.js', () => ({
  call: (function_id: string, payload: unknown, options: { readonly namespace?: string }) =>
    page.trigger({ function_id, payload, namespace: options.namespace ?? 'default' }),
}))

const paid = defineSignal({ name: 'paid' })
const once = { retry: { attempts: 1 } } as const

function notRecorded(engine: TestEngine, worker: III, own: readonly string[]): string[] {
  const sent = engine.frames(worker).sent as readonly Readonly<Record<string, unknown>>[]
  const called = sent.flatMap(({ type, function_id: id }) => (type === 'invokefunction' ? [String(id)] : []))
  const bound = sent.flatMap(({ type, trigger_type: id }) => (type === 'registertrigger' ? [String(id)] : []))
  return [
    ...called.filter((id) => recorded.functions[id] === undefined && !own.includes(id)),
    ...bound.filter((id) => recorded.trigger_types[id] === undefined),
  ]
}

test('runs use only functions and trigger types that the distributed engine has', async () => {
  const engine = await workflowEngine()
  const child = defineWorkflow({ id: 'child' }, (flow) => flow.step('one', () => 1))
  const every = defineWorkflow({ id: 'every' }, async (flow, round: number): Promise<unknown> => {
    await flow.step('undone', () => 1, { undo: () => undefined })
    await flow.sleep('1m')
    await flow.all({ a: () => flow.waitFor(paid, { timeout: '1m' }), b: () => flow.waitFor(paid, { key: 'k' }) })
    await flow.call('own::function', {})
    await flow.run(child, {})
    await flow.patched('new')
    await flow.step('again', ({ attempt }) => {
      if (attempt === 1) throw new Error('once more')
    })
    await flow.uuid()
    if (round === 0) return flow.continueAs(1)
    throw new Error('failed')
  })
  const parent = defineWorkflow({ id: 'parent' }, (flow) => flow.run(nap, {}))
  const nap = defineWorkflow({ id: 'nap' }, (flow) => flow.sleep('30d'))
  const odd = defineWorkflow({ id: 'odd' }, async (flow) => {
    for (let n = 0; n < 2; n += 1) await flow.step('same', () => 1)
  })
  const serve = { retention: '10m', sweepInterval: '2m' } as const
  const worker = await servingWorker(engine, [every, child, parent, nap, odd], { serve })
  const client = engine.connect({ diagnostics: 'silent' })
  worker.registerFunction('own::function', () => 'ok')
  const [run, held] = [await startWorkflow(client, every, 0), await startWorkflow(client, odd, {})]
  const cancelled = await startWorkflow(client, parent, {})
  await engine.advance('1s')
  await run.pause()
  await cancelled.cancel('test')
  await held.resume()
  await engine.advance('1s')
  await run.resume()
  for (let n = 0; n < 2; n += 1) await run.signal(paid, n, { key: 'k' })
  await engine.advance('5m')
  expect((await run.status()).state).toBe('failed')
  await run.retry({ from: 'again' })
  await engine.advance('3m')
  expect(await Promise.all([run.status(), held.status(), cancelled.status()])).toMatchObject([
    { state: 'failed', generation: 2 },
    { state: 'held' },
    { state: 'cancelled' },
  ])
  await run.history()
  await expect(run.result()).rejects.toThrow('failed')
  // A second worker takes over, and ended runs are removed.
  engine.killWorker(worker)
  const second = await servingWorker(engine, [every, child, parent, nap, odd], { serve })
  await engine.advance('20m')
  await expect(workflowRun(client, every, run.runId).status()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
  for (const each of [worker, client, second]) expect(notRecorded(engine, each, ['own::function'])).toEqual([])
  const called = new Set(engine.frames(worker).sent.map((frame) => (frame as { function_id?: string }).function_id))
  expect([...called]).toEqual(
    expect.arrayContaining(['state::update', 'state::list', 'state::set', 'state::delete', 'state::list_groups']),
  )
})

test('later calls and work that runs once use only functions that the distributed engine has', async () => {
  const engine = await workflowEngine()
  const worker = engine.connect({ diagnostics: 'silent' })
  let reminded = 0
  worker.registerFunction('remind', () => void (reminded += 1))
  await worker.ready()
  await callLater(worker, 'remind', {}, { delay: '5m', key: 'kept' })
  await callLater(worker, 'remind', {}, { delay: '5m', key: 'taken' })
  expect(await cancelLater(worker, 'taken')).toBe(true)
  expect(await worker.once('invoice-7', () => 7)).toBe(7)
  await worker.once('invoice-8', () => Promise.reject(new Error('no'))).catch(() => undefined)
  await engine.advance('10m')
  expect(reminded).toBe(1)
  expect(notRecorded(engine, worker, ['remind'])).toEqual([])
})

test(
  'the command line and the page of runs use only functions that the distributed engine has',
  { timeout: 30_000 },
  async () => {
    await using engine = await testEngine({
      rbac: {
        auth_function_id: 'guard',
        expose_functions: Object.keys(recorded.functions).map((id) => `match("${id}")`),
      },
    })
    const worker = engine.connect({ diagnostics: 'silent' })
    worker.registerFunction('guard', () => ({}))
    worker.registerFunction('other', () => 1)
    await worker.ready()
    const url = engine.guardedUrl!
    await using guarded = registerWorker(url, { otel: { enabled: false }, diagnostics: 'silent' })
    page = guarded
    await expect(guarded.trigger({ function_id: 'other', payload: {} })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const ask = defineWorkflow({ id: 'ask' }, async (flow) => {
      await flow.waitFor(paid)
      await flow.step('pay', () => Promise.reject(new Error('no money')), once)
    })
    await using served = engine.connect({ diagnostics: 'silent' })
    serveWorkflow(served, ask)
    const runs = ['c', 'c2', 'p', 'p2']
    for (const runId of runs) await startWorkflow(served, ask, {}, { runId })
    const state = async (run: string): Promise<string> => (await workflowRun(served, ask, run).status()).state
    for (const run of runs) await expect.poll(() => state(run)).toBe('waiting')

    const cli = async (...args: string[]): Promise<void> => {
      expect(await runCommand(['runs', ...args, '--url', url])).toMatchObject({ code: 0, stderr: '' })
    }
    for (const line of ['ls', 'show ask c', 'pause ask c', 'resume ask c', 'signal ask c paid 1'])
      await cli(...line.split(' '))
    await expect.poll(() => state('c')).toBe('failed')
    for (const line of ['retry ask c --from pay', 'cancel ask c2']) await cli(...line.split(' '))
    await expect.poll(() => state('c2')).toBe('cancelled')

    const name = { workflow: 'ask', run: 'p' }
    const { requests, listRuns, readDetail } = (await import(PAGE)) as PageOfRuns
    await pauseRun(requests, name)
    await resumeRun(requests, name)
    await sendSignal(requests, name, { signal: paid, data: 1, key: undefined })
    await expect.poll(() => state('p')).toBe('failed')
    await retryRun(requests, name, 'pay')
    await cancelRun(requests, { workflow: 'ask', run: 'p2' })
    await expect.poll(() => state('p2')).toBe('cancelled')
    expect((await listRuns({ id: '', workflow: 'ask', state: '', limit: 10 })).rows).toHaveLength(4)
    expect((await readDetail(name))?.signals).toMatchObject([{ data: 1 }])
  },
)
