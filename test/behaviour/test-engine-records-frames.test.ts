import { expect, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { testEngine } from '../kit/local-rig.js'

const quiet = { otel: { enabled: false }, diagnostics: 'silent' } as const

test('frames of a worker are there in both directions, by worker, id and name', async () => {
  const engine = await testEngine()
  const remote = registerWorker(engine.url, { workerName: 'remote', ...quiet })
  const local = engine.connect({ workerName: 'local' })
  remote.registerFunction('echo', (data) => data as unknown)
  await Promise.all([remote.ready(), local.ready()])
  await local.trigger({ function_id: 'echo', payload: { a: 1 } })

  const { sent, received } = engine.frames(remote)
  expect(sent.map(({ type }) => type)).toEqual(expect.arrayContaining(['registerfunction', 'ping', 'invocationresult']))
  expect(sent[0]).toMatchObject({ type: 'invokefunction', function_id: 'engine::workers::register' })
  expect(received[0]).toEqual({
    type: 'workerregistered',
    worker_id: remote.workerId,
    reattach_token: expect.any(String) as string,
  })
  expect(received.at(-1)).toMatchObject({ type: 'invokefunction', function_id: 'echo', data: { a: 1 } })
  expect(engine.frames('remote')).toEqual(engine.frames(remote))
  expect(engine.frames(remote.workerId!)).toEqual(engine.frames(remote))
  expect(engine.frames('local').sent).not.toEqual(sent)
  await remote.shutdown()
})

test('recording continues after a reconnect', async () => {
  const engine = await testEngine({ ports: false, clock: 'virtual' })
  const worker = engine.connect(quiet)
  await worker.ready()
  const firstId = worker.workerId!
  engine.drop(worker)
  await engine.advance('2s')
  expect(worker.workerId).not.toBe(firstId)
  const types = engine.frames(worker).sent.map(({ type }) => type)
  expect(types.filter((type) => type === 'reattach')).toHaveLength(1)
  expect(types.filter((type) => type === 'invokefunction').length).toBeGreaterThanOrEqual(2)
  expect(engine.frames(firstId)).toEqual(engine.frames(worker))
})

test('frames over the limit are dropped and counted', async () => {
  const engine = await testEngine({ ports: false, maxFrames: 5 })
  const worker = engine.connect()
  worker.registerFunction('echo', (data) => data as unknown)
  await worker.ready()
  for (let n = 0; n < 20; n += 1) await engine.call('echo', { n })
  const { sent, received, forgotten } = engine.frames(worker)
  expect([sent.length, received.length]).toEqual([5, 5])
  expect(sent.at(-1)).toMatchObject({ type: 'invocationresult', result: { n: 19 } })
  expect(forgotten).toBeGreaterThan(30)
})

test('waiting for a frame matches past and future frames', async () => {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  const registered = engine.waitFor((frame) => frame.type === 'registerfunction' && frame.id === 'later')
  await worker.ready()
  worker.registerFunction('later', () => undefined)
  expect(await registered).toMatchObject({ type: 'registerfunction', id: 'later' })
  expect(await engine.waitFor((frame) => frame.type === 'workerregistered')).toMatchObject({
    worker_id: worker.workerId,
  })
})

test('waiting for a frame times out with the frames received instead', async () => {
  const engine = await testEngine({ ports: false })
  const wait = engine.waitFor((frame) => frame.type === 'reattach', { timeoutMs: 50 })
  const worker = engine.connect()
  await worker.ready()
  await expect(wait).rejects.toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('pong') as string })
  await expect(engine.waitFor(() => true, { timeoutMs: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})

test('an error thrown by a predicate reaches the test', async () => {
  const engine = await testEngine({ ports: false })
  const wait = engine.waitFor(() => {
    throw new Error('in the predicate')
  })
  const outcome = expect(wait).rejects.toThrow('in the predicate')
  await engine.connect().ready()
  await outcome
})

test('asking for an unknown worker is an error that names the known ones', async () => {
  const engine = await testEngine({ ports: false })
  await engine.connect({ workerName: 'known' }).ready()
  expect(() => engine.frames('unknown')).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('known') as string }),
  )
  expect(() => engine.frames({})).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
})

test('telemetry of workers is captured as spans and logs', async () => {
  const engine = await testEngine()
  const worker = engine.connect({ workerName: 'traced', otel: { enabled: true }, enableMetricsReporting: false })
  worker.registerFunction('traced', (data) => data as unknown)
  await worker.ready()
  await worker.trigger({ function_id: 'traced', payload: {} })
  await worker.shutdownAsync()
  expect(engine.spans().map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringContaining('traced')]))
})
