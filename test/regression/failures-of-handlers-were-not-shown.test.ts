/** An engine showed nothing of a failed handler, a retry, a dead letter, a refusal or a trigger that never fires. */
import { expect, onTestFinished, test } from 'vitest'
import { TYPES_OF_BUILTINS } from '../../src/engine/triggers/trigger-types.js'
import { builtins } from '../../src/engine/builtins/index.js'
import { engineConfigOf } from '../../src/engine/config/config.js'
import { startEngine } from '../../src/engine/engine.js'
import type { EngineEvent } from '../../src/engine/engine-events.js'
import { FakeHost } from '../kit/fake-host.js'
import { RawWorker, type Frame } from '../kit/raw-worker.js'
import { seededRandom } from '../kit/seeded-random.js'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'

async function watchedEngine() {
  const events: EngineEvent[] = []
  const clock = new VirtualClock()
  const config = engineConfigOf({
    workers: [
      { name: 'iii-pubsub' },
      { name: 'iii-state' },
      { name: 'iii-queue', config: { queue_configs: { mails: { type: 'standard', max_retries: 2 } } } },
    ],
  })
  const onEvent = (event: EngineEvent): void => void events.push(event)
  const engine = await startEngine(config, { clock, random: seededRandom(1), onEvent })
  onTestFinished(async () => {
    const closed = engine.close()
    await clock.advance(10_000)
    await closed
  })
  const worker = new RawWorker(engine.dial())
  worker.announce({ name: 'shop' })
  worker.register('f')
  await clock.advance(0)
  const send = async (...frames: readonly Frame[]): Promise<void> => {
    worker.send(...frames)
    await clock.advance(0)
  }
  /** Calls a function and has the worker fail when it is its own. */
  const failNext = async (error: Frame = BROKEN): Promise<void> => {
    worker.answer(worker.take('invokefunction', { function_id: 'f' }), { error })
    await clock.advance(0)
  }
  const of = (kind: EngineEvent['kind']) => events.filter((event) => event.kind === kind)
  return { engine, clock, worker, events, send, failNext, of }
}

const BROKEN = { code: 'invocation_failed', message: 'broken', stacktrace: 'Error: broken\n    at f (worker.ts:1:1)' }

const call = (functionId: string, more: Frame = {}): Frame => ({
  type: 'invokefunction',
  invocation_id: '00000000-0000-4000-8000-000000000001',
  function_id: functionId,
  data: {},
  ...more,
})
const trigger = (type: string, config: Frame = {}): Frame => ({
  type: 'registertrigger',
  id: `t-${type}`,
  trigger_type: type,
  function_id: 'f',
  config,
})

test('a failed handler is reported with its message, stack and worker', async () => {
  const { send, failNext, of } = await watchedEngine()
  await send(call('f'))
  await failNext()
  const expected = { functionId: 'f', worker: 'shop', isVoid: false, error: BROKEN }
  expect(of('invocation_failed')).toEqual([expect.objectContaining(expected)])
})

test('a failed handler of a void call is reported, and so is a void call that reaches no function', async () => {
  const { send, failNext, of } = await watchedEngine()
  const action = { type: 'void' }
  await send(call('f', { action }))
  await failNext()
  await send(call('nowhere', { action }))
  expect(of('invocation_failed')).toEqual([
    expect.objectContaining({ functionId: 'f', isVoid: true, error: BROKEN }),
    expect.objectContaining({
      functionId: 'nowhere',
      worker: undefined,
      isVoid: true,
      error: expect.objectContaining({ code: 'function_not_found' }) as unknown,
    }),
  ])
})

test('a call that succeeds is not reported', async () => {
  const { send, worker, clock, events } = await watchedEngine()
  await send(call('f'))
  worker.answer(worker.take('invokefunction', { function_id: 'f' }), { result: 1 })
  await clock.advance(0)
  expect(events).toEqual([])
})

test('a failing subscriber is reported', async () => {
  const { send, failNext, of } = await watchedEngine()
  await send(trigger('subscribe', { topic: 'orders' }), call('publish', { data: { topic: 'orders', data: 1 } }))
  await failNext()
  const expected = { triggerId: 't-subscribe', triggerType: 'subscribe', functionId: 'f' }
  expect(of('trigger_failed')).toEqual([expect.objectContaining(expected)])
})

test('a failing handler of state changes is reported', async () => {
  const { send, failNext, of } = await watchedEngine()
  await send(trigger('state', { scope: 's' }), call('state::set', { data: { scope: 's', key: 'k', value: 1 } }))
  await failNext()
  expect(of('trigger_failed')).toEqual([expect.objectContaining({ triggerType: 'state', functionId: 'f' })])
})

