import { expect, test } from 'vitest'
import { engineRig, type EngineRig } from '../../../kit/engine-rig.js'
import type { RawWorker } from '../../../kit/raw-worker.js'

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

async function pair(): Promise<{ rig: EngineRig; callee: RawWorker; caller: RawWorker }> {
  const rig = await engineRig()
  const callee = await rig.worker({ name: 'callee' })
  const caller = await rig.worker({ name: 'caller' })
  callee.register('f')
  await rig.settle()
  return { rig, callee, caller }
}

test('a call reaches its function with the caller’s id added, and the result comes back', async () => {
  const { rig, callee, caller } = await pair()
  const id = caller.invoke('f', { n: 1, _caller_worker_id: 'forged' }, { metadata: { tenant: 't' } })
  await rig.settle()
  const call = callee.take('invokefunction')
  expect(call).toEqual({
    type: 'invokefunction',
    invocation_id: id,
    function_id: 'f',
    data: { n: 1, _caller_worker_id: caller.id },
    metadata: { tenant: 't' },
  })
  expect(rig.engine.stats().pendingCalls).toBe(1)
  callee.answer(call, { result: [1, null], surplus: true })
  await rig.settle()
  expect(caller.take('invocationresult')).toEqual({
    type: 'invocationresult',
    invocation_id: id,
    function_id: 'f',
    result: [1, null],
  })
  expect(rig.engine.stats()).toMatchObject({ pendingCalls: 0, lateResults: 0 })
})

test.each([['text'], [7], [[1]], [null], [true]])('the payload %j is passed on untouched', async (data) => {
  const { rig, callee, caller } = await pair()
  caller.invoke('f', data)
  await rig.settle()
  expect(callee.take('invokefunction')['data']).toEqual(data)
})

test('a null result of a worker is left out of the answer', async () => {
  const { rig, callee, caller } = await pair()
  caller.invoke('f')
  await rig.settle()
  callee.answer(callee.take('invokefunction'), { result: null, error: null })
  await rig.settle()
  expect(Object.keys(caller.take('invocationresult')).sort()).toEqual(['function_id', 'invocation_id', 'type'])
})

test('an error takes precedence over a result and loses unknown members', async () => {
  const { rig, callee, caller } = await pair()
  caller.invoke('f')
  await rig.settle()
  callee.answer(callee.take('invokefunction'), { result: 1, error: { code: 'E', message: 'm', data: 1 } })
  await rig.settle()
  const answer = caller.take('invocationresult')
  expect(answer['error']).toEqual({ code: 'E', message: 'm' })
  expect(answer).not.toHaveProperty('result')
})

test('a void call runs under a new id and is not answered', async () => {
  const { rig, callee, caller } = await pair()
  const id = caller.invoke('f', {}, { action: { type: 'void' } })
  await rig.settle()
  const call = callee.take('invokefunction')
  expect(call['invocation_id']).not.toBe(id)
  callee.answer(call, { result: 1 })
  caller.invoke('missing', {}, { action: { type: 'void' } })
  await rig.settle()
  expect(caller.frames).toEqual([])
})

test('a function that is elsewhere is named in the answer', async () => {
  const { rig, caller } = await pair()
  const other = await rig.worker({ namespace: 'blue' })
  other.register('g')
  await rig.settle()
  expect((await rig.call(caller, 'g'))['error']).toEqual({
    code: 'function_not_found',
    message: 'Function g not found in namespace default. It is registered in namespace(s): blue.',
  })
  expect((await rig.call(caller, 'nowhere', {}, { namespace: 'blue' }))['error']).toEqual({
    code: 'function_not_found',
    message: 'Function nowhere not found in namespace blue.',
  })
})

test('a blank namespace is refused', async () => {
  const { rig, caller } = await pair()
  expect((await rig.call(caller, 'f', {}, { namespace: ' ' }))['error']).toMatchObject({ code: 'INVALID_NAMESPACE' })
})

test('trace headers reach the callee with the function name, and are returned as sent', async () => {
  const { rig, callee, caller } = await pair()
  caller.invoke('f', {}, { traceparent: TRACE, baggage: 'k=v,iii.function.id=old' })
  await rig.settle()
  const call = callee.take('invokefunction')
  expect(call).toMatchObject({ traceparent: TRACE, baggage: 'k=v,iii.function.id=f' })
  callee.answer(call, { result: 1 })
  await rig.settle()
  expect(caller.take('invocationresult')).toMatchObject({ traceparent: TRACE, baggage: 'k=v,iii.function.id=old' })
})

test('the caller receives its own trace headers, not those of the callee', async () => {
  const { rig, callee, caller } = await pair()
  caller.invoke('f', {}, { traceparent: TRACE })
  await rig.settle()
  callee.answer(callee.take('invokefunction'), { result: 1, traceparent: TRACE.replace('b7', 'c7') })
  await rig.settle()
  expect(caller.take('invocationresult')['traceparent']).toBe(TRACE)
})

