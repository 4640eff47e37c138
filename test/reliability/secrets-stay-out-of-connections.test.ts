/** Secrets that open connections: handshake headers, addresses, channel keys, tokens, the environment. */
import { expect, test, vi } from 'vitest'
import { registerWorker, type III, type InitOptions } from 'iii-node'
import type { ChannelReader, ChannelWriter } from 'iii-node/channel'
import { initOtel, SharedEngineConnection, shutdownOtel } from 'iii-node/helpers/observability'
import { atLeastTests } from '../kit/at-least.js'
import { CANARY, CANARY_FORMS, OutputRecorder } from '../kit/output-recorder.js'
import { rawSocket } from '../kit/raw-socket.js'
import type { TestEngine } from '../../src/testing/test-engine.js'

const otel = { enabled: true, fetchInstrumentationEnabled: false } as const

async function expectSilence(recorder: OutputRecorder, secrets: readonly string[] = CANARY_FORMS): Promise<void> {
  const output = await recorder.output()
  for (const secret of secrets) expect(output).not.toContain(secret)
}

/** Where a secret sits when a worker connects to an address. */
interface Plant {
  readonly address: (url: string) => string
  readonly options?: InitOptions
}

const plants: Readonly<Record<string, Plant>> = {
  'an authorization header': { address: (url) => url, options: { headers: { authorization: `Bearer ${CANARY}` } } },
  'a cookie': { address: (url) => url, options: { headers: { Cookie: `sid=${CANARY}` } } },
  'an api key header': { address: (url) => url, options: { headers: { 'x-api-key': CANARY } } },
  'a password in the address': { address: (url) => url.replace('://', `://user:${CANARY}@`) },
  'a user name in the address': { address: (url) => url.replace('://', `://${CANARY}@`) },
  'a token in the address': { address: (url) => `${url}/?token=${CANARY}` },
}

/** Environments in which connections fail, each with the actions of the workers. */
const incidents: Readonly<Record<string, (recorder: OutputRecorder, connect: (url: string) => III) => Promise<void>>> =
  {
    'no engine listens': async (recorder, connect) => {
      const worker = connect('ws://127.0.0.1:1')
      await recorder.fails(() => worker.trigger({ function_id: 'f', payload: {}, timeoutMs: 50 }))
      await recorder.fails(() => worker.ready({ timeoutMs: 50 }))
      await vi.waitFor(() => expect(recorder.diagnostics.some(({ kind }) => kind === 'connection_ended')).toBe(true))
    },
    'the guard refuses': async (recorder, connect) => {
      const engine = await recorder.engine({ rbac: { auth_function_id: 'guard', expose_functions: ['match("*")'] } })
      const guard = engine.connect({ workerName: 'guard' })
      guard.registerFunction('guard', () => Promise.reject(new Error('unknown guest')))
      await guard.ready()
      const worker = connect(engine.guardedUrl!)
      await recorder.fails(() => worker.ready({ timeoutMs: 200 }))
      await recorder.fails(() => worker.trigger({ function_id: 'f', payload: {}, timeoutMs: 50 }))
      await vi.waitFor(() => expect(recorder.diagnostics.some(({ kind }) => kind === 'session_refused')).toBe(true))
    },
    'the link is cut': async (recorder, connect) => {
      const engine = await recorder.engine()
      const worker = connect(engine.url)
      await worker.ready()
      worker.registerFunction('slow', () => new Promise(() => undefined))
      await worker.ready()
      const call = recorder.fails(() => worker.trigger({ function_id: 'slow', payload: {} }))
      await engine.waitFor(({ type }) => type === 'invokefunction')
      await new Promise((resolve) => setImmediate(resolve))
      engine.drop(worker)
      await call
      expect(recorder.errors).toHaveLength(1)
    },
    'calls fail': async (recorder, connect) => {
      const engine = await recorder.engine()
      const worker = connect(engine.url)
      await worker.ready()
      worker.registerFunction('fails', () => Promise.reject(new Error('out of stock')))
      await worker.ready()
      await recorder.fails(() => worker.trigger({ function_id: 'fails', payload: {} }))
      await recorder.fails(() => worker.trigger({ function_id: 'missing', payload: {} }))
      await worker.shutdownAsync()
      expect(recorder.errors).toHaveLength(2)
    },
  }

const scenes = Object.entries(plants).flatMap(([plant, { address, options }]) =>
  Object.entries(incidents).map(([incident, act]) => ({ plant, incident, address, options, act })),
)

