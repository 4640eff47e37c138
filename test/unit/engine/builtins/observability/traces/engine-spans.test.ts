import { expect, test } from 'vitest'
import { createObservabilityBuiltin } from '../../../../../../src/engine/builtins/observability/observability-builtin.js'
import { parseObservabilityConfig } from '../../../../../../src/engine/builtins/observability/observability-config.js'
import type { EngineSettings } from '../../../../../../src/engine/config/config.js'
import { engineRig, type EngineRig } from '../../../../../kit/engine-rig.js'
import { FakeHost } from '../../../../../kit/fake-host.js'
import type { Frame, RawWorker } from '../../../../../kit/raw-worker.js'
import { spanId, TRACE } from '../../../../../kit/telemetry-frames.js'

const PARENT = `00-${TRACE}-${spanId(1)}-01`

interface Span {
  readonly name: string
  readonly trace_id: string
  readonly span_id: string
  readonly parent_span_id: string | null
  readonly status: string
  readonly attributes: readonly (readonly [string, string])[]
}

async function started(...workers: NonNullable<EngineSettings['workers']>) {
  const rig = await engineRig({ workers })
  return { rig, worker: await rig.worker({}) }
}

/** All spans the engine keeps. */
async function spansOf(rig: EngineRig, worker: RawWorker): Promise<Span[]> {
  const query = { search_all_spans: true, include_internal: true }
  const answer = await rig.call(worker, 'engine::traces::list', query, { traceparent: PARENT })
  return (answer['result'] as { spans: Span[] }).spans
}

test('a call of a built-in function within a trace makes a span, which the caller does not notice', async () => {
  const { rig, worker } = await started({ name: 'iii-state' })
  const input = { scope: 's', key: 'k', value: 1 }
  const answer = await rig.call(worker, 'state::set', input, { traceparent: PARENT, baggage: 'k=v' })
  expect(answer).toMatchObject({ traceparent: PARENT, baggage: 'k=v' })
  await rig.call(worker, 'state::set', input)
  const spans = await spansOf(rig, worker)
  expect(spans).toEqual([
    {
      trace_id: TRACE,
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
      parent_span_id: spanId(1),
      name: 'call state::set',
      start_time_unix_nano: rig.clock.epochMs() * 1e6,
      end_time_unix_nano: rig.clock.epochMs() * 1e6,
      status: 'ok',
      attributes: [
        ['faas.invoked_name', 'state::set'],
        ['faas.trigger', 'other'],
        ['function_id', 'state::set'],
        ['iii.function.kind', 'internal'],
        ['iii.state.scope', 's'],
        ['iii.state.key', 'k'],
      ],
      service_name: 'iii',
      events: [],
      links: [],
      instrumentation_scope_name: 'iii',
      flags: 1,
    },
  ])
  const listed = await rig.call(worker, 'engine::traces::list', {})
  expect(listed['result']).toMatchObject({ spans: [] })
})

test('a failed call records the error in its span', async () => {
  const { rig, worker } = await started({ name: 'iii-state' })
  await rig.call(worker, 'state::set', {}, { traceparent: PARENT })
  const [span] = await spansOf(rig, worker)
  expect(span).toMatchObject({ status: 'error', status_description: expect.stringContaining('scope') as unknown })
  expect(span!.attributes).toContainEqual(['error.type', 'deserialization_error'])
  expect(span).toMatchObject({ events: [{ name: 'exception' }] })
})

test('a void call ends its span, and a trace that is not sampled gets none', async () => {
  const { rig, worker } = await started({ name: 'iii-state' })
  const frame = { type: 'invokefunction', function_id: 'state::list', data: { scope: 's' }, action: { type: 'void' } }
  worker.send({ ...frame, traceparent: PARENT }, { ...frame, traceparent: PARENT.replace(/1$/, '0') })
  worker.send({ ...frame, traceparent: 'unreadable' })
  await rig.settle()
  expect((await spansOf(rig, worker)).map(({ name }) => name)).toEqual(['call state::list'])
})

