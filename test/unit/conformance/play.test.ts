import { expect, test } from 'vitest'
import { play } from '../../conformance/play.js'
import type { Step } from '../../conformance/scenario.js'
import { startScriptedEngine } from './scripted-engine.js'

const LIMIT_MS = 300

async function playOn(onFrame: Parameters<typeof startScriptedEngine>[0], steps: readonly Step[]): Promise<void> {
  await using engine = await startScriptedEngine(onFrame)
  await play({ about: 'a test', steps }, engine.targets, LIMIT_MS)
}

/** Sends every frame back to its sender: calls come back as calls, answers as answers. */
const echo: Parameters<typeof startScriptedEngine>[0] = (frame, socket) => socket.send(JSON.stringify(frame))
const ignore = (): void => {}

test('A worker connects, calls itself, answers with what it captured, and closes', async () => {
  await playOn(echo, [
    { connect: 'a', name: 'worker-${run}' },
    { invoke: 'a', fn: 'f', data: { n: 1 }, id: 'x', extra: { trace: '${trace:t}' } },
    { answer: 'a', fn: 'f', data: { n: { $m: 'number', as: 'n' } }, result: { got: '${n}' } },
    {
      expect: 'a',
      frame: { type: 'invocationresult', invocation_id: '${uuid:x}', function_id: 'f', result: { got: 1 } },
    },
    { send: 'a', frame: { type: 'ping' } },
    { expect: 'a', frame: { type: 'pong' }, next: true },
    { ping: 'a', data: 'p' },
    { expectNone: 'a', ms: 20 },
    { close: 'a', code: 1000, settle: 0 },
    { expectClose: 'a', code: 1000, empty: true },
  ])
})

test('A call compares the whole answer and rejects unexpected keys', async () => {
  const answerAll: typeof echo = ({ invocation_id, function_id }, socket) =>
    socket.send(JSON.stringify({ type: 'invocationresult', invocation_id, function_id, result: [1, 2], extra: true }))
  const call = { call: 'a', fn: 'f', result: [1, { $m: 'number' }] }
  await playOn(answerAll, [{ connect: 'a' }, { ...call, also: { extra: true } }])
  await expect(playOn(answerAll, [{ connect: 'a' }, call])).rejects.toThrow(
    /step 2 [^]*the answer to f differs\s+\$\.extra: expected no such key, got true/,
  )
  await expect(playOn(answerAll, [{ connect: 'a' }, { ...call, error: { code: 'x' } }])).rejects.toThrow(
    /\$\.error: expected \{"code":"x"\}, got missing key/,
  )
})

test('A call is repeated until its answer fits or the time for it is over', async () => {
  let calls = 0
  const counting: typeof echo = ({ invocation_id, function_id }, socket) =>
    socket.send(JSON.stringify({ type: 'invocationresult', invocation_id, function_id, result: ++calls }))
  await playOn(counting, [{ connect: 'a' }, { call: 'a', fn: 'f', result: 3, retry: 2000 }])
  expect(calls).toBe(3)
})

test('A missing frame is reported with the frames that arrived', async () => {
  const steps: Step[] = [{ connect: 'a' }, { send: 'a', frame: { type: 'other', n: 1 } }]
  await expect(playOn(echo, [...steps, { expect: 'a', frame: { type: 'wanted' } }])).rejects.toThrow(
    /a: no frame like \{"type":"wanted"\} within 300 ms\s+unread: \{"type":"other","n":1\}/,
  )
})

test('A frame of the given kind fails a step that expects silence', async () => {
  const steps: Step[] = [{ connect: 'a' }, { send: 'a', frame: { type: 'other' } }]
  await playOn(echo, [...steps, { expectNone: 'a', frame: { type: 'wanted' }, ms: 30 }])
  await expect(playOn(echo, [...steps, { expectNone: 'a' }])).rejects.toThrow('a: expected silence')
})

test('The frame with the same identifiers is taken from any position of the queue', async () => {
  await playOn(echo, [
    { connect: 'a' },
    { repeat: 3, steps: [{ send: 'a', frame: { type: 'row', id: '${i}', event: { type: 'e${i}' } } }] },
    { expect: 'a', frame: { type: 'row', id: 2, event: { $m: 'any' } } },
    { expect: 'a', frame: { type: 'row', id: { $m: 'any' }, event: { type: 'e1' } }, by: ['event.type'] },
    { expect: 'a', frame: { type: 'row', id: 0, event: { type: 'e0' } } },
    { flush: 'a', ms: 1 },
    { expectClose: 'a', within: 5 },
  ]).then(
    () => expect.fail('the socket is open'),
    (error: unknown) => expect(String(error)).toContain('a: still open after 5 ms'),
  )
})

test('Calls for a function may be answered unseen', async () => {
  await playOn(echo, [
    { connect: 'a' },
    { autoAnswer: 'a', fn: 'f', result: 7 },
    { call: 'a', fn: 'f', result: 7 },
    { expectNone: 'a', ms: 20 },
  ])
})

test('A refused handshake is compared, and one that was to be refused fails', async () => {
  const locked = { open: 'a', path: '/locked' }
  await playOn(ignore, [{ ...locked, refused: { status: 401, text: 'locked' } }])
  await playOn(ignore, [
    { ...locked, start: true },
    { opened: 'a', refused: { status: 401, text: { $m: 'any' } } },
  ])
  await expect(playOn(ignore, [locked])).rejects.toThrow('handshake was refused: {"status":401,"text":"locked"}')
  await expect(playOn(ignore, [{ open: 'a', refused: { $m: 'any' } }])).rejects.toThrow('but: open')
})

test('HTTP answers are compared by status, some headers and body', async () => {
  const request = { method: 'PUT', path: '/x', json: {} }
  await playOn(ignore, [{ http: request, status: 200, headers: { 'x-kind': 'echo' }, text: 'PUT' }])
  await playOn(ignore, [
    { http: request, start: 'r' },
    { httpResult: 'r', bytes: { text: 'PUT' } },
  ])
  await expect(playOn(ignore, [{ http: request, status: 201 }])).rejects.toThrow(
    /HTTP status differs, body "PUT"\s+\$: expected 201, got 200/,
  )
})

test('The local server answers by path and shows what it has seen', async () => {
  await using engine = await startScriptedEngine(ignore)
  const local: Step[] = [
    { route: '/fn', status: 202, json: { ok: true }, headers: { 'x-a': 'b' } },
    { set: { address: '${local}/fn' } },
    {
      http: { path: '${address}', method: 'POST', text: '{"n":1}', query: { q: ['1', '2'] } },
      status: 202,
      json: { ok: true },
    },
    { expectRequest: { path: '/fn', query: 'q=1&q=2', body: { n: 1 }, headers: { host: { $m: 'string' } } } },
  ]
  await play({ about: '', steps: local }, engine.targets, LIMIT_MS)
  await expect(play({ about: '', steps: [...local, ...local.slice(3)] }, engine.targets, 20)).rejects.toThrow(
    'the local server saw no request like',
  )
})

test('A step of no known kind, or of two, is a failure and not ignored', async () => {
  await expect(playOn(ignore, [{ wait: 1 } as unknown as Step])).rejects.toThrow('this is of none')
  await expect(playOn(ignore, [{ sleep: 1, set: {} }])).rejects.toThrow('of sleep and set')
})