test.each(scenes)('$plant is not disclosed when $incident', async ({ address, options, act }) => {
  const recorder = new OutputRecorder()
  const quick = { reconnectionConfig: { initialDelayMs: 20 }, diagnostics: recorder.onEvent, otel, ...options }
  await act(recorder, (url) => recorder.worker(registerWorker(address(url), quick)))
  await expectSilence(recorder)
})

test.each(['worker', 'dedicated'] as const)('III_URL keeps its password with telemetry over %s', async (transport) => {
  const recorder = new OutputRecorder()
  vi.stubEnv('III_URL', `ws://user:${CANARY}@127.0.0.1:1/?token=${CANARY}`)
  const worker = recorder.worker(registerWorker(undefined, { otel: { ...otel, transport } }))
  await recorder.fails(() => worker.ready({ timeoutMs: 50 }))
  initOtel({ fetchInstrumentationEnabled: false, shutdownTimeoutMs: 50 })
  await shutdownOtel()
  await expectSilence(recorder)
  expect(worker.getAddress()).toContain(CANARY)
})

/** Arguments with a mistake in them, next to something secret or in it. */
const mistakes: Readonly<Record<string, () => unknown>> = {
  'headers that are a text': () => registerWorker('ws://127.0.0.1:1', { headers: `Bearer ${CANARY}` as never }),
  'a header with a line break': () => registerWorker('ws://127.0.0.1:1', { headers: { authorization: `${CANARY}\n` } }),
  'a header in a list': () => registerWorker('ws://127.0.0.1:1', { headers: { authorization: [CANARY] as never } }),
  'an address with an impossible port': () => registerWorker(`ws://user:${CANARY}@host:99999999`),
  'an address without a scheme': () => registerWorker(`//user:${CANARY}@host`),
  'an address of another kind': () => registerWorker(`ftp://user:${CANARY}@host/?token=${CANARY}`),
  'an address with a fragment': () => registerWorker(`ws://host/?token=${CANARY}#x`),
  'an address for telemetry': () => new SharedEngineConnection(`ws://user:${CANARY}@:`),
  'headers set later': () => {
    const worker = registerWorker('ws://127.0.0.1:1', { autoConnect: false, otel: { enabled: false } })
    worker.setHeaders(CANARY as never)
  },
  'headers of an HTTP function': () => {
    const worker = registerWorker('ws://127.0.0.1:1', { autoConnect: false, otel: { enabled: false } })
    worker.registerFunction('f', { url: 'https://host', headers: { authorization: `${CANARY}\r\n` } } as never)
  },
  'the address of an HTTP function': () => {
    const worker = registerWorker('ws://127.0.0.1:1', { autoConnect: false, otel: { enabled: false } })
    worker.registerFunction('f', { url: `//user:${CANARY}@host/?token=${CANARY}` } as never)
  },
}

test.each(Object.entries(mistakes))('%s are refused without being shown', async (_name, attempt) => {
  const recorder = new OutputRecorder()
  await recorder.fails(attempt)
  expect(recorder.errors).toMatchObject([{ code: 'INVALID_ARGUMENT' }])
  await expectSilence(recorder)
})

/** A worker with a channel, and the key of it. */
async function channelStage(recorder: OutputRecorder) {
  const engine = await recorder.engine()
  const worker = recorder.worker(registerWorker(engine.url, { otel, diagnostics: recorder.onEvent }))
  await worker.ready()
  const channel = await worker.channels.create()
  return { engine, worker, ...channel, key: channel.readerRef.access_key }
}

type ChannelStage = Awaited<ReturnType<typeof channelStage>>

const channelTroubles: Readonly<Record<string, (recorder: OutputRecorder, stage: ChannelStage) => Promise<void>>> = {
  'its id is not known': async (recorder, { worker, readerRef, writerRef }) => {
    worker.registerFunction('take', async ({ input }: { input: ChannelReader }) => input.readAll())
    worker.registerFunction('give', async ({ output }: { output: ChannelWriter }) => output.write(Buffer.from('x')))
    await worker.ready()
    const [input, output] = [readerRef, writerRef].map((ref) => ({ ...ref, channel_id: 'nowhere' }))
    await recorder.fails(() => worker.trigger({ function_id: 'take', payload: { input } }))
    await recorder.fails(() => worker.trigger({ function_id: 'give', payload: { output } }))
    expect(recorder.errors).toHaveLength(2)
  },
  'the engine ends': async (recorder, { engine, reader, writer }) => {
    await writer.write(Buffer.from('x'))
    const reading = recorder.fails(() => reader.readAll())
    await engine.close()
    await reading
    await recorder.fails(() => writer.write(Buffer.alloc(1024)))
    await recorder.fails(() => writer.close())
  },
  'its reference goes through a failing function': async (recorder, { worker, readerRef, writerRef }) => {
    worker.registerFunction('fails', () => Promise.reject(new Error('no')))
    await worker.ready()
    await recorder.fails(() => worker.trigger({ function_id: 'fails', payload: { in: readerRef, out: [writerRef] } }))
    expect(recorder.errors).toHaveLength(1)
  },
  'somebody dials with a wrong id': async (recorder, { engine, key }) => {
    await recorder.fails(() => rawSocket(`${engine.url}/ws/channels/nowhere?key=${key}&dir=read`))
    await recorder.fails(() => rawSocket(`${engine.url}/ws/channels/${key}?key=${CANARY}&dir=read`))
  },
}

