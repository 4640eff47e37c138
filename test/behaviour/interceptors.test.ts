import { expect, test } from 'vitest'
import type { DiagnosticEvent } from '../../src/sdk/worker/diagnostics/diagnostics.js'
import type { Interceptor } from '../../src/sdk/worker/interceptors.js'
import { InvocationError } from '../../src/errors.js'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import { testEngine } from '../kit/local-rig.js'

/** The error of a call, caught at once. */
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

async function twoWorkers() {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const caller = engine.connect({ workerName: 'caller' })
  const callee = engine.connect({ workerName: 'callee' })
  callee.registerFunction('add', ({ n }: { n: number }) => n + 1)
  await callee.ready()
  return { engine, caller, callee }
}

test('interceptors of calls run in the order of their use, the first on the outside', async () => {
  const { caller } = await twoWorkers()
  const seen: string[] = []
  for (const name of ['outer', 'inner']) {
    caller.use({
      call: async (request, next) => {
        seen.push(`${name} before`)
        const result = await next(request)
        seen.push(`${name} after`)
        return result
      },
    })
  }

  expect(await caller.trigger({ function_id: 'add', payload: { n: 1 } })).toBe(2)
  expect(seen).toEqual(['outer before', 'inner before', 'inner after', 'outer after'])
})

test('an interceptor may change the request and the result, and send the call again', async () => {
  const { caller } = await twoWorkers()
  caller.use({
    call: async (request, next) => [await next(), await next({ ...request, payload: { n: 10 } })],
  })

  expect(await caller.trigger({ function_id: 'add', payload: { n: 1 } })).toEqual([2, 11])
})

test('what an interceptor of calls throws rejects the call, and nothing is sent', async () => {
  const { caller, engine } = await twoWorkers()
  caller.use({
    call: () => {
      throw new Error('not allowed')
    },
  })

  await expect(caller.trigger({ function_id: 'add', payload: { n: 1 } })).rejects.toThrow('not allowed')
  expect(engine.frames(caller).sent.filter(({ type }) => type === 'invokefunction')).toHaveLength(1) // its introduction
})

test('publications pass the interceptors of publications alone', async () => {
  const { caller, callee, engine } = await twoWorkers()
  const received: unknown[] = []
  callee.registerFunction('note', (payload) => void received.push(payload))
  await callee.ready()
  caller.use({
    call: () => Promise.reject(new Error('must not run')),
    publish: (request, next) => next({ ...request, payload: { by: request.action?.type } }),
  })
  await caller.trigger({ function_id: 'note', payload: {}, action: TriggerAction.Void() })
  await caller.trigger({ function_id: 'note', payload: {}, action: TriggerAction.Enqueue({ queue: 'default' }) })
  await engine.advance(10)

  expect(received).toMatchObject([{ by: 'void' }, { by: 'enqueue' }])
})

