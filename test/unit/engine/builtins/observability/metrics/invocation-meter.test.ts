import { expect, test, vi } from 'vitest'
import { InvocationMeter } from '../../../../../../src/engine/builtins/observability/metrics/invocation-meter.js'
import { VirtualClock } from '../../../../../../src/std/time/virtual-clock.js'
import { engineRig, type EngineRig } from '../../../../../kit/engine-rig.js'
import type { RawWorker } from '../../../../../kit/raw-worker.js'
import { gauge, metricFrame } from '../../../../../kit/telemetry-frames.js'

const callOf = (n: number) => ({
  invocationId: String(n),
  functionId: 'f',
  traceparent: undefined,
  baggage: undefined,
  caller: { answer: () => undefined },
  data: null,
  text: undefined,
  metadata: undefined,
  from: undefined,
  access: undefined,
})

async function counts(rig: EngineRig, worker: RawWorker): Promise<Record<string, Record<string, unknown>>> {
  const answer = await rig.call(worker, 'engine::metrics::list')
  return (answer['result'] as { engine_metrics: Record<string, Record<string, unknown>> }).engine_metrics
}

test('calls are counted by how they ended and by function, and timed', async () => {
  const rig = await engineRig()
  const callee = await rig.worker({ name: 'callee' })
  const caller = await rig.worker({ name: 'caller' })
  callee.register('f')
  await rig.settle()
  caller.invoke('f')
  caller.invoke('f')
  caller.invoke('f', {}, { action: { type: 'void' } })
  caller.invoke('missing')
  await rig.clock.advance(8)
  callee.answer(callee.take('invokefunction'), { result: 1 })
  callee.answer(callee.take('invokefunction'), { error: { code: 'x', message: 'm' } })
  callee.answer(callee.take('invokefunction'))
  await rig.settle()
  const { invocations, workers, performance } = await counts(rig, caller)
  // Two announcements without an answer and this very call are counted beside.
  expect(invocations).toEqual({
    total: 6,
    success: 1,
    error: 1,
    deferred: 3,
    by_function: { 'engine::workers::register': 2, f: 3, 'engine::metrics::list': 1 },
  })
  expect(workers).toEqual({ spawns: 2, deaths: 0, active: 2 })
  expect(performance).toEqual({
    avg_duration_ms: 8,
    p50_duration_ms: 8,
    p95_duration_ms: 8,
    p99_duration_ms: 8,
    min_duration_ms: 8,
    max_duration_ms: 8,
  })
})

test('calls of a worker that leaves are failures, and the worker a death', async () => {
  const rig = await engineRig()
  const callee = await rig.worker({ name: 'callee' })
  const caller = await rig.worker({ name: 'caller' })
  callee.register('f')
  await rig.settle()
  caller.invoke('f')
  await rig.settle()
  callee.transport.terminate()
  await rig.settle()
  const { invocations, workers } = await counts(rig, caller)
  expect(invocations).toMatchObject({ error: 1 })
  expect(workers).toEqual({ spawns: 2, deaths: 1, active: 1 })
})

test('after the first thousand calls only a sample is timed', () => {
  const clock = new VirtualClock()
  const meter = new InvocationMeter(clock)
  const reads = vi.spyOn(clock, 'now')
  for (let n = 0; n < 2_700; n++) meter.watch(callOf(n)).caller?.answer(callOf(n), { result: n })
  expect(reads).toHaveBeenCalledTimes(2 * (1_000 + 100))
  expect(meter.report()).toMatchObject({ invocations: { total: 2_700, success: 2_700 } })
})

test('functions are counted by name up to a thousand', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({})
  for (let n = 0; n < 1_010; n++) {
    worker.register(`f${String(n)}`)
    worker.invoke(`f${String(n)}`, {}, { action: { type: 'void' } })
  }
  await rig.settle()
  const { invocations } = await counts(rig, worker)
  expect(invocations!['total']).toBe(1_012)
  expect(Object.keys(invocations!['by_function'] as object)).toHaveLength(1_000)
})

test('a worker is described with the gauges it sent', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({ name: 'w' })
  const before = await rig.call(worker, 'engine::workers::info', { name: 'w' })
  expect(before['result']).not.toHaveProperty('worker.latest_metrics')
  worker.send(metricFrame([gauge('iii.worker.cpu.percent', 12.5)]))
  const after = await rig.call(worker, 'engine::workers::info', { name: 'w' })
  expect(after['result']).toHaveProperty('worker.latest_metrics', {
    cpu_percent: 12.5,
    timestamp_ms: 1,
    runtime: 'node',
  })
})
