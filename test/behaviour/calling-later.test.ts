import { expect, test } from 'vitest'
import { InvocationError } from '../../src/errors.js'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import { defineFunction } from '../../src/sdk/worker/functions/contract.js'
import { callLater, cancelLater, serveLater } from '../../src/entry/later.js'
import type { TestEngine } from '../../src/entry/testing.js'
import { testEngine } from '../kit/local-rig.js'

async function start() {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => void events.push(event) })
  await worker.ready()
  return { engine, worker, events }
}

/** A worker that serves `remind` and notes what it received. */
async function reminder(engine: TestEngine, idempotent?: object) {
  const worker = engine.connect({ diagnostics: 'silent' })
  const received: unknown[] = []
  worker.registerFunction('remind', ({ order }: { order?: number }) => void received.push(order), { idempotent })
  await worker.ready()
  return { worker, received }
}

/** Scopes of state that are not empty, without the traces of deliveries, which stay for a day. */
async function waiting(engine: TestEngine): Promise<unknown[]> {
  const { groups } = (await engine.call('state::list_groups', {})) as { groups: string[] }
  const scopes = groups.filter((scope) => scope.startsWith('iii.later'))
  return (await Promise.all(scopes.map((scope) => engine.call('state::list', { scope })))).flat()
}

test('a later call is made when it is due, and once', async () => {
  const { engine, worker } = await start()
  const { received } = await reminder(engine)
  const { dueAt } = await callLater(worker, 'remind', { order: 7 }, { delay: '2h' })
  expect(dueAt).toBe(engine.now() + 7_200_000)
  await engine.advance(7_200_000 - 1)
  expect(received).toEqual([])
  await engine.advance(200)
  expect(received).toEqual([7])
  await engine.advance('1h')
  expect(received).toEqual([7])
  expect(await waiting(engine)).toEqual([])
})

test('`at` names the time, and a time in the past is due at once', async () => {
  const { engine, worker } = await start()
  const { received } = await reminder(engine)
  await callLater(worker, 'remind', { order: 1 }, { at: new Date(engine.now() + 60_000) })
  await callLater(worker, 'remind', { order: 2 }, { at: engine.now() - 86_400_000 })
  await engine.advance(200)
  expect(received).toEqual([2])
  await engine.advance('61s')
  expect(received).toEqual([2, 1])
})

test('a call outlives the worker that made it, and of several workers one makes it', async () => {
  const { engine, worker } = await start()
  const { received } = await reminder(engine)
  for (let index = 0; index < 3; index++) serveLater(engine.connect({ diagnostics: 'silent' }))
  for (let order = 0; order < 20; order++) await callLater(worker, 'remind', { order }, { delay: '5m' })
  await worker.shutdown()
  await engine.advance('6m')
  expect([...received].sort((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 20 }, (_, index) => index))
})

test('calls that became due while no worker ran are made later', async () => {
  const { engine, worker } = await start()
  await callLater(worker, 'remind', { order: 1 }, { delay: '1h' })
  await worker.shutdown()
  await engine.advance('30h')
  const { worker: next, received } = await reminder(engine)
  serveLater(next)
  await engine.advance('1s')
  expect(received).toEqual([1])
})

test('a key joins calls with the same arguments, and refuses others', async () => {
  const { engine, worker } = await start()
  const { received } = await reminder(engine)
  const first = await callLater(worker, 'remind', { order: 1 }, { delay: '1h', key: 'k' })
  await engine.advance('1m')
  expect(await callLater(worker, 'remind', { order: 1 }, { delay: '1h', key: 'k' })).toEqual(first)
  const other = callLater(worker, 'remind', { order: 2 }, { delay: '1h', key: 'k' })
  await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  await engine.advance('2h')
  expect(received).toEqual([1])
  // The key is free again.
  await callLater(worker, 'remind', { order: 2 }, { delay: '1h', key: 'k' })
  await engine.advance('2h')
  expect(received).toEqual([1, 2])
})

test('a function may make its next call under the key of the present one', async () => {
  const { engine, worker } = await start()
  let polls = 0
  worker.registerFunction('poll', async () => {
    polls += 1
    if (polls < 4) await callLater(worker, 'poll', {}, { delay: '1m', key: 'poll-7' })
  })
  await worker.ready()
  await callLater(worker, 'poll', {}, { delay: '1m', key: 'poll-7' })
  await engine.advance('10m')
  expect(polls).toBe(4)
})

