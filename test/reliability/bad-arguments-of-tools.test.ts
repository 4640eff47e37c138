/** The functions of telemetry and of the test engine, and the methods of channel ends, with every wrong kind of argument. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ChannelReader, ChannelWriter } from '../../src/entry/channel.js'
import * as observability from '../../src/entry/helpers/observability.js'
import * as internal from '../../src/entry/helpers/observability/internal.js'
import * as testing from '../../src/entry/testing.js'
import { IIIError } from '../../src/errors.js'
import { Logger, type TriggerTypeRef } from '../../src/index.js'
import { connectedRig } from '../kit/worker-rig.js'
import {
  argumentsOf,
  blanks,
  notBoolean,
  notDuration,
  notFunction,
  notId,
  notNamespace,
  notRecord,
  notSignal,
  notString,
  nothing,
  numbers,
  objects,
  oddities,
  text,
  type Argument,
  type Values,
} from '../kit/wrong-arguments.js'

const o = observability
/** Objects of OpenTelemetry are known by what they can do. */
const notOpenTelemetry: Values = { ...nothing, ...numbers, ...text, ...objects, ...oddities, 'a function': () => 1 }
/** `null` is never accepted as an object of options. */
const notOptions: Values = { null: null, ...notRecord }

let connection: observability.SharedEngineConnection
let engine: testing.TestEngine
beforeAll(async () => {
  // No engine listens there, so frames stay queued.
  connection = new o.SharedEngineConnection('ws://127.0.0.1:9')
  engine = await testing.createTestEngine({ ports: false })
})
afterAll(() => Promise.all([connection.shutdown(), engine.close()]))

const telemetry: Argument[] = [
  ...argumentsOf('initOtel', { config: [notOptions, (v) => o.initOtel(v)] }),
  ...argumentsOf('withSpan', {
    name: [notId, (v) => o.withSpan(v, {}, async () => 1)],
    options: [notOptions, (v) => o.withSpan('s', v, async () => 1)],
    fn: [notFunction, (v) => o.withSpan('s', {}, v)],
  }),
  ...argumentsOf('setBaggageEntry', {
    key: [notId, (v) => o.setBaggageEntry(v, 'x')],
    value: [{ ...nothing, ...notString }, (v) => o.setBaggageEntry('k', v)],
  }),
  ...argumentsOf('executeTracedRequest', {
    input: [{ ...notId, 'a path': '/here' }, (v) => o.executeTracedRequest(v)],
    init: [notOptions, (v) => o.executeTracedRequest('http://127.0.0.1:9', v)],
  }),
  ...argumentsOf('patchGlobalFetch', { tracer: [notOpenTelemetry, (v) => o.patchGlobalFetch(v)] }),
  ...argumentsOf('registerWorkerGauges', {
    meter: [notOpenTelemetry, (v) => o.registerWorkerGauges(v, { workerId: 'w' })],
    options: [{ ...nothing, ...notRecord }, (v) => o.registerWorkerGauges(meter, v)],
    workerId: [notId, (v) => o.registerWorkerGauges(meter, { workerId: v })],
    workerName: [notString, (v) => o.registerWorkerGauges(meter, { workerId: 'w', workerName: v })],
  }),
  ...argumentsOf('WorkerMetricsCollector', {
    options: [notOptions, (v) => new o.WorkerMetricsCollector(v)],
    eventLoopResolutionMs: [
      { null: null, NaN, ...text, ...objects, ...oddities },
      (v) => new o.WorkerMetricsCollector({ eventLoopResolutionMs: v }),
    ],
  }),
  ...argumentsOf('SharedEngineConnection', {
    'wsUrl: address': [{ ...notId, 'no URL': 'nowhere' }, (v) => new o.SharedEngineConnection(v), 'address'],
    config: [notOptions, (v) => new o.SharedEngineConnection('ws://127.0.0.1:9', v)],
    options: [notOptions, (v) => new o.SharedEngineConnection('ws://127.0.0.1:9', {}, v)],
    'send: prefix': [{ ...notId, 'another word': 'SPAN' }, (v) => connection.send(v, Buffer.from('{}')), 'prefix'],
    'send: data': [{ ...nothing, ...numbers, ...text, ...objects }, (v) => connection.send('OTLP', v), 'data'],
    'send: callback': [
      { null: null, ...numbers, ...text, ...objects },
      (v) => connection.send('OTLP', Buffer.from('{}'), v),
      'callback',
    ],
    'onConnected: callback': [notFunction, (v) => connection.onConnected(v), 'callback'],
    'onFailed: callback': [notFunction, (v) => connection.onFailed(v), 'callback'],
  }),
  ...argumentsOf('EngineSpanExporter', { connection: [notOpenTelemetry, (v) => new o.EngineSpanExporter(v)] }),
  ...argumentsOf('EngineLogExporter', { connection: [notOpenTelemetry, (v) => new o.EngineLogExporter(v)] }),
  ...argumentsOf('EngineMetricsExporter', { connection: [notOpenTelemetry, (v) => new o.EngineMetricsExporter(v)] }),
  ...argumentsOf('CapturedContext', {
    context: [{ null: null, ...numbers, ...text, ...objects }, (v) => new o.CapturedContext(v)],
    'attach: fn': [notFunction, (v) => o.captureOtelContext().attach(v), 'fn'],
  }),
  ...argumentsOf('createPinoStream', {
    options: [notOptions, (v) => o.createPinoStream(v)],
    messageKey: [{ null: null, ...notString }, (v) => o.createPinoStream({ messageKey: v })],
  }),
  ...argumentsOf('redactAndTruncate', {
    maxBytes: [{ NaN, ...text, ...objects, ...oddities }, (v) => o.redactAndTruncate({}, v)],
  }),
  ...argumentsOf('Logger', {
    'setSink: sink': [
      { null: null, ...numbers, ...text, ...objects, 'one that lacks levels': { info: () => 1 } },
      (v) => Logger.setSink(v),
      'sink',
    ],
    'child: fields': [{ ...nothing, ...notRecord }, (v) => new Logger().child(v), 'fields'],
  }),
]

