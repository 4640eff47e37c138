/** Tests the effect of each member of a worker's options, registrations and calls. */
import { expect, test } from 'vitest'
import type {
  ErrorBody,
  InitOptions,
  RegisterTriggerInput,
  TriggerRequest,
  WorkerMetadata,
  WorkerTelemetryMeta,
} from 'iii-node'
import type { HttpInvocationConfig } from 'iii-node/helpers/http'
import type { TriggerTypeRef } from 'iii-node/runtime'
import type { TriggerConfig, TriggerHandler } from 'iii-node/trigger'
import {
  MessageType,
  toMessage,
  type RegisterFunctionMessage,
  type RegisterServiceMessage,
  type RegisterTriggerTypeInput,
} from 'iii-node/protocol'
import { RemoteError } from '../../src/errors.js'
import { connectedRig, outcomeOf } from '../kit/worker-rig.js'

const telemetry: Required<WorkerTelemetryMeta> = {
  language: 'de',
  framework: 'own',
  project_name: 'shop',
  amplitude_api_key: 'a-key',
}
const metadata: WorkerMetadata = {
  runtime: 'bun',
  version: '9.9.9',
  name: 'till',
  os: 'plan9',
  pid: 7,
  telemetry,
  isolation: 'docker',
}

test('metadata of a worker is announced as it was given, headers go with the handshake, telemetry obeys otel', async () => {
  const options: InitOptions = { metadata, headers: { authorization: 'Bearer t' }, otel: { enabled: false } }
  const { link, worker } = await connectedRig(options)
  const [announcement] = link.all('invokefunction')
  expect(announcement).toMatchObject({ function_id: 'engine::workers::register', data: metadata })
  expect(link.headers).toMatchObject({ authorization: 'Bearer t' })
  expect(worker.telemetry.tracer).toBeNull()
})

test('missing members of a worker’s metadata are detected', async () => {
  const { link } = await connectedRig({ metadata: { name: 'till' } })
  const { data } = link.all('invokefunction')[0]!
  const found = data as WorkerMetadata
  expect(found).toMatchObject({ name: 'till', runtime: 'node', pid: process.pid, isolation: null })
  expect(found.version).toMatch(/^\d+\.\d+\.\d+/)
  expect(found.os).toContain(process.platform)
  expect(found.telemetry).toMatchObject({ framework: 'iii-node', project_name: 'iii-node' })
  expect(found.telemetry?.language).toMatch(/./)
})

test('a call has its function, payload and action in its frame, and its time limit in the client', async () => {
  const rig = await connectedRig()
  const request: TriggerRequest = {
    function_id: 'f',
    payload: { a: 1 },
    action: { type: 'enqueue', queue: 'q' },
    timeout_ms: 250,
  }
  const call = outcomeOf(rig.worker.trigger(request).then(undefined, (error: unknown) => error))
  await rig.settle()
  expect(rig.link.calls).toMatchObject([{ function_id: 'f', data: { a: 1 }, action: { type: 'enqueue', queue: 'q' } }])
  expect(rig.link.calls[0]).not.toHaveProperty('timeout_ms')
  await call
  expect(rig.worker.stats().pendingCalls).toBe(1)
  await rig.clock.advance(250)
  expect(rig.worker.stats()).toMatchObject({ pendingCalls: 0, timedOutCalls: 1 })
})

test('a trigger registration carries type, function, config and metadata', async () => {
  const rig = await connectedRig()
  const input: RegisterTriggerInput = { type: 'tick', function_id: 'f', config: { every: 1 }, metadata: { team: 'a' } }
  rig.worker.registerTrigger(input)
  await rig.settle()
  expect(rig.link.all('registertrigger')).toMatchObject([
    { trigger_type: 'tick', function_id: 'f', config: { every: 1 }, metadata: { team: 'a' } },
  ])
})

const invocation: Required<HttpInvocationConfig> = {
  url: 'https://pay.test/x',
  method: 'PUT',
  timeout_ms: 1_000,
  headers: { 'x-shop': '9' },
  auth: { type: 'bearer', token_key: 'TOKEN' },
}

