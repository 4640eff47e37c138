import { describe, expect, test } from 'vitest'
import * as root from '../../src/index.js'
import * as browser from '../../src/entry/browser.js'
import * as channel from '../../src/entry/channel.js'
import * as web from '../../src/entry/fetch.js'
import * as errors from '../../src/entry/errors.js'
import * as health from '../../src/entry/health.js'
import * as helpers from '../../src/entry/helpers.js'
import * as later from '../../src/entry/later.js'
import * as http from '../../src/entry/helpers/http.js'
import * as streams from '../../src/entry/helpers/stream.js'
import * as protocol from '../../src/entry/protocol.js'
import * as schema from '../../src/entry/schema.js'
import * as state from '../../src/entry/state.js'
import * as triggers from '../../src/entry/trigger.js'
import * as workflows from '../../src/entry/workflow.js'
// Loaded before it is used, so that no test waits for it.
import '../../src/sdk/worker/once/repeated-call.js'
import { IIIError } from '../../src/errors.js'
import type { III, InitOptions } from '../../src/index.js'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'
import {
  argumentsOf,
  aFunction,
  blanks,
  notBoolean,
  notClient,
  notCount,
  notDuration,
  notFunction,
  notHeaders,
  notId,
  notJson,
  notNamespace,
  notNumber,
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

const trigger = { type: 'cron', function_id: 'f', config: {} }
const provider = { registerTrigger: () => Promise.resolve(), unregisterTrigger: () => Promise.resolve() }
const handler = (): number => 1
const workflow = workflows.defineWorkflow({ id: 'w' }, handler)
const offline = (options: InitOptions): III =>
  root.registerWorker('ws://127.0.0.1:9', { autoConnect: false, otel: { enabled: false }, ...options })
const store = { get: handler, set: handler, delete: handler, list: handler, listGroups: handler }
const aForm = {
  headers: { 'content-type': 'multipart/form-data; boundary=b' },
  request_body: { stream: process.stdin },
}
const ref = { channel_id: 'c', access_key: 'k', direction: 'read' }

const notPort = { ...notNumber, 'a negative one': -1, 'a fraction': 1.5, 'one too large': 65_536 }
/** A member that may be left out. */
const notInterceptor = { null: null, ...numbers, ...text, ...objects, ...oddities }

const notKey = { ...notString, ...blanks, null: null, 'a long one': 'k'.repeat(513) }
const notScope = { ...notString, ...blanks }
const notChoice = { ...notString, ...text }
const notSpan = { NaN, 'a negative one': -1, ...text, ...objects, ...oddities, ...aFunction }

const methods: Argument[] = [
  ...argumentsOf('use', {
    interceptor: [{ ...notRecord, ...nothing }, (v, w) => w.use(v)],
    call: [notInterceptor, (v, w) => w.use({ call: v })],
    publish: [notInterceptor, (v, w) => w.use({ publish: v })],
    serve: [notInterceptor, (v, w) => w.use({ serve: v })],
  }),
  ...argumentsOf('registerFunction', {
    id: [notId, (v, w) => w.registerFunction(v, handler)],
    handler: [{ ...nothing, ...numbers, ...text, ...oddities }, (v, w) => w.registerFunction('f', v)],
    options: [notRecord, (v, w) => w.registerFunction('f', handler, v)],
    description: [notString, (v, w) => w.registerFunction('f', handler, { description: v })],
    request_format: [notRecord, (v, w) => w.registerFunction('f', handler, { request_format: v })],
    response_format: [notRecord, (v, w) => w.registerFunction('f', handler, { response_format: v })],
    metadata: [{ ...notRecord, ...notJson }, (v, w) => w.registerFunction('f', handler, { metadata: v })],
    maxConcurrentInvocations: [notCount, (v, w) => w.registerFunction('f', handler, { maxConcurrentInvocations: v })],
    invocation: [notRecord, (v, w) => w.registerFunction('f', handler, { invocation: v })],
    idempotent: [{ ...notRecord, null: null }, (v, w) => w.registerFunction('f', handler, { idempotent: v })],
    'idempotent, without a handler': [
      { 'an object': {} },
      (v, w) => w.registerFunction('f', { url: 'http://a.test' }, { idempotent: v }),
      'idempotent',
    ],
    'idempotent.ttl': [
      { ...notSpan, 'a short one': 999 },
      (v, w) => w.registerFunction('f', handler, { idempotent: { ttl: v } }),
    ],
    'idempotent.lease': [
      { ...notSpan, 'a short one': '10ms' },
      (v, w) => w.registerFunction('f', handler, { idempotent: { lease: v } }),
    ],
    'idempotent.scope': [notScope, (v, w) => w.registerFunction('f', handler, { idempotent: { scope: v } })],
    'idempotent.onLost': [notChoice, (v, w) => w.registerFunction('f', handler, { idempotent: { onLost: v } })],
    'idempotent.onError': [notChoice, (v, w) => w.registerFunction('f', handler, { idempotent: { onError: v } })],
    'handler.url': [{ ...notId, 'no URL': 'nowhere' }, (v, w) => w.registerFunction('f', { url: v }), 'invocation.url'],
    'handler.method': [
      { ...notString, 'an unknown one': 'BREW' },
      (v, w) => w.registerFunction('f', { url: 'http://a.test', method: v }),
      'invocation.method',
    ],
    'handler.timeout_ms': [
      { ...notDuration, Infinity },
      (v, w) => w.registerFunction('f', { url: 'http://a.test', timeout_ms: v }),
      'invocation.timeout_ms',
    ],
    'handler.headers': [
      { ...notRecord, 'a header that is no text': { a: 1 }, 'a name HTTP does not have': { 'a b': '1' } },
      (v, w) => w.registerFunction('f', { url: 'http://a.test', headers: v }),
      'invocation.headers',
    ],
    'handler.auth': [
      { ...notRecord, 'an unknown one': { type: 'magic' }, 'one without its key': { type: 'hmac' } },
      (v, w) => w.registerFunction('f', { url: 'http://a.test', auth: v }),
      'invocation.auth',
    ],
  }),
  ...argumentsOf('registerFunctionWith', {
    options: [{ ...notRecord, ...nothing }, (v, w) => w.registerFunctionWith(v, handler)],
    id: [notId, (v, w) => w.registerFunctionWith({ id: v }, handler)],
    handler: [{ ...nothing, ...text }, (v, w) => w.registerFunctionWith({ id: 'f' }, v)],
  }),
  ...argumentsOf('register', {
    registration: [{ ...notRecord, ...nothing }, (v, w) => w.register(v)],
    id: [notId, (v, w) => w.register({ id: v, handler })],
    handler: [{ ...nothing, ...text }, (v, w) => w.register({ id: 'f', handler: v })],
    http: [{ ...numbers, ...text }, (v, w) => w.register({ id: 'f', http: v }), 'handler'],
  }),
  ...argumentsOf('registerTrigger', {
    trigger: [{ ...notRecord, ...nothing }, (v, w) => w.registerTrigger(v)],
    type: [notId, (v, w) => w.registerTrigger({ ...trigger, type: v })],
    function_id: [notId, (v, w) => w.registerTrigger({ ...trigger, function_id: v })],
    config: [
      { ...aFunction, ...notJson, 'a symbol': Symbol('s') },
      (v, w) => w.registerTrigger({ ...trigger, config: v }),
    ],
    metadata: [{ ...notRecord, ...notJson }, (v, w) => w.registerTrigger({ ...trigger, metadata: v })],
    namespace: [notNamespace, (v, w) => w.registerTrigger({ ...trigger, namespace: v })],
    trigger_namespace: [notNamespace, (v, w) => w.registerTrigger({ ...trigger, trigger_namespace: v })],
  }),
  ...argumentsOf('registerTriggerType', {
    triggerType: [{ ...nothing, ...numbers, 'a list': [] }, (v, w) => w.registerTriggerType(v, provider)],
    id: [notId, (v, w) => w.registerTriggerType({ id: v, description: 'd' }, provider)],
    description: [notString, (v, w) => w.registerTriggerType({ id: 't', description: v }, provider)],
    'description, second': [notString, (v, w) => w.registerTriggerType('t', v, provider), 'description'],
    handler: [{ ...notRecord, ...nothing }, (v, w) => w.registerTriggerType({ id: 't', description: 'd' }, v)],
    'handler.registerTrigger': [
      notFunction,
      (v, w) => w.registerTriggerType({ id: 't', description: 'd' }, { ...provider, registerTrigger: v }),
    ],
    namespace: [notNamespace, (v, w) => w.registerTriggerType({ id: 't', description: 'd', namespace: v }, provider)],
    trigger_request_format: [
      notJson,
      (v, w) => w.registerTriggerType({ id: 't', description: 'd', trigger_request_format: v }, provider),
    ],
  }),
  ...argumentsOf('unregisterTriggerType', {
    id: [{ ...nothing, ...numbers, ...blanks, ...oddities }, (v, w) => w.unregisterTriggerType(v)],
    'type.id': [notId, (v, w) => w.unregisterTriggerType({ id: v, description: 'd' }), 'id'],
  }),
  ...argumentsOf('registerService', {
    service: [{ ...notRecord, ...nothing }, (v, w) => w.registerService(v)],
    id: [notId, (v, w) => w.registerService({ id: v })],
    name: [notString, (v, w) => w.registerService({ id: 's', name: v })],
    description: [notString, (v, w) => w.registerService({ id: 's', description: v })],
    parent_service_id: [notString, (v, w) => w.registerService({ id: 's', parent_service_id: v })],
  }),
  ...argumentsOf('trigger', {
    request: [{ ...nothing, ...numbers, ...text, 'a list': [] }, (v, w) => w.trigger(v)],
    function_id: [notId, (v, w) => w.trigger({ function_id: v, payload: {} })],
    payload: [
      { ...notJson, ...aFunction, 'a symbol': Symbol('s') },
      (v, w) => w.trigger({ function_id: 'f', payload: v }),
    ],
    metadata: [notJson, (v, w) => w.trigger({ function_id: 'f', payload: {}, metadata: v })],
    action: [notRecord, (v, w) => w.trigger({ function_id: 'f', payload: {}, action: v })],
    'action.type': [notId, (v, w) => w.trigger({ function_id: 'f', payload: {}, action: { type: v } })],
    'action.queue': [
      notId,
      (v, w) => w.trigger({ function_id: 'f', payload: {}, action: { type: 'enqueue', queue: v } }),
    ],
    timeoutMs: [notDuration, (v, w) => w.trigger({ function_id: 'f', payload: {}, timeoutMs: v })],
    namespace: [notNamespace, (v, w) => w.trigger({ function_id: 'f', payload: {}, namespace: v })],
    signal: [notSignal, (v, w) => w.trigger({ function_id: 'f', payload: {}, signal: v })],
    idempotencyKey: [notKey, (v, w) => w.trigger({ function_id: 'f', payload: {}, idempotencyKey: v })],
    'metadata, with a key': [
      { ...numbers, ...text, 'a list': [] },
      (v, w) => w.trigger({ function_id: 'f', payload: {}, idempotencyKey: 'k', metadata: v }),
      'metadata',
    ],
    retry: [{ ...notRecord, null: null }, (v, w) => w.trigger({ function_id: 'f', payload: {}, retry: v })],
    'retry.attempts': [
      { ...notCount, 'too many': 101, Infinity },
      (v, w) => w.trigger({ function_id: 'f', payload: {}, retry: { attempts: v } }),
    ],
    'retry.backoff': [
      { ...notSpan, 'three durations': '1s..2s..3s' },
      (v, w) => w.trigger({ function_id: 'f', payload: {}, retry: { backoff: v } }),
    ],
    'retry.attemptTimeoutMs': [
      { ...notDuration, 'one without a key': 1_000 },
      (v, w) => w.trigger({ function_id: 'f', payload: {}, retry: { attemptTimeoutMs: v } }),
    ],
    'retry, of a void call': [
      { 'an object': {} },
      (v, w) => w.trigger({ function_id: 'f', payload: {}, action: { type: 'void' }, retry: v }),
      'retry',
    ],
  }),
  ...argumentsOf('once', {
    key: [notKey, (v, w) => w.once(v, handler)],
    run: [notFunction, (v, w) => w.once('k', v)],
    options: [notRecord, (v, w) => w.once('k', handler, v)],
    'options.scope': [notScope, (v, w) => w.once('k', handler, { scope: v })],
    'options.input': [notJson, (v, w) => w.once('k', handler, { input: v })],
  }),
  ...argumentsOf('client', {
    contracts: [{ ...notRecord, ...nothing }, (v, w) => w.client(v)],
    'contracts.add': [{ ...nothing, ...numbers, ...text, ...objects }, (v, w) => w.client({ add: v })],
  }),
  ...argumentsOf('setHeaders', {
    headers: [{ ...notHeaders, undefined, 'a value that is no text': { a: 1 } }, (v, w) => w.setHeaders(v)],
  }),
  ...argumentsOf('listFunctions', {
    options: [notRecord, (v, w) => w.listFunctions(v)],
    includeInternal: [notBoolean, (v, w) => w.listFunctions({ includeInternal: v })],
    prefix: [notString, (v, w) => w.listFunctions({ prefix: v })],
    search: [notString, (v, w) => w.listFunctions({ search: v })],
    worker: [notString, (v, w) => w.listFunctions({ worker: v })],
    schemas: [notBoolean, (v, w) => w.listFunctions({ schemas: v })],
  }),
  ...argumentsOf('listWorkers', {
    options: [notRecord, (v, w) => w.listWorkers(v)],
    runtime: [notString, (v, w) => w.listWorkers({ runtime: v })],
    status: [notString, (v, w) => w.listWorkers({ status: v })],
    search: [notString, (v, w) => w.listWorkers({ search: v })],
  }),
  ...argumentsOf('listTriggers', {
    options: [{ ...numbers, ...text, 'a list': [] }, (v, w) => w.listTriggers(v)],
    triggerType: [notString, (v, w) => w.listTriggers({ triggerType: v })],
    functionId: [notString, (v, w) => w.listTriggers({ functionId: v })],
    metadata: [notBoolean, (v, w) => w.listTriggers({ metadata: v })],
  }),
  ...argumentsOf('listTriggerTypes', {
    options: [{ ...numbers, ...text, 'a list': [] }, (v, w) => w.listTriggerTypes(v)],
    includeInternal: [notBoolean, (v, w) => w.listTriggerTypes({ includeInternal: v })],
    schemas: [notBoolean, (v, w) => w.listTriggerTypes({ schemas: v })],
  }),
  ...argumentsOf('onFunctionsAvailable', { callback: [notFunction, (v, w) => w.onFunctionsAvailable(v)] }),
  ...argumentsOf('onConnectionStateChange', { callback: [notFunction, (v, w) => w.onConnectionStateChange(v)] }),
  ...argumentsOf('shutdownAsync', {
    options: [notRecord, (v, w) => w.shutdownAsync(v)],
    drainTimeoutMs: [notDuration, (v, w) => w.shutdownAsync({ drainTimeoutMs: v })],
    signal: [notSignal, (v, w) => w.shutdownAsync({ signal: v })],
  }),
  ...argumentsOf('ready', {
    options: [notRecord, (v, w) => w.ready(v)],
    timeoutMs: [notDuration, (v, w) => w.ready({ timeoutMs: v })],
    signal: [notSignal, (v, w) => w.ready({ signal: v })],
    allowRefused: [notBoolean, (v, w) => w.ready({ allowRefused: v })],
    standby: [notBoolean, (v, w) => w.ready({ standby: v })],
  }),
  ...argumentsOf('channels.create', { bufferSize: [notCount, (v, w) => w.channels.create(v)] }),
]

const functions: Argument[] = [
  ...argumentsOf('registerWorker', {
    address: [
      { ...numbers, ...objects, ...oddities, 'no URL': 'nowhere', 'no socket': 'ftp://a.test' },
      (v) => root.registerWorker(v),
    ],
    options: [notRecord, (v) => root.registerWorker('ws://127.0.0.1:9', v)],
    health: [notRecord, (v) => offline({ health: v })],
    workerName: [{ ...notString, ...blanks }, (v) => offline({ workerName: v })],
    workerDescription: [notString, (v) => offline({ workerDescription: v })],
    namespace: [notNamespace, (v) => offline({ namespace: v })],
    invocationTimeoutMs: [notDuration, (v) => offline({ invocationTimeoutMs: v })],
    maxConcurrentInvocations: [notCount, (v) => offline({ maxConcurrentInvocations: v })],
    reconnectionConfig: [notRecord, (v) => offline({ reconnectionConfig: v })],
    'reconnectionConfig.initialDelayMs': [
      { ...notNumber, 'a negative one': -1 },
      (v) => offline({ reconnectionConfig: { initialDelayMs: v } }),
    ],
    'reconnectionConfig.jitterFactor': [
      { ...notNumber, 'more than all': 1.1 },
      (v) => offline({ reconnectionConfig: { jitterFactor: v } }),
    ],
    'reconnectionConfig.maxRetries': [
      { ...notNumber, 'less than none': -2, 'a fraction': 1.5 },
      (v) => offline({ reconnectionConfig: { maxRetries: v } }),
    ],
    headers: [{ ...notHeaders, 'a line break': { a: 'b\r\nc' } }, (v) => offline({ headers: v })],
    tls: [notRecord, (v) => offline({ tls: v })],
    'tls.ca': [{ ...numbers, ...objects }, (v) => offline({ tls: { ca: v } })],
    'tls.servername': [{ ...notString, empty: '' }, (v) => offline({ tls: { servername: v } })],
    'tls.rejectUnauthorized': [notBoolean, (v) => offline({ tls: { rejectUnauthorized: v } })],
    proxy: [{ ...numbers, ...objects, 'no URL': 'nowhere', 'no HTTP': 'socks5://a' }, (v) => offline({ proxy: v })],
    agent: [{ ...numbers, ...text, ...objects }, (v) => offline({ agent: v })],
    otel: [notRecord, (v) => offline({ otel: v })],
    'otel.enabled': [notBoolean, (v) => offline({ otel: { enabled: v } })],
    enableMetricsReporting: [notBoolean, (v) => offline({ enableMetricsReporting: v })],
    telemetry: [notRecord, (v) => offline({ telemetry: v })],
    metadata: [{ ...notRecord, ...notJson }, (v) => offline({ metadata: v })],
    autoConnect: [notBoolean, (v) => offline({ autoConnect: v })],
    diagnostics: [{ ...numbers, ...text, ...objects }, (v) => offline({ diagnostics: v })],
  }),
  ...argumentsOf('fromJsonSchema', {
    schema: [{ ...numbers, ...text, ...nothing }, (v) => schema.fromJsonSchema(v)],
  }),
  ...argumentsOf('defineFunction', {
    contract: [{ ...notRecord, ...nothing }, (v) => root.defineFunction(v)],
    id: [notId, (v) => root.defineFunction({ id: v })],
    input: [{ ...numbers, ...text, ...objects }, (v) => root.defineFunction({ id: 'f', input: v })],
    output: [{ ...numbers, ...text, ...objects }, (v) => root.defineFunction({ id: 'f', output: v })],
  }),
  ...argumentsOf('defineTriggerType', {
    contract: [{ ...notRecord, ...nothing }, (v) => root.defineTriggerType(v)],
    id: [notId, (v) => root.defineTriggerType({ id: v })],
    namespace: [notNamespace, (v) => root.defineTriggerType({ id: 't', namespace: v })],
    config: [{ ...numbers, ...text, ...objects }, (v) => root.defineTriggerType({ id: 't', config: v })],
    request: [{ ...numbers, ...text, ...objects }, (v) => root.defineTriggerType({ id: 't', request: v })],
  }),
  ...argumentsOf('createChannel', {
    iii: [notClient, (v) => helpers.createChannel(v)],
    bufferSize: [notCount, (v, w) => helpers.createChannel(w, v)],
  }),
  ...argumentsOf('createStream', {
    iii: [notClient, (v) => helpers.createStream(v, 's', store as never)],
    streamName: [notId, (v, w) => helpers.createStream(w, v, store as never)],
    stream: [notRecord, (v, w) => helpers.createStream(w, 's', v)],
    'stream.listGroups': [notFunction, (v, w) => helpers.createStream(w, 's', { ...store, listGroups: v } as never)],
  }),
  ...argumentsOf('stateClient', {
    worker: [{ ...nothing, ...numbers, ...objects }, (v) => state.stateClient(v)],
    input: [{ ...notRecord, ...nothing }, (v, w) => state.stateClient(w).get(v)],
  }),
  ...argumentsOf('streamClient', {
    worker: [{ ...nothing, ...numbers, ...objects }, (v) => root.streamClient(v, 's')],
    streamName: [notId, (v, w) => root.streamClient(w, v)],
    input: [{ ...notRecord, ...nothing }, (v, w) => root.streamClient(w, 's').get(v)],
  }),
  ...argumentsOf('iiiFn', {
    fn: [notFunction, (v) => root.iiiFn(v)],
    options: [notRecord, (v) => root.iiiFn(handler, v)],
    positional: [notBoolean, (v) => root.iiiFn(handler, { positional: v })],
  }),
  ...argumentsOf('iiiAsyncFn', {
    fn: [notFunction, (v) => root.iiiAsyncFn(v)],
    options: [notRecord, (v) => root.iiiAsyncFn(async () => 1, v)],
  }),
  ...argumentsOf('installSignalHandlers', {
    worker: [{ ...nothing, ...numbers, ...objects }, (v) => root.installSignalHandlers(v)],
    options: [notRecord, (v, w) => root.installSignalHandlers(w, v)],
    signals: [
      { null: null, ...numbers, ...text, 'a signal no system has': ['SIGTEA'] },
      (v, w) => root.installSignalHandlers(w, { signals: v }),
    ],
    onShutdown: [{ null: null, ...numbers, ...text }, (v, w) => root.installSignalHandlers(w, { onShutdown: v })],
    drainTimeoutMs: [notDuration, (v, w) => root.installSignalHandlers(w, { drainTimeoutMs: v })],
  }),
  ...argumentsOf('serveHealth', {
    worker: [notClient, (v) => health.serveHealth(v)],
    options: [notRecord, (v, w) => health.serveHealth(w, v)],
    port: [notPort, (v, w) => health.serveHealth(w, { port: v })],
    host: [notString, (v, w) => health.serveHealth(w, { port: 0, host: v })],
    strict: [notBoolean, (v, w) => health.serveHealth(w, { port: 0, strict: v })],
  }),
  ...argumentsOf('healthHandlers', {
    worker: [notClient, (v) => health.healthHandlers(v)],
    strict: [notBoolean, (v, w) => health.healthHandlers(w, { strict: v })],
  }),
  ...argumentsOf('callLater', {
    worker: [notClient, (v) => later.callLater(v, 'f', {}, { delay: 1 })],
    fn: [notId, (v, w) => later.callLater(w, v, {}, { delay: 1 })],
    payload: [{ ...notJson, ...aFunction }, (v, w) => later.callLater(w, 'f', v, { delay: 1 })],
    options: [{ ...notRecord, ...nothing }, (v, w) => later.callLater(w, 'f', {}, v)],
    'options, both or none': [
      { none: {}, both: { delay: 1, at: 1 } },
      (v, w) => later.callLater(w, 'f', {}, v),
      'options',
    ],
    delay: [{ ...notSpan, null: null }, (v, w) => later.callLater(w, 'f', {}, { delay: v })],
    at: [
      { ...text, ...objects, NaN, 'no date': new Date(NaN), 'one out of range': 1e16 },
      (v, w) => later.callLater(w, 'f', {}, { at: v }),
    ],
    key: [notKey, (v, w) => later.callLater(w, 'f', {}, { delay: 1, key: v })],
    namespace: [notNamespace, (v, w) => later.callLater(w, 'f', {}, { delay: 1, namespace: v })],
    metadata: [
      { ...notRecord, null: null, ...notJson },
      (v, w) => later.callLater(w, 'f', {}, { delay: 1, metadata: v }),
    ],
    action: [
      { ...notRecord, 'a void one': { type: 'void' }, 'one without a queue': { type: 'enqueue' } },
      (v, w) => later.callLater(w, 'f', {}, { delay: 1, action: v }),
    ],
    timeoutMs: [notDuration, (v, w) => later.callLater(w, 'f', {}, { delay: 1, timeoutMs: v })],
  }),
  ...argumentsOf('cancelLater', {
    worker: [notClient, (v) => later.cancelLater(v, 'k')],
    key: [{ ...notKey, undefined }, (v, w) => later.cancelLater(w, v)],
  }),
  ...argumentsOf('serveLater', { worker: [notClient, (v) => later.serveLater(v)] }),
  ...argumentsOf('defineWorkflow', {
    options: [{ ...notRecord, ...nothing }, (v) => workflows.defineWorkflow(v, handler)],
    id: [notId, (v) => workflows.defineWorkflow({ id: v }, handler)],
    version: [{ ...notNumber, 'a fraction': 1.5 }, (v) => workflows.defineWorkflow({ id: 'w', version: v }, handler)],
    run: [notFunction, (v) => workflows.defineWorkflow({ id: 'w' }, v)],
  }),
  ...argumentsOf('defineSignal', {
    signal: [{ ...notRecord, ...nothing }, (v) => workflows.defineSignal(v)],
    name: [notId, (v) => workflows.defineSignal({ name: v })],
  }),
  ...argumentsOf('serveWorkflow', {
    worker: [notClient, (v) => workflows.serveWorkflow(v, workflow)],
    workflow: [{ ...notRecord, ...nothing }, (v, w) => workflows.serveWorkflow(w, v)],
    options: [notRecord, (v, w) => workflows.serveWorkflow(w, workflow, v)],
    concurrency: [notCount, (v, w) => workflows.serveWorkflow(w, workflow, { concurrency: v })],
    workerConcurrency: [notCount, (v, w) => workflows.serveWorkflow(w, workflow, { workerConcurrency: v })],
  }),
  ...argumentsOf('startWorkflow', {
    worker: [notClient, (v) => workflows.startWorkflow(v, workflow, {})],
    workflow: [{ ...notRecord, ...nothing }, (v, w) => workflows.startWorkflow(w, v, {})],
    options: [notRecord, (v, w) => workflows.startWorkflow(w, workflow, {}, v)],
    runId: [notNamespace, (v, w) => workflows.startWorkflow(w, workflow, {}, { runId: v })],
  }),
  ...argumentsOf('workflowRun', {
    worker: [notClient, (v) => workflows.workflowRun(v, workflow, 'r')],
    workflow: [{ ...notRecord, ...nothing }, (v, w) => workflows.workflowRun(w, v, 'r')],
    runId: [{ ...notId, ...nothing }, (v, w) => workflows.workflowRun(w, workflow, v)],
  }),
  ...argumentsOf('heldRuns', {
    worker: [notClient, (v) => workflows.heldRuns(v, workflow)],
    workflow: [{ ...notRecord, ...nothing }, (v, w) => workflows.heldRuns(w, v)],
  }),
  ...argumentsOf('replay', {
    history: [{ ...notRecord, ...nothing }, (v) => workflows.replay(v, workflow)],
    workflow: [{ ...notRecord, ...nothing }, (v) => workflows.replay({ journal: [] } as never, v)],
  }),
  ...argumentsOf('http', { callback: [notFunction, (v) => http.http(v)] }),
  ...argumentsOf('serveFetch', {
    app: [notFunction, (v, w) => web.serveFetch(w, v, { routes: ['GET /'] })],
    options: [{ ...notRecord, ...nothing }, (v, w) => web.serveFetch(w, () => new Response(), v)],
    routes: [
      { ...nothing, ...numbers, ...text, 'an empty list': [] },
      (v, w) => web.serveFetch(w, () => new Response(), { routes: v }),
    ],
    functionId: [notString, (v, w) => web.serveFetch(w, () => new Response(), { routes: ['GET /'], functionId: v })],
  }),
  ...argumentsOf('parseForm', {
    'content-type': [{ ...notRecord, ...nothing }, (v) => web.parseForm(v).next()],
    limits: [notRecord, (v) => web.parseForm(aForm, v).next()],
    'limits.maxFiles': [notCount, (v) => web.parseForm(aForm, { maxFiles: v }).next()],
  }),
  ...argumentsOf('registerWorker of a page', {
    address: [{ ...nothing, ...numbers, ...objects, 'no URL': 'nowhere' }, (v) => browser.registerWorker(v)],
    options: [notRecord, (v) => browser.registerWorker('ws://127.0.0.1:9', v)],
    ticket: [
      { ...numbers, ...text, ...objects },
      (v) => browser.registerWorker('ws://127.0.0.1:9', { autoConnect: false, ticket: v }),
    ],
    workerName: [
      { ...notString, ...blanks },
      (v) => browser.registerWorker('ws://127.0.0.1:9', { autoConnect: false, workerName: v }),
    ],
    namespace: [notNamespace, (v) => browser.registerWorker('ws://127.0.0.1:9', { autoConnect: false, namespace: v })],
    autoConnect: [notBoolean, (v) => browser.registerWorker('ws://127.0.0.1:9', { autoConnect: v })],
  }),
  ...argumentsOf('followStream', {
    address: [
      { ...nothing, ...numbers, ...objects, 'no URL': 'nowhere' },
      (v) => browser.followStream(v, { stream: 's', group: 'g' }),
    ],
    options: [{ ...notRecord, ...nothing }, (v) => browser.followStream('ws://127.0.0.1:9', v)],
    stream: [notId, (v) => browser.followStream('ws://127.0.0.1:9', { stream: v, group: 'g' })],
    group: [notId, (v) => browser.followStream('ws://127.0.0.1:9', { stream: 's', group: v })],
    ticket: [
      { ...numbers, ...text, ...objects },
      (v) => browser.followStream('ws://127.0.0.1:9', { stream: 's', group: 'g', ticket: v }),
    ],
  }),
  ...argumentsOf('HttpAuthConfig.Hmac', { secret_key: [notId, (v) => http.HttpAuthConfig.Hmac(v)] }),
  ...argumentsOf('HttpAuthConfig.Bearer', { token_key: [notId, (v) => http.HttpAuthConfig.Bearer(v)] }),
  ...argumentsOf('HttpAuthConfig.ApiKey', {
    header: [notId, (v) => http.HttpAuthConfig.ApiKey(v, 'KEY')],
    value_key: [notId, (v) => http.HttpAuthConfig.ApiKey('x-key', v)],
  }),
  ...argumentsOf('TriggerAction.Enqueue', {
    options: [{ ...notRecord, ...nothing }, (v) => root.TriggerAction.Enqueue(v)],
    queue: [notId, (v) => root.TriggerAction.Enqueue({ queue: v })],
  }),
  ...argumentsOf('UpdateOp.set', { path: [notString, (v) => streams.UpdateOp.set(v, 1)] }),
  ...argumentsOf('UpdateOp.merge', {
    value: [{ ...notRecord, ...nothing }, (v) => streams.UpdateOp.merge(v)],
    path: [{ null: null, ...numbers, 'a list of numbers': [1] }, (v) => streams.UpdateOp.merge({}, v)],
  }),
  ...argumentsOf('UpdateOp.increment', {
    path: [notString, (v) => streams.UpdateOp.increment(v, 1)],
    by: [{ ...notNumber, 'a fraction': 1.5, Infinity }, (v) => streams.UpdateOp.increment('a', v)],
  }),
  ...argumentsOf('UpdateOp.decrement', {
    by: [{ ...notNumber, 'a fraction': 1.5 }, (v) => streams.UpdateOp.decrement('a', v)],
  }),
  ...argumentsOf('UpdateOp.append', { path: [{ ...numbers, ...oddities }, (v) => streams.UpdateOp.append(1, v)] }),
  ...argumentsOf('UpdateOp.remove', { path: [notString, (v) => streams.UpdateOp.remove(v)] }),
  ...Object.entries(triggers.BuiltinTrigger).flatMap(([name, bind]) =>
    argumentsOf(`BuiltinTrigger.${name}`, {
      functionId: [notId, (v) => bind(v, {} as never)],
      config: [{ ...notRecord, ...nothing }, (v) => bind('f', v)],
      options: [notRecord, (v) => bind('f', {} as never, v)],
    }),
  ),
  ...argumentsOf('toMessage', {
    registration: [{ ...notRecord, ...nothing }, (v) => protocol.toMessage(v)],
    id: [notId, (v) => protocol.toMessage({ message_type: protocol.MessageType.RegisterFunction, id: v })],
    message_type: [notId, (v) => protocol.toMessage({ message_type: v, id: 'x' })],
  }),
  ...argumentsOf('parseMessage', {
    frame: [{ ...nothing, ...numbers, ...objects, ...oddities }, (v) => protocol.parseMessage(v)],
  }),
  ...argumentsOf('ChannelReader', {
    engineWsBase: [{ ...notId, 'no URL': 'nowhere' }, (v) => new channel.ChannelReader(v, ref as never)],
    ref: [
      { ...nothing, ...numbers, ...text, ...objects, 'the other end': { ...ref, direction: 'write' } },
      (v) => new channel.ChannelReader('ws://a.test', v),
    ],
    'onMessage: callback': [
      notFunction,
      (v) => new channel.ChannelReader('ws://a.test', ref as never).onMessage(v),
      'callback',
    ],
  }),
  ...argumentsOf('ChannelWriter', {
    engineWsBase: [
      { ...notId, 'no URL': 'nowhere' },
      (v) => new channel.ChannelWriter(v, { ...ref, direction: 'write' }),
    ],
    ref: [{ ...nothing, ...numbers, 'the other end': ref }, (v) => new channel.ChannelWriter('ws://a.test', v)],
    'write: data': [
      { ...nothing, ...numbers, ...objects },
      (v) => new channel.ChannelWriter('ws://a.test', { ...ref, direction: 'write' }).write(v),
      'data',
    ],
    'sendMessage: message': [
      { ...nothing, ...numbers, ...objects },
      (v) => new channel.ChannelWriter('ws://a.test', { ...ref, direction: 'write' }).sendMessage(v),
      'message',
    ],
  }),
]

const CODES = ['INVALID_ARGUMENT', 'INVALID_NAMESPACE', 'serialization_error', 'MALFORMED_FRAME']

/** How a call ended, thrown or rejected; undefined while it is under way. */
async function outcome(call: () => unknown): Promise<unknown> {
  try {
    return await outcomeOf(Promise.resolve(call()))
  } catch (error) {
    return { error }
  }
}

describe.each([...methods, ...functions])('$name', ({ named = '', wrong, pass }) => {
  test.each(Object.entries(wrong))('refuses %s before anything is sent', async (_name, value) => {
    const rig = await connectedRig()
    const sent = rig.link.received.length
    const ended = (await outcome(() => pass(value as never, rig.worker))) as { error?: unknown } | undefined
    const { error } = ended ?? {}
    expect(error, 'a typed error').toBeInstanceOf(IIIError)
    const { code, message } = error as IIIError
    expect(CODES).toContain(code)
    expect(message, 'names the argument').toContain(named)
    expect(message, 'says what is accepted').toMatch(
      / must |is required|is empty|cannot be serialised as JSON|HTTP does not allow/,
    )
    await rig.settle()
    expect(rig.link.received.length, 'nothing was sent').toBe(sent)
    expect(rig.worker.stats().queuedMessages).toBe(0)
  })
})

/** Functions that answer whatever they are given. */
const TOTAL = [
  'isChannelRef',
  'extractChannelRefs',
  'isErrorBody',
  'effectiveInitialDelayMs',
  'ChannelItem',
  'Logger',
  'TriggerAction',
]

test('every public function and method is in the table', async () => {
  const named = [...methods, ...functions].map(({ name }) => name.split(/[(.]/)[0])
  const exported = [root, channel, errors, health, helpers, http, streams, protocol, state, triggers, workflows]
    .flatMap((module) => Object.entries<unknown>(module))
    .filter(
      ([, value]) => typeof value === 'function' && !((value as { prototype?: unknown }).prototype instanceof Error),
    )
    .map(([name]) => name)
  const { worker } = await connectedRig()
  const own = Object.entries(worker as unknown as Values).flatMap(([name, value]) =>
    typeof value === 'function' && value.length > 0 ? [name] : [],
  )
  expect([...exported, ...own].filter((name) => !named.includes(name) && !TOTAL.includes(name))).toEqual([])
})

test.each(Object.entries({ ...notId, ...notJson }))('functions that take anything take %s', (_name, value) => {
  expect(helpers.isChannelRef(value)).toBe(false)
  expect(helpers.extractChannelRefs(value)).toEqual([])
  expect(errors.isErrorBody(value)).toBe(false)
})