/** Enough of a meter to come to the other arguments. */
const meter = { createObservableGauge: () => ({}) } as never

const notWorker: Values = { ...nothing, ...numbers, ...oddities }
const tests: Argument[] = [
  ...argumentsOf('createTestEngine', {
    options: [notOptions, (v) => testing.createTestEngine(v)],
    ports: [{ null: null, ...notBoolean }, (v) => testing.createTestEngine({ ports: v })],
    clock: [{ null: null, ...notString, ...text }, (v) => testing.createTestEngine({ clock: v })],
    latencyMs: [
      { null: null, NaN, ...text, ...blanks, negative: -1 },
      (v) => testing.createTestEngine({ latencyMs: v }),
    ],
    maxFrames: [{ null: null, NaN, ...text }, (v) => testing.createTestEngine({ maxFrames: v })],
  }),
  ...argumentsOf('engine.connect', {
    options: [notOptions, (v) => engine.connect(v)],
    guarded: [notBoolean, (v) => engine.connect({ guarded: v })],
    workerName: [{ ...notString, ...blanks }, (v) => engine.connect({ workerName: v })],
  }),
  ...argumentsOf('engine.call', {
    functionId: [notId, (v) => engine.call(v)],
    options: [notOptions, (v) => engine.call('f', {}, v)],
    timeoutMs: [notDuration, (v) => engine.call('f', {}, { timeoutMs: v })],
    namespace: [notNamespace, (v) => engine.call('f', {}, { namespace: v })],
    signal: [notSignal, (v) => engine.call('f', {}, { signal: v })],
  }),
  ...argumentsOf('engine.inject', {
    request: [notRecord, (v) => engine.inject(v)],
    path: [{ ...notId, 'no path': 'orders' }, (v) => engine.inject({ path: v })],
    method: [{ null: null, ...numbers, ...objects }, (v) => engine.inject({ path: '/', method: v })],
    headers: [{ null: null, ...numbers, ...text }, (v) => engine.inject({ path: '/', headers: v })],
    signal: [notSignal, (v) => engine.inject({ path: '/', signal: v })],
  }),
  ...argumentsOf('engine.fire', { triggerTypeOrId: [notId, (v) => engine.fire(v)] }),
  ...argumentsOf('engine.enqueue', {
    queue: [notId, (v) => engine.enqueue(v, 'f', {})],
    functionId: [notId, (v) => engine.enqueue('default', v, {})],
  }),
  ...argumentsOf('engine.waitFor', {
    predicate: [notFunction, (v) => engine.waitFor(v)],
    options: [notOptions, (v) => engine.waitFor(() => true, v)],
    timeoutMs: [notDuration, (v) => engine.waitFor(() => true, { timeoutMs: v })],
  }),
  ...argumentsOf('engine.frames', { worker: [notWorker, (v) => engine.frames(v)] }),
  ...argumentsOf('engine.drop', { worker: [notWorker, (v) => engine.drop(v)] }),
  ...argumentsOf('engine.killWorker', { worker: [notWorker, (v) => engine.killWorker(v)] }),
  ...argumentsOf('engine.reject', {
    worker: [notWorker, (v) => engine.reject(v)],
    code: [{ null: null, ...numbers, ...text }, (v) => engine.reject('w', v)],
    options: [notOptions, (v) => engine.reject('w', undefined, v)],
  }),
  ...argumentsOf('engine.stallReads', { worker: [notWorker, (v) => engine.stallReads(v)] }),
]

