import { expect, test } from 'vitest'
import { defineSignal, defineWorkflow, replay, startWorkflow, workflowRun } from '../../src/entry/workflow.js'
import { servingWorker, workflowEngine } from '../kit/local-rig.js'

const once = { retry: { attempts: 1 } } as const

test('a failed run undoes its steps in reverse, and an undo that fails does not stop the others', async () => {
  const engine = await workflowEngine()
  const log: string[] = []
  const saga = defineWorkflow({ id: 'saga' }, async (flow) => {
    await flow.step('a', () => 'A', { undo: (result) => void log.push(`undo ${result}`) })
    await flow.step('b', () => 'B', {
      undo: () => {
        throw new Error('stuck')
      },
    })
    await flow.sleep('1h')
    await flow.step('c', () => 'C', { undo: (result) => void log.push(`undo ${result}`) })
    await flow.step(
      'd',
      () => {
        throw new Error('no')
      },
      once,
    )
  })
  const worker = await servingWorker(engine, [saga])
  const run = await startWorkflow(worker, saga, {})
  await engine.advance('3h')
  expect(log).toEqual(['undo C', 'undo A'])
  const status = await run.status()
  expect(status).toMatchObject({ state: 'failed', error: { message: 'no' }, undoErrors: [{ message: 'stuck' }] })
})

test('a cancelled run undoes what it has done', async () => {
  const engine = await workflowEngine()
  const log: string[] = []
  const saga = defineWorkflow({ id: 'saga' }, async (flow) => {
    await flow.step('a', () => 'A', { undo: () => void log.push('undo a') })
    await flow.sleep('10d')
  })
  const worker = await servingWorker(engine, [saga])
  const run = await startWorkflow(worker, saga, {})
  await engine.advance('1s')
  await run.cancel()
  await engine.advance('1s')
  expect(log).toEqual(['undo a'])
  expect((await run.status()).state).toBe('cancelled')
})

test('code that leaves out a journaled step holds the run, which continues with code that fits', async () => {
  const engine = await workflowEngine()
  const version = (steps: readonly string[]) =>
    defineWorkflow({ id: 'steps' }, async (flow) => {
      for (const name of steps) await flow.step(name, () => name)
      await flow.sleep('1h')
      return flow.step('end', () => steps.join())
    })
  const first = await servingWorker(engine, [version(['one', 'two'])])
  const run = await startWorkflow(first, version(['one', 'two']), {}, { runId: 'r' })
  await engine.advance('1s')
  await first.shutdownAsync()
  const second = await servingWorker(engine, [version(['one', 'three'])])
  await engine.advance('2h')
  const handle = workflowRun(second, version([]), run.runId)
  expect(await handle.status()).toMatchObject({ state: 'held', error: { code: 'WORKFLOW_DIVERGED' } })
  const { error } = await handle.status()
  expect(error?.message).toContain("the journal has step 'two' next")
  expect(error?.message).toContain("step 'three' at")
  expect(error?.message).toContain('workflows-fail-and-change.test.ts')
  await expect(handle.result()).rejects.toMatchObject({ code: 'WORKFLOW_HELD' })
  await second.shutdownAsync()
  const third = await servingWorker(engine, [version(['one', 'two'])])
  const fixed = workflowRun(third, version([]), run.runId)
  await fixed.resume()
  const result = fixed.result()
  await engine.advance('1s')
  expect(await result).toBe('one,two')
})

