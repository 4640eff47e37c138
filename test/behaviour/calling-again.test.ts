import { expect, test } from 'vitest'
import { InvocationError } from '../../src/errors.js'
import type { OnceOptions } from '../../src/sdk/worker/once/once-options.js'
import type { TestEngine } from '../../src/entry/testing.js'
import { testEngine } from '../kit/local-rig.js'

async function start() {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const caller = engine.connect({ workerName: 'caller', diagnostics: 'silent' })
  await caller.ready()
  return { engine, caller }
}

/** A worker whose function `pay` counts its runs. */
async function payer(engine: TestEngine, { runs, ...idempotent }: OnceOptions & { runs: { count: number } }) {
  const worker = engine.connect({ diagnostics: 'silent' })
  const pay = worker.registerFunction(
    'pay',
    ({ fail }: { fail?: boolean }) => {
      runs.count += 1
      if (fail === true) throw new InvocationError({ code: 'CARD_DECLINED', message: `attempt ${String(runs.count)}` })
      return { receipt: runs.count }
    },
    { idempotent },
  )
  await worker.ready()
  return { worker, pay }
}

const pay = (key: string, payload: object = {}) => ({ function_id: 'pay', payload, idempotencyKey: key })

test('a function with `idempotent` runs once per key, and later callers receive the first result', async () => {
  const { engine, caller } = await start()
  const runs = { count: 0 }
  await payer(engine, { runs })

  const answers = await Promise.all([caller.trigger(pay('k')), caller.trigger(pay('k'))])
  expect([...answers, await caller.trigger(pay('k'))]).toEqual([{ receipt: 1 }, { receipt: 1 }, { receipt: 1 }])
  expect(await caller.trigger(pay('other'))).toEqual({ receipt: 2 })
  expect(await caller.trigger({ function_id: 'pay', payload: {} })).toEqual({ receipt: 3 })
})

test('the first result also counts for the worker that serves the function next', async () => {
  const { engine, caller } = await start()
  const runs = { count: 0 }
  const { worker } = await payer(engine, { runs })
  await caller.trigger(pay('k'))
  await worker.shutdown()
  await payer(engine, { runs })

  expect(await caller.trigger(pay('k'))).toEqual({ receipt: 1 })
})

test('a key that is used with another payload is refused', async () => {
  const { engine, caller } = await start()
  const runs = { count: 0 }
  await payer(engine, { runs })
  await caller.trigger(pay('k', { amount: 1, to: 'a' }))

  expect(await caller.trigger(pay('k', { to: 'a', amount: 1 }))).toEqual({ receipt: 1 })
  await expect(caller.trigger(pay('k', { amount: 2 }))).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  expect(runs.count).toBe(1)
})

test('an error is a result, unless `onError` is `rerun`', async () => {
  const { engine, caller } = await start()
  const runs = { count: 0 }
  const { worker } = await payer(engine, { runs })
  for (let call = 0; call < 2; call++) {
    await expect(caller.trigger(pay('k', { fail: true }))).rejects.toMatchObject({
      code: 'CARD_DECLINED',
      message: 'CARD_DECLINED: attempt 1',
    })
  }
  await worker.shutdown()
  await payer(engine, { runs, onError: 'rerun', scope: 'again' })
  for (const attempt of [2, 3]) {
    const call = caller.trigger(pay('k', { fail: true }))
    await expect(call).rejects.toMatchObject({ message: `CARD_DECLINED: attempt ${String(attempt)}` })
  }
})

test('a key can be used again when its time is over, and expired keys are removed from state', async () => {
  const { engine, caller } = await start()
  const runs = { count: 0 }
  await payer(engine, { runs, ttl: '1m' })
  await caller.trigger(pay('k'))
  await caller.trigger(pay('other'))
  await engine.advance('61s')
  expect(await caller.trigger(pay('k'))).toEqual({ receipt: 3 })
  await engine.advance('10m')

  const groups = (await engine.call('state::list_groups', {})) as { groups: string[] }
  const left = await Promise.all(groups.groups.map((scope) => engine.call('state::list', { scope })))
  expect(left.flat()).toEqual([])
})

