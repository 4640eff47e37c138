/** Values of the Rust SDK that no other test names: variants of enums, the exporters, guards and handles. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { IIIConnectionState, TriggerAction, type FunctionsAvailableGuard } from 'iii-node'
import { ChannelDirection } from 'iii-node/helpers'
import { HttpAuthConfig, HttpMethod } from 'iii-node/helpers/http'
import {
  CapturedContext,
  ConnectionState,
  EngineLogExporter,
  EngineMetricsExporter,
  registerWorkerGauges,
  SharedEngineConnection,
  WorkerMetricsCollector,
  type WorkerGaugesHandle,
} from 'iii-node/helpers/observability'
import { MessageType, toMessage, type Message } from 'iii-node/protocol'
import { StreamEventType, UpdateOp, type MergePath } from 'iii-node/helpers/stream'
import { connectedRig } from '../kit/worker-rig.js'
import { socketRig } from '../kit/local-rig.js'
import { telemetryPayload } from '../kit/telemetry-payload.js'

test('the variants of enums are the words of the wire', () => {
  const { Disconnected, Connecting, Connected, Reconnecting, Failed } = IIIConnectionState
  expect([Disconnected, Connecting, Connected, Reconnecting, Failed]).toEqual([
    'disconnected',
    'connecting',
    'connected',
    'reconnecting',
    'failed',
  ])
  expect(ConnectionState).toEqual(IIIConnectionState)
  const { Get, Post, Put, Patch, Delete } = HttpMethod
  expect([Get, Post, Put, Patch, Delete]).toEqual(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
  expect([ChannelDirection.Read, ChannelDirection.Write]).toEqual(['read', 'write'])
  expect([StreamEventType.Create, StreamEventType.Update, StreamEventType.Delete]).toEqual([
    'create',
    'update',
    'delete',
  ])
})

test('variants with members are made by functions', () => {
  expect([TriggerAction.Void(), TriggerAction.Enqueue({ queue: 'math' })]).toEqual([
    { type: 'void' },
    { type: 'enqueue', queue: 'math' },
  ])
  expect([HttpAuthConfig.Hmac('S'), HttpAuthConfig.Bearer('T'), HttpAuthConfig.ApiKey('x-key', 'V')]).toEqual([
    { type: 'hmac', secret_key: 'S' },
    { type: 'bearer', token_key: 'T' },
    { type: 'api_key', header: 'x-key', value_key: 'V' },
  ])
})

test('a merge path is one key or the keys from the root on', () => {
  const single: MergePath = 'a.b'
  const segments: MergePath = ['a', 'b']
  expect([UpdateOp.merge({}, single), UpdateOp.append(1, segments)]).toEqual([
    { type: 'merge', path: 'a.b', value: {} },
    { type: 'append', path: ['a', 'b'], value: 1 },
  ])
})

test('a registration becomes a message of the wire', () => {
  const message: Message = toMessage({ message_type: MessageType.RegisterFunction, id: 'f', description: 'd' })
  expect(message).toEqual({ type: 'registerfunction', id: 'f', description: 'd' })
})

test('the guard of a subscription ends it', async () => {
  const rig = await connectedRig()
  const guard: FunctionsAvailableGuard = rig.worker.onFunctionsAvailable(() => undefined)
  await rig.settle()
  expect(rig.worker.stats().registeredTriggers).toBe(1)
  guard.unsubscribe()
  expect(rig.worker.stats().registeredTriggers).toBe(0)
})

test('a reader reads chunk by chunk to the end, and both ends close', async () => {
  const rig = await socketRig()
  const { writer, reader } = await (await rig.addWorker()).channels.create()
  await writer.write('one')
  await writer.close()
  expect(String(await reader.read())).toBe('one')
  expect(await reader.read()).toBeNull()
  await reader.close()
})

test('a captured context is attached by new code', () => {
  const seen: unknown[] = []
  new CapturedContext(ROOT_CONTEXT).attach(() => seen.push('ran'))
  expect(seen).toEqual(['ran'])
})

test('log records and metrics of a program’s own providers reach the engine, and stopped gauges measure nothing', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  const frames: { readonly prefix: string; readonly payload: unknown }[] = []
  server.on('connection', (socket) => socket.on('message', (bytes: Buffer) => frames.push(telemetryPayload(bytes))))
  await once(server, 'listening')
  const url = `ws://127.0.0.1:${String((server.address() as AddressInfo).port)}/otel`
  const connection = new SharedEngineConnection(url, { initialDelayMs: 1 })
  onTestFinished(async () => {
    await connection.shutdown()
    server.close()
  })

  const processor = new SimpleLogRecordProcessor({ exporter: new EngineLogExporter(connection) })
  new LoggerProvider({ processors: [processor] }).getLogger('own').emit({ body: 'a line' })
  await expect.poll(() => frames.map(({ prefix }) => prefix)).toEqual(['LOGS'])
  expect(JSON.stringify(frames)).toContain('a line')

  const exporter = new EngineMetricsExporter(connection)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meters = new MeterProvider({ readers: [reader] })
  const collect = vi.spyOn(WorkerMetricsCollector.prototype, 'collect')
  const handle: WorkerGaugesHandle = registerWorkerGauges(meters.getMeter('own'), { workerId: 'w-1' })
  await meters.forceFlush()
  await expect.poll(() => frames.length).toBe(2)
  expect(JSON.stringify(frames[1])).toContain('w-1')
  expect(collect).toHaveBeenCalledTimes(1)
  handle.stop()
  await meters.forceFlush()
  await meters.shutdown()
  expect(collect).toHaveBeenCalledTimes(1)
})

test('a collector measures this process', () => {
  const collector = new WorkerMetricsCollector()
  const { memory_rss, runtime, uptime_seconds } = collector.collect()
  collector.stopMonitoring()
  expect(memory_rss).toBeGreaterThan(1_000_000)
  expect(uptime_seconds).toBeGreaterThanOrEqual(0)
  expect(runtime).toBe('node')
})

test('a caller receives invocation_stopped when its callee disconnects', async () => {
  const rig = await socketRig()
  const callee = await rig.addWorker()
  const running = new Promise<void>((resolve) => {
    callee.registerFunction('hang', () => {
      resolve()
      return new Promise(() => undefined)
    })
  })
  const caller = await rig.addWorker()
  await callee.ready()
  const ended = caller.trigger({ function_id: 'hang', payload: {} }).catch((error: unknown) => error)
  await running
  await callee.shutdown()
  expect(await ended).toMatchObject({ code: 'invocation_stopped', function_id: 'hang' })
})
