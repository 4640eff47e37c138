/** Warnings about the clock, random values and timers of the process in the function of a workflow. */
/* eslint-disable local/real-time -- the timers of the process are what is tested */
import { afterEach, beforeEach, expect, test, vi, type MockInstance } from 'vitest'
import { createTestEngine } from '../../src/entry/testing.js'
import { defineWorkflow, replay, serveWorkflow, startWorkflow, type Flow } from '../../src/entry/workflow.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

let warnings: MockInstance<typeof process.emitWarning>

beforeEach(() => {
  warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** What each warning names, and what it recommends. */
function warned(): string[] {
  return warnings.mock.calls.map(([text]) => {
    const { workflow, kind, use } =
      /workflow (?<workflow>\S+) uses (?<kind>\S+) .*flows-are-checked\.test\.ts:\d+.*Use `await (?<use>[\w.]+)/.exec(
        String(text),
      )?.groups ?? {}
    return `${String(workflow)}: ${String(kind)}, use ${String(use)}`
  })
}

async function everything(flow: Flow): Promise<string> {
  const own = [new Date(), Date.now(), Math.random(), crypto.randomUUID(), Date()]
  clearTimeout(setTimeout(() => undefined, 1))
  clearInterval(setInterval(() => undefined, 1))
  clearImmediate(setImmediate(() => undefined))
  await flow.step('allowed', () => {
    clearTimeout(setTimeout(() => undefined, 1))
    return [new Date(), Date.now(), Math.random(), crypto.randomUUID()].length
  })
  await flow.sleep(new Date(Date.UTC(2026, 0, 1, 1)))
  return `${String(own.length)} ${String(new Date(0) instanceof Date)}`
}

const ALL = [
  'Date, use flow.now',
  'Math.random, use flow.random',
  'crypto.randomUUID, use flow.uuid',
  'setTimeout, use flow.sleep',
  'setInterval, use flow.sleep',
  'setImmediate, use flow.sleep',
]

test('on the virtual clock each kind is reported once per workflow with its place and its replacement, and not in steps', async () => {
  const originals = [Date, Math.random, setTimeout]
  const engine = await workflowEngine()
  const flow = defineWorkflow({ id: 'checked' }, everything)
  const worker = await servingWorker(engine, [flow])
  expect([Date, Math.random, setTimeout]).not.toEqual(originals)
  const run = await startWorkflow(worker, flow, {})
  await engine.advance('2h')
  expect(await run.result()).toBe('5 true')
  await startWorkflow(worker, flow, {})
  await engine.advance('2h')
  expect(warned()).toEqual(ALL.map((text) => `checked: ${text}`))
  engine.killWorker(worker)
  expect([Date, Math.random, setTimeout]).toEqual(originals)
})

test('code that a flow causes to run in the same process is not reported', async () => {
  const engine = await workflowEngine()
  const flow = defineWorkflow({ id: 'causes' }, (flow) => flow.call('clock::read'))
  const worker = await servingWorker(engine, [flow])
  const seen: unknown[] = []
  worker.registerFunction('clock::read', () => Date.now())
  worker.registerFunction('clock::changed', () => seen.push(new Date(), Math.random()))
  worker.registerTrigger({ type: 'state', function_id: 'clock::changed', config: {} })
  await startWorkflow(worker, flow, {})
  await engine.advance('1m')
  expect(seen.length).toBeGreaterThan(0)
  expect(warned()).toEqual([])
})

test('a replay reports them, and leaves the globals as they were', async () => {
  const before = Date
  const flow = defineWorkflow({ id: 'replayed' }, everything)
  const history = { workflow: 'replayed', runId: 'r', version: 1, input: {}, entries: [], journal: [] }
  expect((await replay(history, flow)).state).toBe('continues')
  expect(warned()).toEqual(ALL.map((text) => `replayed: ${text}`))
  expect(Date).toBe(before)
})

test('in production nothing is replaced, and the variable decides in both directions', async () => {
  const originals = [Date, Math.random, setTimeout]
  const engine = await createTestEngine({ ports: false })
  const worker = engine.connect()
  const flow = defineWorkflow({ id: 'production' }, () => Date.now())
  const served = serveWorkflow(worker, flow)
  expect([Date, Math.random, setTimeout]).toEqual(originals)
  await worker.ready()
  const run = await startWorkflow(worker, flow, {})
  expect(await run.result()).toBeGreaterThan(0)
  expect(warned()).toEqual([])
  await served.close()
  vi.stubEnv('III_WORKFLOW_CHECKS', '1')
  const checked = serveWorkflow(worker, flow)
  expect(Date).not.toBe(originals[0])
  await (await startWorkflow(worker, flow, {})).result()
  expect(warned()).toEqual(['production: Date, use flow.now'])
  await checked.close()
  vi.stubEnv('III_WORKFLOW_CHECKS', '0')
  const virtual = await workflowEngine()
  await servingWorker(virtual, [flow])
  expect(Date).toBe(originals[0])
  await engine.close()
})
