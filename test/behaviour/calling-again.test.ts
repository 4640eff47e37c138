import { expect, test } from 'vitest'
import { InvocationError } from '../../src/errors.js'
import type { OnceOptions } from '../../src/sdk/worker/once/once-options.js'
import type { TestEngine } from '../../src/entry/testing.js'
import { testEngine } from '../kit/test-engine.js'

async function start() {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const caller = engine.connect({ workerName: 'caller', diagnostics: 'silent' })
  await caller.ready()
  return { engine, caller }
}

/** A worker whose function `pay` counts its runs. */
async function payer(engine: TestEngine, { runs, ...idempotent }: OnceOptions & { runs: { count: number } }) {
  const worker = engine.connect({ diagnostics: 'silent' })
  const pay = worker.registerFunction('pay', ({ fail }: { fail?: boolean }) => {
    runs.count += 1
    if (fail === true) throw new InvocationError({ code: 'CARD_DECLINED', message: `attempt ${String(runs.count)}` })
    return { receipt: runs.count }
  }, { idempotent })
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

test('a key begins anew when its time is over, and expired keys are removed from state', async () => {
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