const ref = { channel_id: 'c', access_key: 'k' }
const reader = (): ChannelReader => new ChannelReader('ws://127.0.0.1:9', { ...ref, direction: 'read' })
const writer = (): ChannelWriter => new ChannelWriter('ws://127.0.0.1:9', { ...ref, direction: 'write' })

const channels: Argument[] = [
  ...argumentsOf('reader', {
    'nextBinary: options': [notOptions, (v) => reader().nextBinary(v), 'options'],
    'read: signal': [notSignal, (v) => reader().read({ signal: v }), 'options.signal'],
    'readAll: signal': [notSignal, (v) => reader().readAll({ signal: v }), 'options.signal'],
    engineWsBase: [{ 'another scheme': 'ftp://a.test' }, (v) => new ChannelReader(v, { ...ref, direction: 'read' })],
  }),
  ...argumentsOf('writer', {
    'write: options': [notOptions, (v) => writer().write('x', v), 'options'],
    'write: signal': [notSignal, (v) => writer().write('x', { signal: v }), 'options.signal'],
    'sendMessage: signal': [notSignal, (v) => writer().sendMessage('x', { signal: v }), 'options.signal'],
    'pipeFrom: source': [{ ...nothing, ...numbers, 'an object': {} }, (v) => writer().pipeFrom(v), 'source'],
    'pipeFrom: chunk': [
      { 'a list of numbers': [7], 'a list of nothing': [null] },
      (v) => writer().pipeFrom(v),
      'chunk',
    ],
  }),
]

describe.each([...telemetry, ...tests, ...channels])('$name', ({ named = '', wrong, pass }) => {
  test.each(Object.entries(wrong))('refuses %s with an error that names it', async (_name, value) => {
    let error: unknown
    try {
      await pass(value as never, undefined as never)
    } catch (thrown) {
      error = thrown
    }
    expect(error, 'a typed error').toBeInstanceOf(IIIError)
    const { code, message } = error as IIIError
    expect(['INVALID_ARGUMENT', 'INVALID_NAMESPACE']).toContain(code)
    expect(message, 'names the argument').toContain(named)
    expect(message, 'says what is accepted').toMatch(/ must |is required|is empty/)
  })
})

