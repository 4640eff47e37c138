import { expect, test } from 'vitest'
import { InvocationError, RemoteError } from '../../src/errors.js'
import type { InvocationContext } from '../../src/sdk/worker/invocations/invocation-context.js'
import { connectedRig, outcomeOf, workerRig } from '../kit/worker-rig.js'

test('a call carries its function, payload, metadata and namespace', async () => {
  const rig = await connectedRig({ namespace: 'blue' })
  void rig.worker.trigger({ function_id: 'f', payload: { n: 1 }, metadata: { trace: 'x' } }).catch(() => undefined)
  void rig.worker.trigger({ function_id: 'f', payload: null, namespace: 'green' }).catch(() => undefined)
  void rig.worker.trigger({ function_id: 'engine::functions::list', payload: {} }).catch(() => undefined)
  await rig.settle()
  const sent = rig.link.all('invokefunction').slice(1)

  expect(sent[0]).toMatchObject({ function_id: 'f', data: { n: 1 }, metadata: { trace: 'x' }, namespace: 'blue' })
  expect(sent[1]).toMatchObject({ data: null, namespace: 'green' })
  expect(sent[2]).toMatchObject({ namespace: 'default' })
})

test('a worker without namespace leaves it out', async () => {
  const rig = await connectedRig()
  void rig.worker.trigger({ function_id: 'f', payload: 1 }).catch(() => undefined)
  await rig.settle()

  expect(rig.link.calls[0]).not.toHaveProperty('namespace')
})

test('a payload left out or undefined is sent as an empty object', async () => {
  const rig = await connectedRig()
  void rig.worker.trigger({ function_id: 'f' } as never).catch(() => undefined)
  void rig.worker.trigger({ function_id: 'f', payload: undefined }).catch(() => undefined)
  await rig.settle()

  expect(rig.link.calls.map(({ data }) => data)).toEqual([{}, {}])
})

test('results of every kind arrive; a missing result and null read as undefined', async () => {
  const rig = await connectedRig()
  const results = [1, 'text', false, [], { a: 1 }, null, undefined]
  const calls = results.map((_, index) => rig.worker.trigger({ function_id: 'f', payload: index }))
  await rig.settle()
  for (const [index, call] of rig.link.calls.entries()) rig.link.answer(call, { result: results[index] })

  expect(await Promise.all(calls)).toEqual([1, 'text', false, [], { a: 1 }, undefined, undefined])
})

test('an error answer is a RemoteError with the facts of the call', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger({ function_id: 'f', payload: {} })
  await rig.settle()
  const [sent] = rig.link.calls
  rig.link.answer(sent!, { error: { code: 'SOLD_OUT', message: 'none left', stacktrace: 'at shop' } })
  const outcome = (await outcomeOf(call)) as { error: Error }

  expect(outcome.error).toBeInstanceOf(RemoteError)
  expect(outcome.error).toMatchObject({
    name: 'InvocationError',
    kind: 'Remote',
    message: 'SOLD_OUT: none left',
    detail: 'none left',
    code: 'SOLD_OUT',
    function_id: 'f',
    stacktrace: 'at shop',
    invocationId: sent!.invocation_id,
  })
})

test.each([['text'], [5], [[]], [{}], [{ code: 'X' }], [{ code: 1, message: 'y' }], [true]])(
  'an error of another form (%j) still ends the call',
  async (error) => {
    const rig = await connectedRig()
    const call = rig.worker.trigger({ function_id: 'f', payload: {} })
    await rig.settle()
    rig.link.answer(rig.link.calls[0]!, { error })

    expect(await outcomeOf(call)).toMatchObject({ error: { code: 'UNKNOWN', function_id: 'f' } })
  },
)

test.each([
  [undefined, 'INVALID_ARGUMENT'],
  [null, 'INVALID_ARGUMENT'],
  ['f', 'INVALID_ARGUMENT'],
  [{ payload: 1 }, 'INVALID_ARGUMENT'],
  [{ function_id: '', payload: 1 }, 'INVALID_ARGUMENT'],
  [{ function_id: '  ', payload: 1 }, 'INVALID_ARGUMENT'],
  [{ function_id: 5, payload: 1 }, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', payload: 1, namespace: '' }, 'INVALID_NAMESPACE'],
  [{ function_id: 'f', payload: 1, namespace: 5 }, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', payload: 1, timeoutMs: 0 }, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', payload: 1, timeoutMs: NaN }, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', payload: 1, timeout_ms: -1 }, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', payload: 1, action: 'void' }, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', payload: 1, action: { type: 'later' } }, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', payload: 1, action: { type: 'enqueue' } }, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', payload: 1, action: { type: 'enqueue', queue: '' } }, 'INVALID_ARGUMENT'],
  [{ function_id: 'f', payload: 1n }, 'serialization_error'],
])('an invalid request (case %#) rejects with a code and sends nothing', async (request, code) => {
  const rig = await connectedRig()

  expect(await outcomeOf(rig.worker.trigger(request as never))).toMatchObject({ error: { code } })
  expect(rig.link.calls).toEqual([])
  expect(rig.worker.stats().pendingCalls).toBe(0)
})

