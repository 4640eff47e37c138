import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineSignal, defineWorkflow, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import { deferred } from '../../src/std/async/deferred.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

test('a step runs once, and the run resolves with the result of the flow', async () => {
  const engine = await workflowEngine()
  let runs = 0
  const greet = defineWorkflow({ id: 'greet', input: z.string(), output: z.string() }, async (flow, name) => {
    const text = await flow.step('greet', () => {
      runs += 1
      return `Hello, ${name}!`
    })
    return text.toUpperCase()
  })
  const worker = await servingWorker(engine, [greet])
  const run = await startWorkflow(worker, greet, 'Ada', { runId: 'one' })
  const again = await startWorkflow(worker, greet, 'Bob', { runId: 'one' })
  const results = Promise.all([run.result(), again.result()])
  await engine.advance('1s')
  expect(await results).toEqual(['HELLO, ADA!', 'HELLO, ADA!'])
  expect(runs).toBe(1)
  expect(await run.status()).toMatchObject({ state: 'completed', version: 1, claims: 1, result: 'HELLO, ADA!' })
})

test('a run sleeps for a day, and steps before the sleep do not run again', async () => {
  const engine = await workflowEngine()
  const log: string[] = []
  const slow = defineWorkflow({ id: 'slow' }, async (flow) => {
    await flow.step('before', () => void log.push('before'))
    await flow.sleep('1d')
    await flow.step('after', () => void log.push('after'))
    return 'done'
  })
  const worker = await servingWorker(engine, [slow])
  const run = await startWorkflow(worker, slow, {})
  await engine.advance('1s')
  expect(await run.status()).toMatchObject({ state: 'waiting', waitingFor: [{ kind: 'sleep', name: 'sleep' }] })
  await engine.advance('23h')
  expect(log).toEqual(['before'])
  await engine.advance('2h')
  expect(log).toEqual(['before', 'after'])
  expect((await run.status()).state).toBe('completed')
})

test('signals are typed, kept until the flow waits for them, and consumed in order', async () => {
  const engine = await workflowEngine()
  const paid = defineSignal({ name: 'paid', schema: z.object({ amount: z.number() }) })
  const order = defineWorkflow({ id: 'order' }, async (flow) => {
    const first = await flow.waitFor(paid, { key: 'a' })
    await flow.sleep('1h')
    const second = await flow.waitFor(paid, { key: 'a' })
    const third = await flow.waitFor(paid, { key: 'a', timeout: '1h' })
    return [first.amount, second.amount, third?.amount ?? 'none']
  })
  const worker = await servingWorker(engine, [order])
  const run = await startWorkflow(worker, order, {})
  await engine.advance('1s')
  await run.signal(paid, { amount: 1 }, { key: 'a' })
  await run.signal(paid, { amount: 2 }, { key: 'a' })
  await run.signal(paid, { amount: 9 }, { key: 'b' })
  await expect(run.signal(paid, { amount: 'x' } as never)).rejects.toMatchObject({ code: 'deserialization_error' })
  await engine.advance('3h')
  expect(await run.result()).toEqual([1, 2, 'none'])
})

test('a signal that arrives while its run is being released continues the run', async () => {
  const engine = await workflowEngine()
  const paid = defineSignal({ name: 'paid' })
  const scheduled = deferred<undefined>()
  const order = defineWorkflow({ id: 'order' }, async (flow) => {
    await flow.waitFor(paid, { timeout: '1h' })
    return flow.step('ship', async () => {
      scheduled.resolve(undefined)
      await delivered.promise
      return 'shipped'
    })
  })
  const delivered = deferred<undefined>()
  const worker = await servingWorker(engine, [order], { serve: { requestsInFlight: 2 } })
  worker.use({
    call: async (request, next) => {
      // The entry that a run leaves in the schedule, so that it is continued at the end of its wait.
      if (JSON.stringify(request.payload).includes('"tag":"p1"')) await scheduled.promise
      return next()
    },
  })
  const client = await servingWorker(engine, [])
  await startWorkflow(client, order, {}, { runId: 'o' })
  await engine.advance('1s')
  await workflowRun(client, order, 'o').signal(paid, {})
  await engine.advance('1s')
  delivered.resolve(undefined)
  await engine.advance('1s')
  expect(await workflowRun(client, order, 'o').status()).toMatchObject({ state: 'completed', result: 'shipped' })
})

test('a failing step is tried again with growing delays, then the run fails with its error', async () => {
  const engine = await workflowEngine()
  const attempts: number[] = []
  const started = engine.now()
  const flaky = defineWorkflow({ id: 'flaky' }, async (flow) => {
    await flow.step(
      'call',
      ({ attempt }) => {
        attempts.push(Math.round((engine.now() - started) / 1_000))
        if (attempt < 3) throw new Error('not yet')
      },
      { retry: { attempts: 3, backoff: '10s..1m' } },
    )
    await flow.step(
      'fails',
      () => {
        throw Object.assign(new Error('declined'), { code: 'CARD_DECLINED' })
      },
      { retry: { attempts: 1 } },
    )
  })
  const worker = await servingWorker(engine, [flaky])
  const run = await startWorkflow(worker, flaky, {})
  const result = run.result()
  result.catch(() => undefined)
  await engine.advance('5m')
  expect(attempts).toHaveLength(3)
  await expect(result).rejects.toMatchObject({ code: 'CARD_DECLINED', detail: 'declined' })
  const { entries } = await run.history()
  expect(entries.map(({ name, state, attempts: count }) => ({ name, state, count }))).toEqual([
    { name: 'call', state: 'completed', count: 3 },
    { name: 'fails', state: 'failed', count: 1 },
  ])
})