test('where the worker that ran is gone, callers receive IDEMPOTENCY_UNKNOWN, or the work runs again', async () => {
  for (const onLost of ['fail', 'rerun'] as const) {
    const { engine, caller } = await start()
    const serving = async (run: () => unknown) => {
      const worker = engine.connect({ diagnostics: 'silent' })
      worker.registerFunction('pay', run, { idempotent: { onLost } })
      await worker.ready()
      return worker
    }
    const first = await serving(() => new Promise(() => undefined))
    const lost = caller.trigger(pay('k')).catch((error: unknown) => error)
    await engine.advance('5s')
    await first.shutdown()
    expect(await lost).toMatchObject({ code: 'invocation_stopped' })
    await serving(() => 'again')

    const next = caller.trigger(pay('k')).catch((error: unknown) => error)
    await engine.advance('25s')
    if (onLost === 'fail') expect(await next).toMatchObject({ code: 'IDEMPOTENCY_UNKNOWN' })
    else expect(await next).toBe('again')
    await engine.close()
  }
})

test('work that runs longer than its key is kept does not run a second time', async () => {
  const { engine, caller } = await start()
  let runs = 0
  const release: ((value: unknown) => void)[] = []
  const other = engine.connect({ diagnostics: 'silent' })
  const options = { scope: 'slow', ttl: '1s' } as const
  const first = other.once('k', () => new Promise((resolve) => release.push(resolve)), options)
  await engine.advance('5s')
  const second = caller.once('k', () => (runs += 1), options)
  await engine.advance('5s')
  for (const resolve of release) resolve('first')
  await engine.advance('1s')
  expect([await first, await second, runs]).toEqual(['first', 'first', 0])
})

test('a payload that its schema refuses leaves the key free', async () => {
  const { engine, caller } = await start()
  const worker = engine.connect({ diagnostics: 'silent' })
  const input = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: { n?: number }) =>
        typeof value.n === 'number' ? { value } : { issues: [{ message: 'n is missing' }] },
    },
  } as never
  worker.registerFunction('f', ({ n }: { n: number }) => n, {
    input,
    idempotent: {},
    request_format: { type: 'object' },
  })
  await worker.ready()
  const f = (payload: object) => caller.trigger({ function_id: 'f', payload, idempotencyKey: 'k' })
  await expect(f({})).rejects.toMatchObject({ code: 'deserialization_error' })
  expect(await f({ n: 1 })).toBe(1)
})

test('a result that JSON has no form for is an error for every caller', async () => {
  const { engine, caller } = await start()
  const worker = engine.connect({ diagnostics: 'silent' })
  let runs = 0
  worker.registerFunction('big', () => BigInt((runs += 1)), { idempotent: {} })
  await worker.ready()
  for (let count = 0; count < 2; count++) {
    const call = caller.trigger({ function_id: 'big', payload: {}, idempotencyKey: 'k' })
    await expect(call).rejects.toMatchObject({ code: 'serialization_error' })
  }
  expect(runs).toBe(1)
})