test('triggers fired by a write are children of its span', async () => {
  const { rig, worker } = await started({ name: 'iii-state' })
  worker.register('on-state')
  worker.send({ type: 'registertrigger', id: 't', trigger_type: 'state', function_id: 'on-state', config: {} })
  await rig.call(worker, 'state::set', { scope: 's', key: 'k', value: 1 }, { traceparent: PARENT })
  const call = worker.take('invokefunction', { function_id: 'on-state' })
  worker.answer(call, { error: { code: 'oops', message: 'm' } })
  await rig.settle()
  const spans = await spansOf(rig, worker)
  const [write, fired] = [
    spans.find(({ name }) => name === 'call state::set')!,
    spans.find(({ name }) => name === 'state_triggers')!,
  ]
  expect(spans).toHaveLength(2)
  expect(fired).toMatchObject({ parent_span_id: write.span_id, status: 'ok' })
  expect(call['traceparent']).toBe(`00-${TRACE}-${fired.span_id}-01`)
})

test('a write outside of any trace starts none', async () => {
  const { rig, worker } = await started({ name: 'iii-state' })
  worker.register('on-state')
  worker.send({ type: 'registertrigger', id: 't', trigger_type: 'state', function_id: 'on-state', config: {} })
  await rig.call(worker, 'state::set', { scope: 's', key: 'k', value: 1 })
  expect(worker.take('invokefunction', { function_id: 'on-state' })).not.toHaveProperty('traceparent')
  expect(await spansOf(rig, worker)).toEqual([])
})

test('each run of a schedule starts a trace', async () => {
  const { rig, worker } = await started({ name: 'iii-cron' })
  worker.register('tick')
  const config = { expression: '* * * * * *' }
  worker.send({ type: 'registertrigger', id: 't', trigger_type: 'cron', function_id: 'tick', config })
  await rig.clock.advance(1_000)
  const call = worker.take('invokefunction', { function_id: 'tick' })
  await rig.clock.advance(250)
  worker.answer(call, { result: 1 })
  await rig.settle()
  const [span] = (await spansOf(rig, worker)) as (Span & Record<string, number>)[]
  expect(span).toMatchObject({ name: 'call tick', parent_span_id: null, status: 'ok' })
  expect(span!['end_time_unix_nano']! - span!['start_time_unix_nano']!).toBeCloseTo(250e6, -3)
  expect(call['traceparent']).toBe(`00-${span!.trace_id}-${span!.span_id}-01`)
  expect(call).not.toHaveProperty('baggage')
})

test('an enqueued call makes a span, and is stored with the trace of its caller', async () => {
  const { rig, worker } = await started()
  worker.register('engine::queue::enqueue')
  const extra: Frame = { traceparent: PARENT, action: { type: 'enqueue', queue: 'jobs' } }
  const id = worker.invoke('f', {}, extra)
  await rig.settle()
  const call = worker.take('invokefunction', { function_id: 'engine::queue::enqueue' })
  expect(call['data']).toMatchObject({ traceparent: PARENT })
  worker.answer(call)
  await rig.settle()
  expect(worker.take('invocationresult', { invocation_id: id })).toMatchObject({ traceparent: PARENT })
  const spans = await spansOf(rig, worker)
  expect(spans).toMatchObject([{ name: 'enqueue f → jobs', parent_span_id: spanId(1), status: 'ok' }])
})

test('an enqueued call that is delivered is part of the trace it came from', async () => {
  const { rig, worker } = await started({ name: 'iii-queue' })
  worker.register('job')
  worker.invoke('job', {}, { traceparent: PARENT, action: { type: 'enqueue', queue: 'default' } })
  await rig.clock.advance(1_000)
  const call = worker.take('invokefunction', { function_id: 'job' })
  worker.answer(call, { result: 1 })
  await rig.settle()
  const span = (await spansOf(rig, worker)).find(({ name }) => name === 'fn_queue default')
  expect(span).toMatchObject({ parent_span_id: spanId(1), status: 'ok' })
  expect(call['traceparent']).toBe(`00-${TRACE}-${span!.span_id}-01`)
})

test('by a switch of the environment, calls outside of any trace make spans as well', async () => {
  const host = new FakeHost()
  const env = { III_OTEL_TRACE_BUILTINS: '1' }
  await createObservabilityBuiltin(host, parseObservabilityConfig({}), env).start()
  const call = {
    invocationId: 'i',
    functionId: 'state::get',
    traceparent: undefined,
    baggage: undefined,
    caller: undefined,
    data: {},
    text: undefined,
    metadata: undefined,
    from: undefined,
    access: undefined,
  }
  expect(host.instruments.watchCall?.(call, 'iii-state').traceparent).toMatch(/^00-/)
  expect(host.instruments.watchCall?.(call, 'iii-observability').traceparent).toBeUndefined()
  expect(host.instruments.watchCall?.(call, undefined).traceparent).toBeUndefined()
})