test('branches run side by side, calls are steps, and values are journaled', async () => {
  const engine = await workflowEngine()
  const keys = new Set<unknown>()
  const both = defineWorkflow({ id: 'both' }, async (flow) => {
    const { label, mail } = await flow.all({
      label: () => flow.call<{ label: string }>('labels::make', { id: 7 }),
      mail: async () => {
        await flow.sleep('1m')
        return flow.step('mail', () => 'sent')
      },
    })
    const [id, now, random] = await flow.all([() => flow.uuid(), () => flow.now(), () => flow.random()])
    await flow.sleep('1m')
    return { label, mail, id, now, random, again: await flow.now() }
  })
  const worker = await servingWorker(engine, [both])
  worker.registerFunction('labels::make', ({ id }: { id: number }, _, { metadata }) => {
    keys.add(metadata)
    return { label: `L${String(id)}` }
  })
  const run = await startWorkflow(worker, both, {})
  const result = run.result()
  await engine.advance('5m')
  const { now, again, ...rest } = (await result) as { now: number; again: number }
  expect(rest).toMatchObject({
    label: { label: 'L7' },
    mail: 'sent',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  })
  expect(again - now).toBeGreaterThanOrEqual(60_000)
  expect([...keys]).toEqual([{ idempotencyKey: expect.stringContaining('all.label/call:labels::make') as string }])
})

test('a run waits for another workflow without a worker, and gets its result or error', async () => {
  const engine = await workflowEngine()
  const child = defineWorkflow({ id: 'child', input: z.number(), output: z.number() }, async (flow, n) => {
    await flow.sleep('1h')
    if (n < 0) throw new Error('negative')
    return n * 2
  })
  const parent = defineWorkflow({ id: 'parent' }, async (flow) => {
    const sum = await flow.run(child, 21)
    const failed = await flow.run(child, -1).catch((error: unknown) => (error as Error).message)
    return { sum, failed }
  })
  const worker = await servingWorker(engine, [child, parent])
  const run = await startWorkflow(worker, parent, {}, { runId: 'p' })
  await engine.advance('10s')
  expect(await run.status()).toMatchObject({ state: 'waiting', waitingFor: [{ kind: 'run', name: 'child' }] })
  expect((await workflowRun(worker, child, 'p/child').status()).state).toBe('waiting')
  const result = run.result()
  await engine.advance('3h')
  expect(await result).toEqual({ sum: 42, failed: expect.stringContaining('negative') as string })
})

test('another worker continues the run of one that died, from its journal', async () => {
  const engine = await workflowEngine()
  const log: string[] = []
  const work = (name: string) =>
    defineWorkflow({ id: 'work' }, async (flow) => {
      await flow.step('one', () => void log.push(`one ${name}`))
      await flow.step('two', () => {
        log.push(`two ${name}`)
        return name === 'a' ? new Promise<string>(() => undefined) : 'ok'
      })
      return name
    })
  const options = { serve: { lease: '5s', sweepInterval: '1s' } } as const
  const first = await servingWorker(engine, [work('a')], options)
  const run = await startWorkflow(first, work('a'), {}, { runId: 'r' })
  await engine.advance('1s')
  const second = await servingWorker(engine, [work('b')], options)
  await engine.advance('4s')
  expect(log).toEqual(['one a', 'two a'])
  await first.shutdown()
  const result = workflowRun(second, work('b'), run.runId).result()
  await engine.advance('10s')
  expect(await result).toBe('b')
  expect(log).toEqual(['one a', 'two a', 'two b'])
})

test('a worker that shuts down releases its runs at once', async () => {
  const engine = await workflowEngine()
  const log: string[] = []
  const work = (name: string) =>
    defineWorkflow({ id: 'work' }, async (flow) => {
      for (let n = 0; n < 20; n += 1) {
        await flow.step(`n${String(n)}`, async () => {
          log.push(`${name}${String(n)}`)
          await new Promise<void>((resolve) => void engine.advance(0).then(resolve))
        })
      }
      return name
    })
  const first = await servingWorker(engine, [work('a')], { serve: { lease: '1h' } })
  const second = await servingWorker(engine, [work('b')], { serve: { lease: '1h' } })
  const run = await startWorkflow(first, work('a'), {})
  const closed = first.shutdownAsync()
  const result = workflowRun(second, work('b'), run.runId).result()
  await engine.advance('5s')
  await closed
  expect(await result).toBe('b')
  expect(new Set(log.map((each) => each.slice(1))).size).toBe(20)
})

test('a cancelled run stops waiting', async () => {
  const engine = await workflowEngine()
  const waits = defineWorkflow({ id: 'waits' }, async (flow) => {
    await flow.sleep('10d')
  })
  const worker = await servingWorker(engine, [waits])
  const run = await startWorkflow(worker, waits, {})
  await engine.advance('1s')
  await run.cancel('not needed')
  const result = run.result()
  result.catch(() => undefined)
  await engine.advance('5s')
  await expect(result).rejects.toMatchObject({ code: 'WORKFLOW_CANCELLED' })
  expect((await run.status()).state).toBe('cancelled')
  await expect(run.cancel()).rejects.toMatchObject({ code: 'WORKFLOW_ENDED' })
})
