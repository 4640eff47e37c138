import { expect, test } from 'vitest'
import { isForCallerAsItIs, textForCaller, type ResultMessage } from '../../../../src/engine/calls/result-message.js'
import { engineRig } from '../../../kit/engine-rig.js'

const call = { invocationId: 'i', functionId: 'f', traceparent: undefined, baggage: undefined }
const message: ResultMessage = { type: 'invocationresult', invocation_id: 'i', function_id: 'f', result: { a: 1 } }

test('A plain result and one with the trace of the call reach the caller unchanged', () => {
  expect(isForCallerAsItIs(message, call)).toBe(true)
  expect(isForCallerAsItIs({ ...message, result: null }, call)).toBe(true)
  const trace = { traceparent: '00-a', baggage: 'b=1' }
  expect(isForCallerAsItIs({ ...message, ...trace }, { ...call, ...trace })).toBe(true)
})

test.each([
  ['an error', { ...message, error: { code: 'X', message: 'x' } }, call],
  ['another name of the function', { ...message, function_id: 'local' }, call],
  ['a trace that has to be filled in', message, { ...call, traceparent: '00-c' }],
  ['baggage that has to be filled in', message, { ...call, baggage: 'b=1' }],
  ['a trace of its own', { ...message, traceparent: '00-a' }, call],
  ['baggage of its own', { ...message, baggage: 'b=2' }, { ...call, baggage: 'b=1' }],
  ['a member the protocol does not know', { ...message, extra: 1 }, call],
  [
    'an own member named __proto__',
    JSON.parse(`{"__proto__":1,${JSON.stringify(message).slice(1)}`) as ResultMessage,
    call,
  ],
  ['a null that reads as absent', { ...message, error: undefined }, call],
])('With %s the answer is written anew', (_what, came, asked) => {
  expect(isForCallerAsItIs(came, asked)).toBe(false)
})

test('A long text is always serialised again, since that may shorten it', () => {
  const short = { frame: 'short', text: '1' }
  expect(textForCaller(short, message, call)).toEqual({ frame: 'short' })
  expect(textForCaller(short, { ...message, function_id: 'local' }, call)).toEqual({ text: '1' })
  expect(textForCaller({ frame: 'l'.repeat(256 * 1024 + 1), text: '1' }, message, call)).toEqual({})
  expect(textForCaller({}, message, call)).toEqual({})
})

test('A result reaches its caller as the worker wrote it, without members the caller must not see', async () => {
  const rig = await engineRig()
  const worker = await rig.worker({ name: 'w' })
  const caller = await rig.worker({ name: 'c' })
  worker.register('f')
  await rig.settle()
  const answered = async (outcome: object): Promise<unknown> => {
    const invocation_id = caller.invoke('f', { n: 1 })
    await rig.settle()
    worker.take('invokefunction')
    worker.send({ type: 'invocationresult', invocation_id, function_id: 'f', ...outcome })
    await rig.settle()
    return caller.take('invocationresult', { invocation_id })
  }
  expect(await answered({ result: { n: 1, list: [1.5, null] } })).toMatchObject({ result: { n: 1, list: [1.5, null] } })
  const cleaned = await answered({ result: 2, secret: 'x', error: null })
  expect(cleaned).toMatchObject({ result: 2 })
  expect(cleaned).not.toHaveProperty('secret')
  expect(cleaned).not.toHaveProperty('error')
})