test('a call can be cancelled by its key until its delivery begins', async () => {
  const { engine, worker } = await start()
  const { received } = await reminder(engine)
  await callLater(worker, 'remind', { order: 1 }, { delay: '1h', key: 'k' })
  expect(await cancelLater(worker, 'k')).toBe(true)
  expect(await cancelLater(worker, 'k')).toBe(false)
  expect(await cancelLater(worker, 'unknown')).toBe(false)
  await callLater(worker, 'remind', { order: 2 }, { delay: '1h', key: 'k' })
  await engine.advance('2h')
  expect(received).toEqual([2])
  expect(await cancelLater(worker, 'k')).toBe(false)
  expect(await waiting(engine)).toEqual([])
})

test('a call waits for a worker that serves its function', async () => {
  const { engine, worker } = await start()
  await callLater(worker, 'remind', { order: 1 }, { delay: '1s' })
  await engine.advance('10m')
  const { received } = await reminder(engine)
  await engine.advance('6m')
  expect(received).toEqual([1])
  expect(await waiting(engine)).toEqual([])
})

test('an error of the function ends the call and is reported', async () => {
  const { engine, worker, events } = await start()
  let runs = 0
  worker.registerFunction('fail', () => {
    runs += 1
    throw new InvocationError({ code: 'NO', message: 'no' })
  })
  await worker.ready()
  await callLater(worker, 'fail', {}, { delay: '1s', key: 'k' })
  await engine.advance('10m')
  expect(runs).toBe(1)
  expect(events).toContainEqual(expect.objectContaining({ kind: 'later_call_failed', functionId: 'fail', key: 'k' }))
})

test('a function that does not answer is called five times, and an idempotent one runs once', async () => {
  const { engine, worker, events } = await start()
  const runs = { plain: 0, idempotent: 0 }
  const hang = (name: 'plain' | 'idempotent') => () => {
    runs[name] += 1
    return new Promise(() => undefined)
  }
  worker.registerFunction('hang', hang('plain'))
  worker.registerFunction('hang-once', hang('idempotent'), { idempotent: {} })
  await worker.ready()
  for (const id of ['hang', 'hang-once']) await callLater(worker, id, {}, { delay: '1s', timeoutMs: 5_000 })
  await engine.advance('10m')
  expect(runs).toEqual({ plain: 5, idempotent: 1 })
  expect(events.filter(({ kind }) => kind === 'later_call_failed')).toHaveLength(2)
})

test('a call is stored in a queue when it is due, if that is its action', async () => {
  const { engine, worker } = await start()
  const { received } = await reminder(engine)
  const action = TriggerAction.Enqueue({ queue: 'default' })
  await callLater(worker, 'remind', { order: 1 }, { delay: '1m', action })
  await engine.advance('2m')
  expect(received).toEqual([1])
})

test('a contract checks the payload before the call is stored, and metadata reaches the handler', async () => {
  const { engine, worker } = await start()
  const contract = defineFunction({
    id: 'add',
    input: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value: unknown) =>
          typeof value === 'number' ? { value } : { issues: [{ message: 'must be a number' }] },
      },
    },
  })
  const seen: unknown[] = []
  worker.registerFunction('add', (payload, metadata) => void seen.push(payload, metadata))
  await worker.ready()
  const wrong = callLater(worker, contract, 'two', { delay: '1s' })
  await expect(wrong).rejects.toMatchObject({ code: 'deserialization_error' })
  await callLater(worker, contract, 2, { delay: '1s', metadata: { by: 'me' } })
  await engine.advance('2s')
  expect(seen).toEqual([2, { by: 'me', idempotencyKey: expect.any(String) as string }])
})

test('a worker that stops serving later calls leaves them to others', async () => {
  const { engine, worker } = await start()
  const { worker: other, received } = await reminder(engine)
  await callLater(worker, 'remind', { order: 1 }, { delay: '1m' })
  serveLater(worker).stop()
  await engine.advance('10m')
  expect(received).toEqual([])
  serveLater(other)
  await engine.advance('1s')
  expect(received).toEqual([1])
})
