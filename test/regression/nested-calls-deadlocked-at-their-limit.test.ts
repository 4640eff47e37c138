import { expect, test } from 'vitest'
import type { TestEngine } from '../../src/entry/testing.js'
import type { DiagnosticEvent, IIIError, InitOptions, III, RegisterFunctionOptions } from '../../src/index.js'
import { testEngine } from '../kit/local-rig.js'

async function virtualRig(options: InitOptions = {}) {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect({ diagnostics: 'silent', ...options })
  return { engine, worker }
}

/** How a call ended after a while. */
async function endOf(engine: TestEngine, call: Promise<unknown>): Promise<unknown> {
  const end = call.then(
    (value) => ({ value }),
    (error: unknown) => ({ code: (error as IIIError).code }),
  )
  await engine.advance('3s')
  return Promise.race([end, Promise.resolve('pending')])
}

function countDown(worker: III, functionId: string, options: RegisterFunctionOptions = {}): void {
  worker.registerFunction(
    functionId,
    async ({ n }: { n: number }): Promise<number> =>
      n === 0 ? 0 : 1 + (await worker.trigger<object, number>({ function_id: functionId, payload: { n: n - 1 } })),
    options,
  )
}

test.each([
  ['its own', {}, { maxConcurrentInvocations: 1 }],
  ['the worker’s', { maxConcurrentInvocations: 1 }, {}],
])('a function that awaits itself at %s limit is refused with a code', async (_whose, workerOptions, options) => {
  const { engine, worker } = await virtualRig(workerOptions)
  countDown(worker, 'deep', options)
  await worker.ready()

  expect(await endOf(engine, worker.trigger({ function_id: 'deep', payload: { n: 1 } }))).toEqual({
    code: 'CONCURRENCY_DEADLOCK',
  })
})

test('a circle over another function of the worker is refused', async () => {
  const { engine, worker } = await virtualRig()
  worker.registerFunction('a', () => worker.trigger({ function_id: 'b', payload: {} }), { maxConcurrentInvocations: 1 })
  worker.registerFunction('b', (_data, _metadata, { trigger }) => trigger({ function_id: 'a', payload: {} }))
  await worker.ready()

  expect(await endOf(engine, worker.trigger({ function_id: 'a', payload: {} }))).toEqual({
    code: 'CONCURRENCY_DEADLOCK',
  })
})

test('of several that hold all slots, one is refused and the others succeed', async () => {
  const { engine, worker } = await virtualRig()
  countDown(worker, 'deep', { maxConcurrentInvocations: 2 })
  await worker.ready()
  const calls = [1, 1].map(() => endOf(engine, worker.trigger({ function_id: 'deep', payload: { n: 1 } })))

  expect(await Promise.all(calls)).toEqual(expect.arrayContaining([{ value: 1 }, { code: 'CONCURRENCY_DEADLOCK' }]))
})

test('a call queued behind running work is not rejected', async () => {
  const { engine, worker } = await virtualRig()
  const ends: (() => void)[] = []
  worker.registerFunction('slow', () => new Promise<void>((resolve) => ends.push(resolve)), {
    maxConcurrentInvocations: 1,
  })
  worker.registerFunction('outer', () => worker.trigger({ function_id: 'slow', payload: {} }))
  await worker.ready()
  const calls = [1, 2].map(() => worker.trigger({ function_id: 'outer', payload: {} }))
  await engine.advance('20s')
  for (const _call of calls) {
    ends.shift()?.()
    await engine.advance('1s')
  }

  expect(await Promise.all(calls)).toEqual([undefined, undefined])
})

test('a handler that never returns is reported once, after the limit', async () => {
  const events: DiagnosticEvent[] = []
  const { engine, worker } = await virtualRig({ warnAfterMs: 4_000, diagnostics: (event) => events.push(event) })
  worker.registerFunction('hangs', () => new Promise(() => {}))
  await worker.ready()
  const call = worker.trigger({ function_id: 'hangs', payload: {} })
  call.catch(() => undefined)
  const slow = () => events.filter(({ kind }) => kind === 'handler_slow')
  await engine.advance('4s')
  expect(slow()).toEqual([])
  await engine.advance('1s')
  expect(slow()).toMatchObject([{ functionId: 'hangs', runningMs: 4_000 }])
  await engine.advance('20s')
  expect(slow()).toHaveLength(1)
})

test('an abandoned handler answers its caller and frees its slot, and its schedule continues', async () => {
  const events: DiagnosticEvent[] = []
  const { engine, worker } = await virtualRig({ diagnostics: (event) => events.push(event) })
  const reasons: unknown[] = []
  let runs = 0
  worker.registerFunction(
    'hangs',
    (_data, _metadata, { signal }) => {
      runs += 1
      signal.addEventListener('abort', () => reasons.push(signal.reason))
      return new Promise(() => {})
    },
    { abandonAfterMs: 500, maxConcurrentInvocations: 1 },
  )
  worker.registerTrigger({ type: 'cron', function_id: 'hangs', config: { expression: '* * * * * *' } })
  await worker.ready()
  await engine.advance('3500ms')
  expect(runs).toBe(3)
  expect(events.filter(({ kind }) => kind === 'handler_abandoned')).toHaveLength(3)
  expect(reasons).toMatchObject([{ code: 'HANDLER_TIMEOUT' }, { code: 'HANDLER_TIMEOUT' }, { code: 'HANDLER_TIMEOUT' }])

  expect(await endOf(engine, worker.trigger({ function_id: 'hangs', payload: {} }))).toEqual({
    code: 'HANDLER_TIMEOUT',
  })
})