test('interceptors of handlers receive the payload and the context, and what they return is the result', async () => {
  const { caller, callee } = await twoWorkers()
  callee.use({
    serve: async ({ payload, context }, next) => {
      if (context.metadata !== 'let me in') throw new InvocationError({ code: 'FORBIDDEN', message: 'no entry' })
      return { result: await next({ n: (payload as { n: number }).n * 2 }) }
    },
  })

  expect(await caller.trigger({ function_id: 'add', payload: { n: 5 }, metadata: 'let me in' })).toEqual({ result: 11 })
  await expect(caller.trigger({ function_id: 'add', payload: { n: 5 } })).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('calls of handlers pass the interceptors, calls of the worker itself do not', async () => {
  const { caller, callee } = await twoWorkers()
  const seen: string[] = []
  caller.registerFunction('twice', (payload: object, _metadata, { trigger }) =>
    trigger<object, number>({ function_id: 'add', payload }),
  )
  caller.use({
    call: (request, next) => {
      seen.push(request.function_id)
      return next()
    },
  })
  await caller.ready()
  await callee.trigger({ function_id: 'twice', payload: { n: 1 } })

  expect(seen).toEqual(['add'])
})

test('a removed interceptor no longer runs, and one added twice is removed once', async () => {
  const { caller } = await twoWorkers()
  let runs = 0
  const counting = {
    call: (_request: unknown, next: () => Promise<unknown>) => {
      runs += 1
      return next()
    },
  }
  const remove = caller.use(counting)
  caller.use(counting)
  remove()
  await caller.trigger({ function_id: 'add', payload: { n: 1 } })

  expect(runs).toBe(1)
})

test('a call whose interceptor never returns ends at its time limit', async () => {
  const { caller, engine } = await twoWorkers()
  caller.use({ call: () => new Promise(() => undefined) })
  const outcome = errorOf(caller.trigger({ function_id: 'add', payload: { n: 1 }, timeoutMs: 500 }))
  await engine.advance(500)

  expect(await outcome).toMatchObject({ code: 'TIMEOUT', function_id: 'add' })
})

test('the time that interceptors take counts towards the limit of the call', async () => {
  const { caller, callee, engine } = await twoWorkers()
  callee.registerFunction('never', () => new Promise(() => undefined))
  await callee.ready()
  const limits: (number | undefined)[] = []
  caller.use({
    call: async (_request, next) => {
      await engine.advance(300)
      return next()
    },
  })
  caller.use({
    call: (request, next) => {
      limits.push(request.timeoutMs)
      return next()
    },
  })
  const outcome = errorOf(caller.trigger({ function_id: 'never', payload: {}, timeoutMs: 500 }))
  await engine.advance(500)

  expect(await outcome).toMatchObject({ code: 'TIMEOUT' })
  expect(limits).toEqual([500])
})

test('a signal and the end of the worker end a call whose interceptor never returns', async () => {
  const { caller } = await twoWorkers()
  caller.use({ call: () => new Promise(() => undefined) })
  const abort = new AbortController()
  const aborted = errorOf(caller.trigger({ function_id: 'add', payload: { n: 1 }, signal: abort.signal }))
  const ended = errorOf(caller.trigger({ function_id: 'add', payload: { n: 1 }, timeoutMs: Infinity }))
  abort.abort(new Error('given up'))
  await caller.shutdown()

  expect(await aborted).toMatchObject({ message: 'given up' })
  expect(await ended).toMatchObject({ code: 'SHUTDOWN' })
})

test('a fire-and-forget call that an interceptor rejects ends no process when nothing awaits it', async () => {
  const { caller } = await twoWorkers()
  caller.use({ publish: () => Promise.reject(new Error('refused')) })
  void caller.trigger({ function_id: 'add', payload: {}, action: TriggerAction.Void() })

  await expect(caller.trigger({ function_id: 'add', payload: {}, action: TriggerAction.Void() })).rejects.toThrow(
    'refused',
  )
})

test('interceptors that are not functions are refused, and unknown members are reported', async () => {
  const engine = await testEngine({ ports: false })
  const events: DiagnosticEvent[] = []
  const worker = engine.connect({ diagnostics: (event) => events.push(event) })

  expect(() => worker.use({ call: 'audit' as never })).toThrow(/interceptor\.call must be/)
  expect(() => worker.use(undefined as never)).toThrow(/interceptor must be/)
  const passesOn: Interceptor['call'] = (_request, next) => next()
  worker.use({ call: passesOn, serv: () => undefined } as never)
  expect(events).toContainEqual(expect.objectContaining({ kind: 'unknown_option', option: 'serv', nearest: 'serve' }))
})

test('a request that cannot be read is rejected as without interceptors', async () => {
  const { caller } = await twoWorkers()
  caller.use({ call: (_request, next) => next() })

  await expect(caller.trigger(undefined as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  await expect(caller.trigger({ payload: 1 } as never)).rejects.toThrow('function_id is required')
  await expect(caller.trigger({ function_id: 'add', payload: 1, timeoutMs: -1 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  })
})