describe('the reference of a trigger type', () => {
  const provider = { registerTrigger: () => Promise.resolve(), unregisterTrigger: () => Promise.resolve() }
  const table: Argument[] = argumentsOf('ref', {
    'registerTrigger: function_id': [notId, (v, w) => refOf(w).registerTrigger(v, {}), 'function_id'],
    'registerTrigger: metadata': [notRecord, (v, w) => refOf(w).registerTrigger('f', {}, v), 'metadata'],
    'registerFunction: id': [notId, (v, w) => refOf(w).registerFunction(v, () => 1), 'id'],
    'registerFunction: handler': [{ ...nothing, ...text }, (v, w) => refOf(w).registerFunction('f', v), 'handler'],
  })
  const refOf = (worker: Parameters<Argument['pass']>[1]): TriggerTypeRef =>
    worker.registerTriggerType({ id: 'tick', description: 'd' }, provider)

  test.each(table.flatMap((row) => Object.entries(row.wrong).map(([name, value]) => ({ ...row, kind: name, value }))))(
    '$name refuses $kind',
    async ({ named = '', pass, value }) => {
      const { worker } = await connectedRig()
      expect(() => pass(value as never, worker)).toThrow(IIIError)
      await worker.shutdown()
      const again = await connectedRig()
      expect(() => pass(value as never, again.worker)).toThrow(named)
    },
  )
})

/**
 * Functions that answer whatever they are given. What only notes something on a span must not break the work it is
 * about; what reads headers reads those of strangers.
 */
const TOTAL = {
  extractTraceparent: o.extractTraceparent,
  extractBaggage: o.extractBaggage,
  extractContext: o.extractContext,
  getBaggageEntry: o.getBaggageEntry,
  removeBaggageEntry: o.removeBaggageEntry,
  setCurrentSpanAttribute: o.setCurrentSpanAttribute,
  setCurrentSpanError: o.setCurrentSpanError,
  recordSpanEvent: o.recordSpanEvent,
  redact: o.redact,
  safeStringify: o.safeStringify,
  unpatchGlobalFetch: o.unpatchGlobalFetch,
} as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>

test.each(Object.keys(TOTAL))('%s takes anything, in a span and outside', async (name) => {
  const call = TOTAL[name]!
  const worker = engine.connect({ otel: { enabled: true, fetchInstrumentationEnabled: false } })
  await worker.ready()
  for (const value of Object.values({ ...notId, ...text })) {
    expect(() => call(value, value)).not.toThrow()
    await expect(o.withSpan('s', {}, async () => void call(value, value))).resolves.toBeUndefined()
  }
  await worker.shutdown()
})

test('a logger accepts any value', () => {
  const lines: unknown[] = []
  const take = (...line: unknown[]): void => void lines.push(line)
  Logger.setSink({ debug: take, info: take, warn: take, error: take })
  for (const value of Object.values(notId)) {
    const logger = new Logger(value as never, value as never, value as never)
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](value as never, value)
  }
  Logger.setSink(undefined)
  expect(lines).toHaveLength(4 * Object.keys(notId).length)
})

test('every function of these subpaths is in a table', () => {
  const named = [...telemetry, ...tests].map(({ name }) => name.split(/[(.]/)[0])
  const exported = [observability, internal, testing].flatMap((module) =>
    Object.entries<unknown>(module).flatMap(([name, value]) =>
      typeof value === 'function' && value.length > 0 ? [name] : [],
    ),
  )
  const missing = exported.filter((name) => !named.includes(name) && !(name in TOTAL))
  // Made for OpenTelemetry to call.
  expect(missing).toEqual(['BaggageSpanProcessor'].filter((name) => missing.includes(name)))
  const ownMethods = [
    'connect',
    'call',
    'inject',
    'fire',
    'enqueue',
    'waitFor',
    'frames',
    'drop',
    'killWorker',
    'reject',
    'stallReads',
  ]
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(engine)).filter((name) => {
    const value: unknown = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(engine), name)?.value
    return typeof value === 'function' && value.length > 0 && name !== 'constructor'
  })
  // The tests of virtual time cover `advance`.
  expect(methods.filter((name) => !ownMethods.includes(name))).toEqual(['advance'])
})