test('a second call with an id in flight ends the first, from the same caller or another', async () => {
  const { rig, callee, caller } = await pair()
  const third = await rig.worker({ name: 'third' })
  const id = caller.invoke('f', { n: 1 })
  await rig.settle()
  third.invoke('f', { n: 2 }, { invocation_id: id })
  await rig.settle()
  expect(caller.take('invocationresult')['error']).toMatchObject({ code: 'invocation_error' })
  callee.take('invokefunction')
  callee.answer(callee.take('invokefunction'), { result: 'second' })
  await rig.settle()
  expect(third.take('invocationresult')['result']).toBe('second')
  expect(rig.engine.stats()).toMatchObject({ pendingCalls: 0, duplicateCalls: 1 })
})

test('any connection may answer a call, but only once', async () => {
  const { rig, callee, caller } = await pair()
  const stranger = await rig.worker({})
  caller.invoke('f')
  await rig.settle()
  const call = callee.take('invokefunction')
  stranger.answer(call, { result: 'stranger' })
  callee.answer(call, { result: 'late' })
  await rig.settle()
  expect(caller.take('invocationresult')['result']).toBe('stranger')
  expect(caller.frames).toEqual([])
  expect(rig.engine.stats().lateResults).toBe(1)
})

test('a callee that leaves fails its calls at once; a caller that leaves is forgotten', async () => {
  const { rig, callee, caller } = await pair()
  caller.invoke('f')
  caller.invoke('f')
  await rig.settle()
  const gone = await rig.worker({})
  gone.invoke('f')
  await rig.settle()
  gone.transport.terminate()
  await rig.settle()
  const calls = [callee.take('invokefunction'), callee.take('invokefunction'), callee.take('invokefunction')]
  callee.answer(calls[2]!, { result: 'unexpected' })
  await rig.settle()
  callee.transport.terminate()
  await rig.settle()
  for (let n = 0; n < 2; n++) {
    expect(caller.take('invocationresult')['error']).toEqual({
      code: 'invocation_stopped',
      message: 'Invocation stopped',
    })
  }
  expect(rig.engine.stats()).toMatchObject({ pendingCalls: 0, functions: expect.any(Number) as unknown })
})

test('a call over the limit on calls in flight is rejected, and the others continue', async () => {
  const rig = await engineRig({}, { maxPendingCalls: 2 })
  const worker = await rig.worker({})
  worker.register('f')
  for (let n = 0; n < 3; n++) worker.invoke('f', n)
  await rig.settle()
  expect(worker.take('invocationresult')['error']).toMatchObject({ code: 'invocation_error' })
  worker.answer(worker.take('invokefunction'), { result: 1 })
  await rig.settle()
  expect(worker.take('invocationresult')['result']).toBe(1)
})

test('a result of any depth reaches its caller whole, or as an error', async () => {
  const { rig, callee, caller } = await pair()
  caller.invoke('f')
  await rig.settle()
  const { invocation_id: id } = callee.take('invokefunction')
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  callee.send(`{"type":"invocationresult","invocation_id":"${String(id)}","function_id":"f","result":${deep}}`)
  await rig.settle()
  // Depending on its version, V8 reads and writes such a text or it does not; without an answer the frame is counted.
  const answer = caller.peek('invocationresult')
  if (answer === undefined) expect(rig.engine.stats().malformedFrames).toBe(1)
  else if (answer['error'] !== undefined) expect(answer['error']).toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  else {
    let depth = 0
    for (let inner = answer['result']; Array.isArray(inner); inner = (inner as unknown[])[0]) depth += 1
    expect(depth).toBe(200_000)
  }
})

test('the engine’s own calls carry no caller and reject with the callee’s code', async () => {
  const { rig, callee } = await pair()
  const first = rig.engine.invoke({ functionId: 'f', data: { n: 1 } })
  await rig.settle()
  const call = callee.take('invokefunction')
  expect(call['data']).toEqual({ n: 1 })
  callee.answer(call, { result: 'r' })
  expect(await first).toBe('r')
  const second = rig.engine.invoke({ functionId: 'f', data: 1 })
  await rig.settle()
  callee.answer(callee.take('invokefunction'), { error: { code: 'E1', message: 'no' } })
  await expect(second).rejects.toMatchObject({ code: 'E1', detail: 'no', function_id: 'f' })
  await expect(rig.engine.invoke({ functionId: 'nope', data: 1 })).rejects.toMatchObject({
    code: 'function_not_found',
    detail: 'Function nope not found in namespace default',
  })
})

test('the engine may stop waiting for a call; the answer is dropped when it comes', async () => {
  const { rig, callee } = await pair()
  const controller = new AbortController()
  const call = rig.engine.invoke({ functionId: 'f', data: 1, signal: controller.signal })
  await rig.settle()
  controller.abort(new Error('enough'))
  await expect(call).rejects.toThrow('enough')
  callee.answer(callee.take('invokefunction'), { result: 1 })
  await rig.settle()
  expect(rig.engine.stats()).toMatchObject({ pendingCalls: 0, lateResults: 1 })
  await expect(rig.engine.invoke({ functionId: 'f', data: 1, signal: controller.signal })).rejects.toThrow('enough')
})