test('a function registration carries what its message says, and so does one that lives behind a URL', async () => {
  const rig = await connectedRig()
  const message: RegisterFunctionMessage = {
    message_type: MessageType.RegisterFunction,
    id: 'f',
    description: 'Does it',
    request_format: { type: 'object' },
    response_format: { type: 'string' },
    metadata: { team: 'a' },
  }
  const { message_type: _, ...input } = message
  rig.worker.registerFunctionWith(input, () => 1)
  rig.worker.registerFunction('g', invocation)
  await rig.settle()
  const frames = rig.link.all('registerfunction')
  expect(frames).toEqual([
    { type: 'registerfunction', ...input },
    { type: 'registerfunction', id: 'g', invocation },
  ])
  const remote: RegisterFunctionMessage = { message_type: MessageType.RegisterFunction, id: 'g', invocation }
  expect([toMessage(message), toMessage(remote)]).toEqual(frames)
})

test('a service registration carries id, name, description and parent', async () => {
  const rig = await connectedRig()
  const service: RegisterServiceMessage = {
    message_type: MessageType.RegisterService,
    id: 's',
    name: 'Shop',
    description: 'Sells',
    parent_service_id: 'p',
  }
  const { message_type: _, ...input } = service
  rig.worker.registerService(input)
  await rig.settle()
  expect(rig.link.all('registerservice')).toEqual([{ type: 'registerservice', ...input }])
  expect(toMessage(service)).toEqual({ type: 'registerservice', ...input })
})

test('the error of a handler travels with code, message and, unless it chose its code, stack', async () => {
  const rig = await connectedRig()
  rig.worker.registerFunction('chosen', () => {
    throw new RemoteError({ code: 'SOLD_OUT', message: 'None left' })
  })
  rig.worker.registerFunction('plain', () => {
    throw new TypeError('no such row')
  })
  rig.link.invoke('chosen')
  rig.link.invoke('plain')
  await rig.settle()
  const [chosen, plain] = rig.link.all('invocationresult').map(({ error }) => error as ErrorBody)
  expect(chosen).toEqual({ code: 'SOLD_OUT', message: 'None left' })
  expect(plain).toMatchObject({ code: 'invocation_failed', message: 'no such row' })
  expect(plain?.stacktrace).toContain('TypeError: no such row')
})

test('a trigger type is registered with its formats, its handler receives triggers, its reference registers triggers', async () => {
  const rig = await connectedRig()
  const input: RegisterTriggerTypeInput = {
    id: 'tick',
    description: 'Ticks',
    trigger_request_format: { type: 'object' },
    call_request_format: { type: 'number' },
  }
  const told: [string, TriggerConfig<{ every: number }>][] = []
  const handler: TriggerHandler<{ every: number }> = {
    registerTrigger: async (binding) => void told.push(['bound', binding]),
    unregisterTrigger: async (binding) => void told.push(['released', binding]),
  }
  const ref: TriggerTypeRef<{ every: number }, number> = rig.worker.registerTriggerType(input, handler)
  ref.registerFunction('f', (n) => n + 1, { every: 2 }, { team: 'a' })
  ref.registerTrigger('g', { every: 3 })
  await rig.settle()
  expect(ref.id).toBe('tick')
  expect(rig.link.all('registertriggertype')).toEqual([{ type: 'registertriggertype', ...input }])
  expect(rig.link.all('registerfunction')).toMatchObject([{ id: 'f' }])
  expect(rig.link.all('registertrigger')).toMatchObject([
    { trigger_type: 'tick', function_id: 'f', config: { every: 2 }, metadata: { team: 'a' } },
    { trigger_type: 'tick', function_id: 'g', config: { every: 3 } },
  ])

  rig.link.send({ type: 'registertrigger', id: 't', trigger_type: 'tick', function_id: 'x', config: { every: 1 } })
  rig.link.send({ type: 'unregistertrigger', id: 't', trigger_type: 'tick' })
  await rig.settle()
  const binding = { id: 't', function_id: 'x', config: { every: 1 } }
  expect(told).toEqual([
    ['bound', expect.objectContaining(binding)],
    ['released', expect.objectContaining(binding)],
  ])
  ref.unregister()
  await rig.settle()
  expect(rig.link.all('unregistertriggertype')).toMatchObject([{ id: 'tick' }])
})