test('a patched place takes the new path in new runs and the old path in runs that were past it', async () => {
  const engine = await workflowEngine()
  const before = defineWorkflow({ id: 'p' }, async (flow) => {
    await flow.step('old', () => 1)
    await flow.sleep('1h')
    return 'old'
  })
  const after = defineWorkflow({ id: 'p', version: 2 }, async (flow) => {
    if (await flow.patched('new path')) await flow.step('new', () => 2)
    else await flow.step('old', () => 1)
    await flow.sleep('1h')
    return `${(await flow.patched('new path')) ? 'new' : 'old'} ${String(flow.version)}`
  })
  const first = await servingWorker(engine, [before])
  await startWorkflow(first, before, {}, { runId: 'old' })
  await engine.advance('1s')
  await first.shutdownAsync()
  const second = await servingWorker(engine, [after])
  const fresh = await startWorkflow(second, after, {}, { runId: 'fresh' })
  const results = Promise.all([workflowRun(second, after, 'old').result(), fresh.result()])
  await engine.advance('2h')
  expect(await results).toEqual(['old 1', 'new 2'])
})

test('a worker leaves runs of a higher version to workers with newer code', async () => {
  const engine = await workflowEngine()
  const code = (version: number) => defineWorkflow({ id: 'v', version }, () => version)
  await servingWorker(engine, [code(1)])
  const client = engine.connect()
  const run = await startWorkflow(client, code(2), {})
  await engine.advance('2m')
  expect(await run.status()).toMatchObject({ state: 'running', claims: 0 })
  await servingWorker(engine, [code(2)])
  const result = run.result()
  await engine.advance('2m')
  expect(await result).toBe(2)
})

test('continueAs begins a generation with an empty journal, and signals are not consumed twice', async () => {
  const engine = await workflowEngine()
  const tick = defineSignal({ name: 'tick' })
  const loop = defineWorkflow({ id: 'loop' }, async (flow, seen: string[]): Promise<string[]> => {
    const next = (await flow.waitFor(tick)) as string
    const all = await flow.step('add', () => [...seen, next])
    return all.length < 3 ? flow.continueAs(all) : all
  })
  const worker = await servingWorker(engine, [loop])
  const run = await startWorkflow(worker, loop, [])
  for (const text of ['a', 'b', 'c']) await run.signal(tick, text)
  const result = run.result()
  await engine.advance('1m')
  expect(await result).toEqual(['a', 'b', 'c'])
  expect(await run.status()).toMatchObject({ generation: 2, input: ['a', 'b'] })
  expect((await run.history()).entries.map(({ key }) => key)).toEqual(['signal:tick', 'step:add'])
})

test('a paused run does not continue until it is resumed', async () => {
  const engine = await workflowEngine()
  const nap = defineWorkflow({ id: 'nap' }, async (flow) => {
    await flow.sleep('1h')
    return 'rested'
  })
  const worker = await servingWorker(engine, [nap])
  const run = await startWorkflow(worker, nap, {})
  await engine.advance('1s')
  await run.pause()
  await engine.advance('3h')
  expect((await run.status()).state).toBe('paused')
  await run.resume()
  const result = run.result()
  await engine.advance('1s')
  expect(await result).toBe('rested')
})

