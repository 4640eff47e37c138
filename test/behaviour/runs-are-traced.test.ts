/** Spans and log lines of workflow runs: one trace for each run, over workers and restarts. */
import { expect, test, vi } from 'vitest'
import { withSpan } from '../../src/entry/helpers/observability.js'
import type { TestEngine, TestWorkerOptions } from '../../src/entry/testing.js'
import { defineSignal, defineWorkflow, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import type { LogRow, SpanNode } from '../../src/wire/protocol/list-rows.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

const otel = { enabled: true, spansFlushIntervalMs: 50, logsFlushIntervalMs: 50 }
const traced = (workerName: string): { worker: TestWorkerOptions } => ({ worker: { workerName, otel } })

async function treeOf(engine: TestEngine, trace_id: string): Promise<readonly SpanNode[]> {
  return ((await engine.call('engine::traces::tree', { trace_id })) as { roots: SpanNode[] }).roots
}

/** Spans as lines, indented by parent, with the worker and how they ended. */
function lines(roots: readonly SpanNode[], indent = ''): string[] {
  return roots.flatMap((span) => {
    const { 'iii.workflow.outcome': outcome, 'iii.workflow.attempt': attempt } = attributes(span)
    const facts = [span.service_name, outcome ?? attempt ?? '', span.status].filter((fact) => fact !== '')
    return [`${indent}${span.name} [${facts.join(' ')}]`, ...lines(span.children ?? [], `${indent}  `)]
  })
}

function attributes({ attributes: pairs }: Pick<SpanNode, 'attributes'>): Record<string, string> {
  return Object.fromEntries(pairs)
}

function flat(roots: readonly SpanNode[]): SpanNode[] {
  return roots.flatMap((root) => [root, ...flat(root.children ?? [])])
}

const approval = defineSignal({ name: 'approval' })

const order = defineWorkflow({ id: 'orders::place' }, async (flow, amount: number) => {
  flow.log.info('Order received', { amount })
  await flow.step(
    'reserve',
    ({ attempt, logger }) => {
      logger.warn('Stock is low', { left: 2 })
      if (attempt === 1) throw Object.assign(new Error('shelf is locked'), { code: 'LOCKED' })
      return 'shelf 7'
    },
    { retry: { backoff: '10s' } },
  )
  flow.log.info('Reserved')
  await flow.waitFor(approval, { timeout: '3d' })
  return flow.call('labels::make', { amount })
})

test('the spans of a run form one trace over two workers and days, with steps by name and attempt', async () => {
  const engine = await workflowEngine()
  const labels = engine.connect({ workerName: 'labels', otel })
  labels.registerFunction('labels::make', () => 'label')
  await labels.ready()
  const first = await servingWorker(engine, [order], traced('first'))
  const run = await startWorkflow(first, order, 20, { runId: 'o-1' })
  await engine.advance('1m')
  engine.killWorker(first)
  const second = await servingWorker(engine, [order], traced('second'))
  await engine.advance('1d')
  await workflowRun(second, order, 'o-1').signal(approval, 'yes')
  await engine.advance('10s')
  const status = await workflowRun(second, order, 'o-1').status()
  expect(status.state).toBe('completed')
  expect(run.runId).toBe('o-1')
  const roots = await treeOf(engine, status.traceId)
  expect(lines(roots)).toEqual([
    'start orders::place [first ok]',
    '  run orders::place [first waiting ok]',
    '    step reserve [first 1 error]',
    '  run orders::place [first waiting ok]',
    '    step reserve [first 2 ok]',
    '  run orders::place [second completed ok]',
    '    call labels::make [second 1 ok]',
    '      execute labels::make [labels ok]',
  ])
  const [, activation, step] = flat(roots)
  expect(step && attributes(step)).toMatchObject({
    'iii.workflow.id': 'orders::place',
    'iii.workflow.run_id': 'o-1',
    'iii.workflow.step': 'reserve',
    'iii.workflow.attempt': '1',
  })
  expect(step?.status_description).toBe('shelf is locked')
  expect(activation && attributes(activation)).toMatchObject({
    'iii.workflow.epoch': '1',
    'iii.workflow.generation': '0',
  })
  const waits = flat(roots).flatMap(({ events }) => events.filter(({ name }) => name === 'iii.workflow.wait'))
  expect(waits.map((event) => attributes(event)['iii.workflow.wait.kind'])).toEqual(['retry', 'signal', 'signal'])
})

test('log lines of a flow and its steps are in the trace of the run, and a replay does not repeat them', async () => {
  const engine = await workflowEngine()
  const worker = await servingWorker(engine, [order], traced('first'))
  worker.registerFunction('labels::make', () => 'label')
  const run = await startWorkflow(worker, order, 20, { runId: 'o-1' })
  await engine.advance('1m')
  await run.signal(approval, 'yes')
  await engine.advance('10s')
  const { traceId } = await run.status()
  const { logs } = (await engine.call('engine::logs::list', { trace_id: traceId })) as { logs: LogRow[] }
  const data = logs.map((row) => ({ body: row.body, data: row.attributes?.['log.data'] })).reverse()
  const about = { workflow: 'orders::place', run: 'o-1' }
  expect(data).toEqual([
    { body: 'Order received', data: { ...about, amount: 20 } },
    { body: 'Stock is low', data: { ...about, step: 'reserve', attempt: 1, left: 2 } },
    { body: 'Stock is low', data: { ...about, step: 'reserve', attempt: 2, left: 2 } },
    { body: 'Reserved', data: about },
  ])
  const spans = new Map(flat(await treeOf(engine, traceId)).map((span) => [span.span_id, span.name]))
  expect(logs.map(({ span_id: id }) => spans.get(id ?? '')).reverse()).toEqual([
    'run orders::place',
    'step reserve',
    'step reserve',
    'run orders::place',
  ])
})

test('a run joins the trace of the code that starts it, and its child runs join the same', async () => {
  const engine = await workflowEngine()
  const child = defineWorkflow({ id: 'child' }, (flow) => flow.step('work', () => 1))
  const parent = defineWorkflow({ id: 'parent' }, (flow) => flow.run(child, {}))
  const worker = await servingWorker(engine, [child, parent], traced('shop'))
  let traceId: string | undefined
  const run = await withSpan('checkout', {}, (span) => {
    traceId = span.spanContext().traceId
    return startWorkflow(worker, parent, {}, { runId: 'p' })
  })
  await engine.advance('10s')
  expect(await run.result()).toBe(1)
  expect((await run.status()).traceId).toBe(traceId)
  expect((await workflowRun(worker, child, 'p/child').status()).traceId).toBe(traceId)
  expect(lines(await treeOf(engine, traceId ?? ''))).toEqual([
    'checkout [shop ok]',
    '  start parent [shop ok]',
    '    run parent [shop waiting ok]',
    '      run child [shop completed ok]',
    '        step work [shop 1 ok]',
    '    run parent [shop completed ok]',
  ])
})

test('a run that was started without telemetry has one trace, and a later generation is linked to it', async () => {
  const engine = await workflowEngine()
  const starter = await servingWorker(engine, [])
  const rounds = defineWorkflow({ id: 'rounds' }, async (flow, round: number) => {
    await flow.step('work', () => round)
    await flow.sleep('1h')
    return round < 1 ? flow.continueAs(round + 1) : round
  })
  await servingWorker(engine, [rounds], traced('shop'))
  const run = await startWorkflow(starter, rounds, 0)
  await engine.advance('1m')
  const { traceId } = await run.status()
  await engine.advance('3h')
  const status = await run.status()
  expect(status).toMatchObject({ state: 'completed', generation: 1 })
  expect(status.traceId).not.toBe(traceId)
  expect(lines(await treeOf(engine, traceId))).toEqual([
    'run rounds [shop waiting ok]',
    '  step work [shop 1 ok]',
    'run rounds [shop continued ok]',
  ])
  const later = await treeOf(engine, status.traceId)
  expect(lines(later)).toEqual([
    'run rounds [shop waiting ok]',
    '  step work [shop 1 ok]',
    'run rounds [shop completed ok]',
  ])
  const links = later.flatMap((span) => (span as unknown as { links: { trace_id: string }[] }).links)
  expect(links.map((link) => link.trace_id)).toEqual([traceId, traceId])
})

test('an undo has a span of its own, and a run that fails ends its span with the error', async () => {
  const engine = await workflowEngine()
  const failing = defineWorkflow({ id: 'failing' }, async (flow) => {
    await flow.all({ shelf: () => flow.step('reserve', () => 1, { undo: () => undefined }) })
    throw new Error('no payment')
  })
  const worker = await servingWorker(engine, [failing], traced('shop'))
  const run = await startWorkflow(worker, failing, {})
  await engine.advance('10s')
  const roots = await treeOf(engine, (await run.status()).traceId)
  expect(lines(roots)).toEqual([
    'start failing [shop ok]',
    '  run failing [shop failed error]',
    '    step all.shelf/reserve [shop 1 ok]',
    '    undo all.shelf/reserve [shop 1 ok]',
  ])
  expect(flat(roots)[1]?.status_description).toBe('no payment')
  const { entries } = await run.history()
  expect(entries.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'step all.shelf/reserve',
    'undo all.shelf/reserve',
  ])
})

test('without telemetry runs make no span and keep no trace, and their log lines go to the console', async () => {
  const lines: unknown[][] = []
  vi.spyOn(console, 'info').mockImplementation((...line: unknown[]) => void lines.push(line))
  const engine = await workflowEngine()
  const quiet = defineWorkflow({ id: 'quiet' }, (flow) =>
    flow.step('work', ({ logger }) => {
      logger.info('worked')
    }),
  )
  const worker = await servingWorker(engine, [quiet], { worker: { otel: { enabled: false } } })
  const run = await startWorkflow(worker, quiet, {}, { runId: 'q' })
  await engine.advance('10s')
  expect((await run.status()).state).toBe('completed')
  expect(lines).toEqual([['worked', { workflow: 'quiet', run: 'q', step: 'work', attempt: 1 }]])
  const record = await engine.call('state::get', { scope: 'workflow/quiet/run/q', key: 'run' })
  expect(JSON.stringify(record)).not.toContain('traceparent')
  expect(await engine.call('engine::traces::list', {})).toMatchObject({ spans: [] })
  vi.restoreAllMocks()
})