test('a message too large for the engine is rejected before it is sent, and the connection stays open', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger({ function_id: 'f', payload: 'x'.repeat(64 * 1024 * 1024) })

  await expect(call).rejects.toMatchObject({
    kind: 'Serde',
    code: 'MESSAGE_TOO_LARGE',
    message: expect.stringContaining('channel') as string,
  })
  expect(rig.worker.getConnectionState()).toBe('connected')
})

test('timeout_ms is another spelling of timeoutMs, which wins', async () => {
  const rig = await connectedRig()
  const one = rig.worker.trigger({ function_id: 'f', payload: 1, timeout_ms: 10 })
  const both = rig.worker.trigger({ function_id: 'f', payload: 1, timeoutMs: 20, timeout_ms: 10 })
  for (const call of [one, both]) call.catch(() => undefined)
  await rig.clock.advance(10)
  expect(await outcomeOf(one)).toMatchObject({ error: { code: 'TIMEOUT' } })
  expect(await outcomeOf(both)).toBeUndefined()
  await rig.clock.advance(10)
  expect(await outcomeOf(both)).toMatchObject({ error: { code: 'TIMEOUT' } })
})

test('a call with an infinite time limit never times out', async () => {
  const rig = await connectedRig()
  const call = rig.worker.trigger({ function_id: 'f', payload: 1, timeoutMs: Infinity })
  rig.engine.onFrame = (link, message) => {
    if (message.type === 'invokefunction' && message.function_id === 'keep') link.answer(message, {})
  }
  await rig.settle()

  expect(await outcomeOf(call)).toBeUndefined()
  expect(rig.worker.stats().pendingCalls).toBe(1)
  rig.link.answer(rig.link.calls[0]!, { result: 'at last' })
  expect(await call).toBe('at last')
})

test('a handler receives the payload, the metadata and the invocation context', async () => {
  const rig = await connectedRig()
  const seen: { args: unknown[]; context: InvocationContext }[] = []
  rig.worker.registerFunction('f', (data, metadata, context) => {
    seen.push({ args: [data, metadata], context })
    return 'ok'
  })
  rig.link.send({
    type: 'invokefunction',
    invocation_id: '6f0c3f0e-0000-4000-8000-000000000001',
    function_id: 'f',
    data: { n: 1, _caller_worker_id: 'w-1' },
    metadata: { m: 2 },
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    baggage: 'a=b',
  })
  await rig.settle()
  const [{ args, context }] = seen as [(typeof seen)[0]]

  expect(args).toEqual([{ n: 1, _caller_worker_id: 'w-1' }, { m: 2 }])
  expect(context).toMatchObject({
    functionId: 'f',
    invocationId: '6f0c3f0e-0000-4000-8000-000000000001',
    callerWorkerId: 'w-1',
    metadata: { m: 2 },
    baggage: 'a=b',
  })
  expect(context.signal.aborted).toBe(false)
})

test('a call without metadata gives a handler none, and the engine’s own calls no caller', async () => {
  const rig = await connectedRig()
  const seen: unknown[] = []
  rig.worker.registerFunction('f', (_data, metadata, context) => {
    seen.push(metadata, context.callerWorkerId)
  })
  for (const data of ['text', [1], null, { _caller_worker_id: 5 }]) rig.link.invoke('f', data)
  await rig.settle()

  expect(seen).toEqual(Array.from({ length: 8 }, () => undefined))
})