test('a failed run is retried from the step that failed, with the results before it', async () => {
  const engine = await workflowEngine()
  const log: string[] = []
  let isBroken = true
  const job = defineWorkflow({ id: 'job' }, async (flow) => {
    const a = await flow.step('a', () => log.push('a'))
    return flow.step(
      'b',
      () => {
        log.push('b')
        if (isBroken) throw new Error('broken')
        return `b after ${String(a)}`
      },
      once,
    )
  })
  const worker = await servingWorker(engine, [job])
  const run = await startWorkflow(worker, job, {})
  await engine.advance('1s')
  expect((await run.status()).state).toBe('failed')
  isBroken = false
  await expect(run.retry({ from: 'x' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await run.retry()
  const result = run.result()
  await engine.advance('1s')
  expect(await result).toBe('b after 1')
  expect(log).toEqual(['a', 'b', 'b'])
})

test('a name used twice, a result that is not JSON and a journal over its limit are reported', async () => {
  const engine = await workflowEngine()
  const twice = defineWorkflow({ id: 'twice' }, async (flow) => {
    await flow.step('same', () => 1)
    await flow.step('same', () => 2)
  })
  const odd = defineWorkflow({ id: 'odd' }, (flow) => flow.step('odd', () => ({ fn: () => 1 })))
  const long = defineWorkflow({ id: 'long' }, async (flow) => {
    for (let n = 0; ; n += 1) await flow.step(String(n), () => n)
  })
  const worker = await servingWorker(engine, [twice, odd, long], { serve: { maxSteps: 5 } })
  const runs = [
    await startWorkflow(worker, twice, {}),
    await startWorkflow(worker, odd, {}),
    await startWorkflow(worker, long, {}),
  ]
  await engine.advance('1s')
  expect(await Promise.all(runs.map((run) => run.status()))).toMatchObject([
    { state: 'held', error: { code: 'WORKFLOW_DUPLICATE_STEP' } },
    { state: 'failed', error: { code: 'serialization_error' } },
    { state: 'held', error: { code: 'WORKFLOW_LIMIT' } },
  ])
  await expect(startWorkflow(worker, odd, { fn: () => 1 })).rejects.toMatchObject({ code: 'serialization_error' })
})

test('a run continues after its worker was killed, and ended runs are removed after their retention', async () => {
  const engine = await workflowEngine()
  const work = defineWorkflow({ id: 'work' }, async (flow) => {
    await flow.step('one', () => 1)
    await flow.sleep('1h')
    return 'done'
  })
  const first = await servingWorker(engine, [work])
  const run = await startWorkflow(first, work, {}, { runId: 'r' })
  await engine.advance('1s')
  engine.killWorker(first)
  const second = await servingWorker(engine, [work], { serve: { retention: '1h' } })
  const result = workflowRun(second, work, run.runId).result()
  await engine.advance('90m')
  expect(await result).toBe('done')
  await engine.advance('2h')
  await expect(workflowRun(second, work, 'r').status()).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' })
  expect(
    await second.trigger({
      function_id: 'state::list',
      payload: { scope: 'workflow/work/run/r' },
      namespace: 'default',
    }),
  ).toEqual([])
})

test('a recorded history is replayed without running a step, and code that does not fit is refused', async () => {
  const engine = await workflowEngine()
  const code = (names: readonly string[]) =>
    defineWorkflow({ id: 'h' }, async (flow) => {
      for (const name of names) await flow.step(name, () => `result of ${name}`)
      await flow.sleep('1h')
      return 'end'
    })
  const worker = await servingWorker(engine, [code(['a', 'b'])])
  const run = await startWorkflow(worker, code(['a', 'b']), {})
  await engine.advance('1s')
  const waiting = await run.history()
  await engine.advance('2h')
  const ended = JSON.parse(JSON.stringify(await run.history())) as typeof waiting
  expect(await replay(waiting, code(['a', 'b']))).toEqual({ state: 'continues' })
  expect(await replay(ended, code(['a', 'b']))).toEqual({ state: 'completed', result: 'end' })
  await expect(replay(ended, code(['b', 'a']))).rejects.toMatchObject({ code: 'WORKFLOW_DIVERGED' })
  await expect(replay(ended, code(['a']))).rejects.toMatchObject({ code: 'WORKFLOW_DIVERGED' })
  await expect(replay(ended, code(['a', 'x', 'b']))).rejects.toMatchObject({ code: 'WORKFLOW_DIVERGED' })
})

test('with a settle time, a result is used only once it is older than that', async () => {
  const engine = await workflowEngine()
  const times: number[] = []
  const slow = defineWorkflow({ id: 'slow' }, async (flow) => {
    for (let n = 0; n < 3; n += 1) await flow.step(String(n), () => void times.push(engine.now()))
    return 'ok'
  })
  const worker = await servingWorker(engine, [slow], { serve: { settleTime: '250ms' } })
  const run = await startWorkflow(worker, slow, {})
  const result = run.result()
  await engine.advance('10s')
  expect(await result).toBe('ok')
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(250)
})