test('a key in the metadata of other clients counts, and one of another kind is refused', async () => {
  const { engine, caller } = await start()
  const runs = { count: 0 }
  await payer(engine, { runs })
  const withMetadata = (metadata: unknown) => caller.trigger({ function_id: 'pay', payload: {}, metadata })
  expect(await withMetadata({ idempotencyKey: 'k' })).toEqual({ receipt: 1 })
  expect(await caller.trigger({ ...pay('k'), metadata: { by: 'me' } })).toEqual({ receipt: 1 })
  await expect(withMetadata({ idempotencyKey: 7 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await expect(withMetadata({ idempotencyKey: ' ' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await expect(caller.trigger({ ...pay('k'), metadata: 'text' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('`worker.once` runs work once over all workers, and compares its input where one is given', async () => {
  const { engine, caller } = await start()
  const other = engine.connect({ diagnostics: 'silent' })
  let runs = 0
  const invoice = () => ({ number: (runs += 1), at: new Date(0) })
  const both = Promise.all([caller, other].map((worker) => worker.once('invoice-7', invoice, { input: { order: 7 } })))
  await engine.advance('1s')
  expect(await both).toEqual([
    { number: 1, at: '1970-01-01T00:00:00.000Z' },
    { number: 1, at: '1970-01-01T00:00:00.000Z' },
  ])
  const reused = other.once('invoice-7', invoice, { input: { order: 8 } })
  await expect(reused).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' })
  await expect(caller.once('', invoice)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('a call that did not run is sent again, one that may have run only with a key', async () => {
  const { engine, caller } = await start()
  const attempts: string[] = []
  const late = caller.trigger({ function_id: 'late', payload: {}, retry: { attempts: 5, backoff: '1s' } })
  await engine.advance('1s')
  const worker = engine.connect({ diagnostics: 'silent' })
  worker.registerFunction('late', () => 'served')
  // Sends no answer in time, the first time.
  worker.registerFunction('slow', (_payload, metadata) => {
    attempts.push(metadata === undefined ? 'without key' : 'with key')
    return attempts.length === 1 ? new Promise(() => undefined) : 'answered'
  })
  await worker.ready()
  await engine.advance('5s')
  expect(await late).toBe('served')

  const retry = { attempts: 3, backoff: '1s' }
  const withKey = caller.trigger({ function_id: 'slow', payload: {}, retry, idempotencyKey: 'k', timeoutMs: 9_000 })
  await engine.advance('9s')
  expect(await withKey).toBe('answered')
  attempts.length = 0
  const without = caller.trigger({ function_id: 'slow', payload: {}, retry, timeoutMs: 9_000 })
  const failed = expect(without).rejects.toMatchObject({ code: 'TIMEOUT' })
  await engine.advance('9s')
  await failed
  expect(attempts).toEqual(['without key'])
})

test('a caller with a key gets its result, although the link is lost with the answer on its way', async () => {
  const { engine, caller } = await start()
  const runs = { count: 0 }
  await payer(engine, { runs })
  const call = caller.trigger({ ...pay('k'), retry: {} })
  await engine.waitFor((frame) => frame.type === 'invokefunction' && frame.function_id === 'pay')
  engine.drop(caller)
  await engine.advance('10s')
  expect(await call).toEqual({ receipt: 1 })
  expect(runs.count).toBe(1)
})

test('an error that a handler passed on is not taken for a call that did not run', async () => {
  const { engine, caller } = await start()
  const worker = engine.connect({ diagnostics: 'silent' })
  let runs = 0
  worker.registerFunction('outer', async (_payload, _metadata, { trigger }) => {
    runs += 1
    return trigger<object, unknown>({ function_id: 'nowhere', payload: {} })
  })
  await worker.ready()
  const call = caller.trigger({ function_id: 'outer', payload: {}, retry: { backoff: 1 } })
  const failed = expect(call).rejects.toMatchObject({ code: 'function_not_found' })
  await engine.advance('10s')
  await failed
  expect(runs).toBe(1)
})

test('waiting to send a call again ends with its signal, its time and its worker', async () => {
  const { engine, caller } = await start()
  const retry = { attempts: 10, backoff: '10s' }
  const controller = new AbortController()
  const aborted = caller.trigger({ function_id: 'nowhere', payload: {}, retry, signal: controller.signal })
  const timed = caller.trigger({ function_id: 'nowhere', payload: {}, retry, timeoutMs: 12_000 })
  const ended = caller.trigger({ function_id: 'nowhere', payload: {}, retry, timeoutMs: 60_000 })
  const codes = Promise.allSettled([aborted, timed, ended])
  await engine.advance('1s')
  controller.abort(new Error('given up'))
  await engine.advance('12s')
  await caller.shutdown()
  expect(await codes).toMatchObject([
    { reason: { message: 'given up' } },
    { reason: { code: 'function_not_found' } },
    { reason: { code: 'SHUTDOWN' } },
  ])
})