test('each attempt at a job that fails is reported, and the dead letter it becomes', async () => {
  const { send, failNext, of, clock } = await watchedEngine()
  await send(call('f', { action: { type: 'enqueue', queue: 'mails' } }))
  await failNext()
  const job = { source: 'queue', name: 'mails', functionId: 'f', maxAttempts: 2 }
  expect(of('attempt_failed')).toEqual([
    expect.objectContaining({ ...job, attempt: 1, retryInMs: expect.any(Number) as unknown }),
  ])
  await clock.advance(10_000)
  await failNext()
  expect(of('attempt_failed')).toHaveLength(1)
  expect(of('job_dead')).toEqual([expect.objectContaining({ ...job, attempt: 2 })])
})

test('an enqueue to a queue that is not configured is reported', async () => {
  const { send, of } = await watchedEngine()
  await send(call('f', { action: { type: 'enqueue', queue: 'none' } }))
  expect(of('enqueue_refused')).toEqual([
    {
      kind: 'enqueue_refused',
      queue: 'none',
      functionId: 'f',
      error: {
        code: 'queue_not_found',
        message: expect.stringMatching(/^Queue 'none' not found; declare it/) as unknown,
      },
    },
  ])
})

test('a trigger whose type is not served is reported with the part of the engine that would serve it', async () => {
  const { send, of } = await watchedEngine()
  await send(trigger('cron', { expression: '* * * * * *' }), trigger('kafka'))
  expect(of('trigger_waiting')).toEqual([
    expect.objectContaining({ triggerType: 'cron', functionId: 'f', builtin: 'iii-cron' }),
    expect.objectContaining({ triggerType: 'kafka', functionId: 'f', builtin: undefined }),
  ])
})

test('a trigger that its provider refuses is reported', async () => {
  const { send, of } = await watchedEngine()
  await send(trigger('subscribe', {}))
  expect(of('trigger_refused')).toEqual([expect.objectContaining({ triggerType: 'subscribe', functionId: 'f' })])
})

test('refused registrations are reported: of functions, trigger types, triggers and names', async () => {
  const { engine, send, of, clock } = await watchedEngine()
  await send(
    { type: 'registerfunction', id: 'publish' },
    { type: 'registertriggertype', id: 'subscribe', description: '' },
    { ...trigger('subscribe'), namespace: ' ' },
  )
  const second = new RawWorker(engine.dial())
  second.announce({ name: 'second' })
  second.register('f', 'f')
  const third = new RawWorker(engine.dial())
  third.announce({ name: 'shop' })
  await clock.advance(0)
  expect(of('registration_refused').map((event) => 'reason' in event && [event.type, event.id, event.reason])).toEqual([
    ['registerfunction', 'publish', 'the engine serves it itself'],
    ['registertriggertype', 'subscribe', 'the engine provides this trigger type itself'],
    ['registertrigger', 't-subscribe', expect.stringContaining('`namespace` is empty')],
    // Once, although it was asked for twice: a worker that waits for a function asks again and again.
    ['registerfunction', 'f', 'the worker shop owns it'],
    ['worker', 'shop', 'another connected worker has the name in the namespace default'],
  ])
})

test('calls that a leaving worker had not answered are one event', async () => {
  const { engine, worker, send, of, clock } = await watchedEngine()
  const caller = new RawWorker(engine.dial())
  caller.announce({ name: 'caller' })
  caller.send(call('f'), call('f', { invocation_id: '00000000-0000-4000-8000-000000000002' }))
  await send()
  worker.transport.terminate()
  await clock.advance(0)
  expect(of('log')).toEqual([
    expect.objectContaining({
      level: 'warn',
      message: 'A worker disconnected before it had answered its calls',
      fields: expect.objectContaining({ worker: 'shop', calls: 2 }) as unknown,
    }),
  ])
})

test('log records of workers are events', async () => {
  const { send, of } = await watchedEngine()
  await send(call('engine::log::warn', { data: { message: 'low', data: { left: 1 }, service_name: 'shop' } }))
  expect(of('worker_log')).toEqual([
    expect.objectContaining({ level: 'warn', message: 'low', service: 'shop', attributes: { left: 1 } }),
  ])
})

test('the table of trigger types equals what the built-ins provide', () => {
  // `iii-bridge` needs the address of another engine, and provides no type.
  const own = Object.entries(builtins).filter(([name]) => name !== 'iii-bridge')
  const provided = own.map(([name, { read }]) => {
    const { triggerTypes } = read(undefined, undefined)(new FakeHost())
    return [name, triggerTypes.map(({ id }) => id)] as const
  })
  expect(Object.fromEntries(provided.filter(([, types]) => types.length > 0))).toEqual(TYPES_OF_BUILTINS)
})