test('sync and async handlers answer, and an error keeps the code it was given', async () => {
  const rig = await connectedRig()
  const { worker, link } = rig
  worker.registerFunction('sync', (n: number) => n + 1)
  worker.registerFunction('async', async (n: number) => n + 2)
  worker.registerFunction('nothing', () => undefined)
  worker.registerFunction('throws', () => {
    throw new TypeError('plain')
  })
  worker.registerFunction('rejects', async () => {
    throw new InvocationError({ code: 'SOLD_OUT', message: 'none left' })
  })
  const ids = ['sync', 'async', 'nothing', 'throws', 'rejects'].map((id) => link.invoke(id, 1))
  await rig.settle()

  expect(ids.map((id) => link.resultOf(id))).toMatchObject([
    { result: 2 },
    { result: 3 },
    { function_id: 'nothing' },
    {
      error: {
        code: 'invocation_failed',
        message: 'plain',
        stacktrace: expect.stringContaining('TypeError') as string,
      },
    },
    { error: { code: 'SOLD_OUT', message: 'none left' } },
  ])
  expect(link.resultOf(ids[4]!)?.error).not.toHaveProperty('stacktrace')
})

test('a result that is not JSON is an error to the caller', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('bigint', () => ({ n: 1n }))
  const id = rig.link.invoke('bigint')
  await rig.settle()

  expect(rig.link.resultOf(id)?.error).toMatchObject({
    code: 'serialization_error',
    message: expect.stringContaining('BigInt') as string,
  })
})

test('a call of an unknown function and of one served over HTTP fail with different errors', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('over-http', { url: 'http://127.0.0.1/' })
  const ids = [rig.link.invoke('unknown'), rig.link.invoke('over-http')]
  await rig.settle()

  expect(ids.map((id) => rig.link.resultOf(id)?.error?.code)).toEqual(['function_not_found', 'function_not_invokable'])
})

test('methods can be destructured and replaced', async () => {
  const rig = await connectedRig()
  const { trigger, registerFunction, registerTrigger, listFunctions, getConnectionState, getAddress, stats, shutdown } =
    rig.worker
  registerFunction('f', () => 1)
  registerTrigger({ type: 'cron', function_id: 'f', config: {} })
  void trigger({ function_id: 'g', payload: 1 }).catch(() => undefined)
  void listFunctions().catch(() => undefined)
  await rig.settle()
  expect([getConnectionState(), getAddress(), stats().registeredFunctions]).toEqual([
    'connected',
    'ws://engine.test',
    1,
  ])
  const fake = async (): Promise<never> => Promise.reject(new Error('fake'))
  for (const name of Object.keys(rig.worker)) {
    expect(Object.getOwnPropertyDescriptor(rig.worker, name)).toMatchObject({ writable: true, configurable: true })
  }
  Object.assign(rig.worker, { trigger: fake })
  await expect(rig.worker.trigger({ function_id: 'x', payload: 1 })).rejects.toThrow('fake')
  await shutdown()
})

test('headers set in the event-loop tick of the dial are sent with the first handshake, later ones with the next', async () => {
  const rig = workerRig({ headers: { authorization: 'old' } })
  rig.worker.setHeaders({ authorization: 'new' })
  await rig.settle()
  expect(rig.link.headers).toEqual({ authorization: 'new' })
  rig.worker.setHeaders({ authorization: 'newer' })
  rig.link.cut()

  expect((await rig.reconnect()).headers).toEqual({ authorization: 'newer' })
})

test.each([[{ 'bad name': 'x' }], [{ ok: 'bad\nvalue' }], [{ ok: 5 }], ['text'], [null]])(
  'headers that HTTP does not allow (%j) are refused without showing the value',
  (headers) => {
    const rig = workerRig({ autoConnect: false })
    let thrown: unknown
    try {
      rig.worker.setHeaders(headers as never)
    } catch (error) {
      thrown = error
    }

    expect(thrown).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect((thrown as Error).message).not.toContain('bad\nvalue')
  },
)

test('headers are a copy: changing the object later changes nothing', async () => {
  const headers: Record<string, string> = { a: '1' }
  const rig = workerRig({ headers })
  headers['a'] = '2'
  await rig.settle()

  expect(rig.link.headers).toEqual({ a: '1' })
})

test('the worker exposes the id that the engine assigned', async () => {
  const rig = workerRig({ namespace: 'blue' })
  expect(rig.worker.workerId).toBeUndefined()
  await rig.settle()

  expect(rig.worker.workerId).toBe(rig.link.workerId)
  expect(rig.worker.namespace).toBe('blue')
})

test('a protocol ping is answered', async () => {
  const rig = await connectedRig()
  rig.link.send({ type: 'ping' })
  await rig.settle()

  expect(rig.link.all('pong')).toHaveLength(1)
})