test.each(Object.entries(channelTroubles))('the key of a channel is not disclosed when %s', async (_name, act) => {
  const recorder = new OutputRecorder()
  const stage = await channelStage(recorder)
  expect(stage.key.length).toBeGreaterThan(10)
  await act(recorder, stage)
  await expectSilence(recorder, [stage.key, CANARY])
})

const registrations = (engine: TestEngine, worker: III): string[] =>
  engine
    .frames(worker)
    .received.flatMap((message) => (message.type === 'workerregistered' ? (message.reattach_token ?? []) : []))

test('reattach tokens are not disclosed after a cut or when a client sends a wrong one', async () => {
  const recorder = new OutputRecorder()
  const engine = await recorder.engine()
  const worker = recorder.worker(
    registerWorker(engine.url, { otel, diagnostics: recorder.onEvent, reconnectionConfig: { initialDelayMs: 10 } }),
  )
  await worker.ready()
  const thief = await rawSocket(engine.url)
  thief.send({ type: 'reattach', worker_id: worker.workerId, reattach_token: CANARY })
  engine.drop(worker)
  await vi.waitFor(() => expect(worker.stats().reconnects).toBe(1))
  const tokens = registrations(engine, worker)
  expect(tokens.length).toBeGreaterThan(0)
  await expectSilence(recorder, [...tokens, CANARY])
})

test('the environment is not disclosed, whatever happens to a worker', async () => {
  const recorder = new OutputRecorder()
  const names = ['AWS_SECRET_ACCESS_KEY', 'DATABASE_URL', 'NPM_TOKEN', 'OPENAI_API_KEY', 'SESSION_COOKIE', 'X']
  for (const name of names) vi.stubEnv(name, `postgres://user:${CANARY}@host/${name}`)
  const engine = await recorder.engine()
  const worker = recorder.worker(registerWorker(engine.url, { diagnostics: recorder.onEvent, otel }))
  worker.registerFunction('fails', () => Promise.reject(new TypeError('x is not a function')))
  await worker.ready()
  await recorder.fails(() => worker.trigger({ function_id: 'fails', payload: {} }))
  engine.drop(worker)
  await vi.waitFor(() => expect(recorder.diagnostics.some(({ kind }) => kind === 'connection_ended')).toBe(true))
  await expectSilence(recorder)
})

test('the test finds a disclosed secret in each output', async () => {
  const ways: Readonly<Record<string, (recorder: OutputRecorder) => unknown>> = {
    console: () => console.warn('x', { deep: { er: [CANARY] } }),
    warning: async () => {
      process.emitWarning(CANARY)
      await new Promise((resolve) => setImmediate(resolve))
    },
    'the log of the engine': (recorder) => recorder.log.debug({ error: new Error('x', { cause: CANARY }) }, 'x'),
    diagnostics: (recorder) =>
      recorder.onEvent({ kind: 'callback_failed', error: Object.assign(new Error(), { at: CANARY }) }),
    'an error': (recorder) => recorder.fails(() => Promise.reject(new AggregateError([new Error(CANARY)]))),
    'a span': async (recorder) => {
      const engine = await recorder.engine()
      const worker = recorder.worker(registerWorker(engine.url, { otel }))
      await worker.ready()
      worker.telemetry.tracer!.startSpan('s').setAttribute('note', CANARY).end()
      await worker.telemetry.flush()
      await vi.waitFor(() => expect(engine.spans()).toHaveLength(1))
    },
  }
  for (const [way, tell] of Object.entries(ways)) {
    const recorder = new OutputRecorder()
    expect(await recorder.output()).not.toContain(CANARY)
    await tell(recorder)
    expect(await recorder.output(), way).toContain(CANARY)
  }
})

atLeastTests(42)
