/**
 * A worker as its users write it, for the official packages: functions, triggers, trigger types, HTTP, channels, state,
 * streams, queues, topics and errors. A test runs this text on the official packages and on ours, with nothing but the
 * import paths changed, and compares what it prints.
 */
import { once } from 'node:events'
import process from 'node:process'
import type { HttpInvocationConfig, HttpRequest, HttpResponse } from '@iii-dev/helpers/http'
import { http } from '@iii-dev/helpers/http'
import {
  currentTraceId,
  getLogger,
  initOtel,
  Logger,
  redactAndTruncate,
  shutdownOtel,
} from '@iii-dev/helpers/observability'
import type { EnqueueResult } from '@iii-dev/helpers/queue'
import type { StreamChangeEvent, StreamTriggerConfig, UpdateOp } from '@iii-dev/helpers/stream'
import type { AuthInput, AuthResult } from '@iii-dev/helpers/worker-connection-manager'
import {
  InvocationError,
  registerWorker,
  TriggerAction,
  type IIIClient,
  type InitOptions,
  type JsonValue,
  type MiddlewareFunctionInput,
  type StreamResponse,
} from 'iii-sdk'
import type { ChannelReader, StreamChannelRef } from 'iii-sdk/channel'
import { EngineFunctions, EngineTriggers, type RemoteFunctionHandler } from 'iii-sdk/engine'
import { isErrorBody } from 'iii-sdk/errors'
import {
  ChannelDirection,
  ChannelItem,
  createChannel,
  createStream,
  extractChannelRefs,
  isChannelRef,
} from 'iii-sdk/helpers'
import { MessageType, type RegisterFunctionFormat, type RegisterTriggerInput } from 'iii-sdk/protocol'
import type { FunctionRef, IIIConnectionState, TriggerTypeRef } from 'iii-sdk/runtime'
import { StateEventType, type StateEventData } from 'iii-sdk/state'
import type { IStream } from 'iii-sdk/stream'
import type { Trigger, TriggerConfig, TriggerHandler } from 'iii-sdk/trigger'

type Message = { text: string; author?: string }

const ENGINE_URL = process.env['COMPAT_ENGINE_URL'] ?? 'ws://127.0.0.1:49134'
const HTTP_URL = process.env['COMPAT_HTTP_URL'] ?? 'http://127.0.0.1:3111'

const transcript: { step: string; seen: unknown }[] = []

function note(step: string, seen: unknown): void {
  // What JSON cannot carry has to be said in words.
  transcript.push({ step, seen: seen === undefined ? '(undefined)' : seen })
}

/** How a call failed, without what differs from run to run. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    return { succeeded: await call() }
  } catch (error) {
    if (error instanceof InvocationError) {
      const { name, code, function_id, message } = error
      return { name, code, function_id, message, isErrorBody: isErrorBody({ code, message }) }
    }
    return { message: (error as Error).message, isError: error instanceof Error }
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; !condition(); round += 1) {
    if (round > 500) throw new Error('What was waited for did not come within 5 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Trigger payloads carry times and ids; these members do not differ from run to run. */
const stable = <T extends object>(event: T, ...names: (keyof T)[]): Partial<T> =>
  Object.fromEntries(names.map((name) => [name, event[name]])) as Partial<T>

function withCallerKind(payload: Record<string, unknown>): Record<string, unknown> {
  const { _caller_worker_id: caller, ...rest } = payload
  return { ...rest, calledBy: typeof caller }
}

async function functions(provider: IIIClient, caller: IIIClient): Promise<void> {
  const format: RegisterFunctionFormat = {
    type: 'object',
    properties: { name: { type: 'string' } },
    required: ['name'],
  }
  const greet: RemoteFunctionHandler<{ name: string }, { message: string }> = async (data, metadata) => ({
    message: `Hello, ${data.name}!`,
    ...(metadata === undefined ? {} : { metadata }),
  })
  const ref: FunctionRef = provider.registerFunction('compat::greet', greet, {
    description: 'Greets',
    request_format: format,
    metadata: { team: 'compat' },
  })
  note('id of a function', ref.id)
  // eslint-disable-next-line @typescript-eslint/no-unsafe-return -- a handler without annotations takes and returns any
  provider.registerFunction('compat::echo', async (data) => data)
  provider.registerFunction('compat::payload', async (data: Record<string, unknown>) => withCallerKind(data))
  provider.registerFunction('compat::nothing', async () => undefined)
  provider.registerFunction('compat::throws', async () => {
    throw new Error('broken')
  })
  provider.registerFunction('compat::rejects', async () => {
    throw new InvocationError({ code: 'OUT_OF_STOCK', message: 'none left', function_id: 'compat::rejects' })
  })
  provider.registerFunction('compat::slow', () => new Promise((resolve) => setTimeout(resolve, 2_000, 'late')))
  // eslint-disable-next-line @typescript-eslint/unbound-method -- clients may be taken apart
  const { trigger } = caller

  await ready(provider)

  note('result', await trigger({ function_id: 'compat::greet', payload: { name: 'Ada' } }))
  note(
    'typed result',
    (await trigger<{ name: string }, { message: string }>({ function_id: 'compat::greet', payload: { name: 'Bob' } }))
      .message,
  )
  const metadata: JsonValue = { trace: ['a', 1, null, true] }
  note('metadata', await trigger({ function_id: 'compat::greet', payload: { name: 'Cyd' }, metadata }))
  for (const payload of [1, 'text', false, null, [1, { a: 2 }]]) {
    note(`echo of ${JSON.stringify(payload)}`, await trigger({ function_id: 'compat::echo', payload }))
  }
  note('caller id is added', await trigger({ function_id: 'compat::payload', payload: { a: 1 } }))
  note('no result', await trigger({ function_id: 'compat::nothing', payload: {} }))
  note('fire and forget', await trigger({ function_id: 'compat::nothing', payload: {}, action: TriggerAction.Void() }))
  const failures: [string, () => unknown][] = [
    ['unknown function', () => trigger({ function_id: 'compat::missing', payload: {} })],
    ['handler threw', () => trigger({ function_id: 'compat::throws', payload: {} })],
    ['blank id', () => provider.registerFunction('', greet)],
    ['duplicate id', () => provider.registerFunction('compat::greet', greet)],
  ]
  for (const [step, call] of failures) note(step, await failureOf(call))
  const outOfStock = (await failureOf(() => trigger({ function_id: 'compat::rejects', payload: {} }))) as object
  note('handler threw an InvocationError', stable(outOfStock as InvocationError, 'name', 'function_id'))
  const late = await failureOf(() => trigger({ function_id: 'compat::slow', payload: {}, timeoutMs: 50 }))
  note('time limit', stable(late as InvocationError, 'name', 'code', 'function_id'))

  ref.unregister()
  await ready(provider)
  note('unregistered', await failureOf(() => trigger({ function_id: 'compat::greet', payload: { name: 'Ada' } })))
  const again = provider.registerFunction('compat::greet', greet)
  await ready(provider)
  note('registered again', await trigger({ function_id: 'compat::greet', payload: { name: 'Dee' } }))
  again.unregister()
}

async function httpBackedFunctions(provider: IIIClient, caller: IIIClient): Promise<void> {
  const remote: HttpInvocationConfig = { url: `${HTTP_URL}/compat/served`, method: 'POST', timeout_ms: 2_000 }
  provider.registerFunction('compat::http-backed', remote, { description: 'Served elsewhere' })
  provider.registerFunction('compat::served', async (req: HttpRequest<{ n: number }>): Promise<HttpResponse> => ({
    status_code: 200,
    body: { doubled: req.body.n * 2 },
  }))
  const trigger = provider.registerTrigger({
    type: 'http',
    function_id: 'compat::served',
    config: { api_path: '/compat/served', http_method: 'POST' },
  })
  await ready(provider)
  note('function served over http', await caller.trigger({ function_id: 'compat::http-backed', payload: { n: 21 } }))
  trigger.unregister()
}

async function triggerTypes(provider: IIIClient, consumer: IIIClient): Promise<void> {
  type TickConfig = { every: number }
  const bound = new Map<string, TriggerConfig<TickConfig>>()
  const handler: TriggerHandler<TickConfig> = {
    async registerTrigger(config) {
      if (config.config.every <= 0) throw new Error('every must be above 0')
      bound.set(config.id, config)
    },
    async unregisterTrigger({ id }) {
      bound.delete(id)
    },
  }
  const ticks: TriggerTypeRef<TickConfig> = provider.registerTriggerType<TickConfig>(
    { id: 'compat::tick', description: 'Ticks' },
    handler,
  )
  note('id of a trigger type', ticks.id)
  await ready(provider)

  const received: unknown[] = []
  consumer.registerFunction('compat::on-tick', async (data: { tick: number }) => {
    received.push(withCallerKind(data))
    return { heard: data.tick }
  })
  await ready(consumer)
  const input: RegisterTriggerInput = {
    type: 'compat::tick',
    function_id: 'compat::on-tick',
    config: { every: 5 },
    metadata: { color: 'red' },
  }
  const trigger: Trigger = consumer.registerTrigger(input)
  await until(() => bound.size === 1)
  const [config] = [...bound.values()]
  if (config === undefined) throw new Error('no binding')
  note('binding', stable(config, 'function_id', 'config', 'metadata'))
  note('fired', await provider.trigger({ function_id: config.function_id, payload: { tick: 1 } }))
  note('received', received)

  const own = ticks.registerFunction('compat::own-tick', async () => 'own', { every: 7 })
  ticks.registerTrigger('compat::on-tick', { every: 9 }, { color: 'blue' })
  await until(() => bound.size === 3)
  note('configs', [...bound.values()].map((binding) => binding.config.every).sort())
  own.unregister()
  trigger.unregister()
  await until(() => bound.size === 2)

  const refusals: string[] = []
  const print = console.error
  console.error = (...parts: unknown[]) => void refusals.push(parts.map(String).join(' '))
  consumer.registerTrigger({ ...input, config: { every: -1 } })
  await until(() => refusals.length > 0)
  console.error = print
  note(
    'a refused binding is printed',
    refusals.map((line) => line.includes('every must be above 0')),
  )
  provider.unregisterTriggerType({ id: 'compat::tick', description: 'Ticks' })
}

async function httpTriggers(provider: IIIClient): Promise<void> {
  provider.registerFunction('compat::orders', async (req: HttpRequest<{ qty: number } | null>) => ({
    status_code: 201,
    headers: { 'x-order': req.path_params['id'] ?? '' },
    body: { method: req.method, query: req.query_params, qty: req.body?.qty },
  }))
  provider.registerFunction(
    'compat::download',
    http(async (req: HttpRequest, res: StreamResponse) => {
      res.status(203)
      res.headers({ 'content-type': 'text/plain', 'x-agent': String(req.headers['x-agent']) })
      for (const part of ['one,', 'two,', 'three']) res.stream.write(part)
      res.stream.end()
    }),
  )
  provider.registerFunction(
    'compat::upload',
    http(async (req) => {
      const body = await req.request_body.readAll()
      return { status_code: 200, body: { bytes: body.byteLength, text: body.toString('utf8') } }
    }),
  )
  provider.registerFunction('compat::fails', async () => {
    throw new InvocationError({ code: 'NO_TEA', message: 'a teapot' })
  })
  const routes: [string, string, string][] = [
    ['compat::orders', '/compat/orders/:id', 'PUT'],
    ['compat::download', '/compat/download', 'GET'],
    ['compat::upload', '/compat/upload', 'POST'],
    ['compat::fails', '/compat/fails', 'GET'],
  ]
  for (const [function_id, api_path, http_method] of routes) {
    provider.registerTrigger({ type: 'http', function_id, config: { api_path, http_method } })
  }
  await ready(provider)

  const put = await fetch(`${HTTP_URL}/compat/orders/7?x=1`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ qty: 3 }),
  })
  note('http answer', [put.status, put.headers.get('x-order'), await put.json()])
  const download = await fetch(`${HTTP_URL}/compat/download`, { headers: { 'x-agent': 'compat' } })
  note('streamed answer', [
    download.status,
    download.headers.get('content-type'),
    download.headers.get('x-agent'),
    await download.text(),
  ])
  const upload = await fetch(`${HTTP_URL}/compat/upload`, { method: 'POST', body: 'x'.repeat(200_000) })
  const { bytes, text } = (await upload.json()) as { bytes: number; text: string }
  note('uploaded', [upload.status, bytes, text === 'x'.repeat(200_000)])
  note('failed request', (await fetch(`${HTTP_URL}/compat/fails`)).status)
}

async function channels(provider: IIIClient, caller: IIIClient): Promise<void> {
  provider.registerFunction('compat::consume', async (data: { label: string; reader: ChannelReader }) => {
    const messages: string[] = []
    data.reader.onMessage((message) => messages.push(message))
    const body = await data.reader.readAll()
    return { label: data.label, bytes: body.byteLength, isBuffer: Buffer.isBuffer(body), messages }
  })
  await ready(provider)
  const channel = await createChannel(caller, 16)
  note('references', [
    isChannelRef(channel.readerRef),
    channel.readerRef.direction === ChannelDirection.Read,
    channel.writerRef.direction === ChannelDirection.Write,
    channel.readerRef.channel_id === channel.writerRef.channel_id,
  ])
  const payload: { label: string; reader: StreamChannelRef } = { label: 'upload', reader: channel.readerRef }
  note(
    'where references are',
    extractChannelRefs({ a: [payload], b: payload.reader }).map(([path, { direction }]) => [path, direction]),
  )
  const consumed = caller.trigger({ function_id: 'compat::consume', payload })
  channel.writer.sendMessage('header')
  channel.writer.stream.write(Buffer.alloc(150_000, 1))
  channel.writer.stream.end(Buffer.from('tail'))
  note('consumed', await consumed)

  provider.registerFunction('compat::produce', async (data: { out: { stream: NodeJS.WritableStream } }) => {
    for (let i = 0; i < 3; i += 1) data.out.stream.write(Buffer.from(`part ${i};`))
    data.out.stream.end()
    await once(data.out.stream, 'finish')
    return 'sent'
  })
  await ready(provider)
  const down = await createChannel(caller)
  const produced = caller.trigger({ function_id: 'compat::produce', payload: { out: down.writerRef } })
  let text = ''
  for await (const chunk of down.reader.stream) text += String(chunk)
  note('produced', [await produced, text])
  note('items', [ChannelItem.Text('a'), ChannelItem.Binary(new Uint8Array([1])).type])
}

async function state(worker: IIIClient): Promise<void> {
  const scope = 'compat'
  const events: unknown[] = []
  worker.registerFunction('compat::on-state', async (event: StateEventData<{ n: number }>) => {
    events.push({
      ...stable(event, 'type', 'scope', 'key', 'old_value', 'new_value'),
      isCreated: event.event_type === StateEventType.Created,
      isDeleted: event.event_type === StateEventType.Deleted,
    })
  })
  worker.registerTrigger({ type: 'state', function_id: 'compat::on-state', config: { scope } })
  await ready(worker)
  const call = (op: string, payload: object): Promise<unknown> =>
    worker.trigger({ function_id: `state::${op}`, payload: { scope, ...payload } })
  const ops: UpdateOp[] = [
    { type: 'increment', path: 'n', by: 2 },
    { type: 'merge', path: ['deep'], value: { a: 1 } },
    { type: 'append', path: 'list', value: 'x' },
    { type: 'set', path: 'name', value: 'kept' },
    { type: 'decrement', path: 'name', by: 1 },
    { type: 'remove', path: 'gone' },
  ]
  note('state set', await call('set', { key: 'k', value: { n: 1 } }))
  note('state update', await call('update', { key: 'k', ops }))
  note('state get', await call('get', { key: 'k' }))
  note('state of nothing', await call('get', { key: 'none' }))
  note('state list', await call('list', {}))
  note('state delete', await call('delete', { key: 'k' }))
  await until(() => events.length === 3)
  note('state events', events)
}

async function streams(worker: IIIClient): Promise<void> {
  const events: unknown[] = []
  worker.registerFunction('compat::on-stream', async (event: StreamChangeEvent) => {
    events.push(stable(event, 'type', 'streamName', 'groupId', 'id', 'event'))
  })
  const config: StreamTriggerConfig = { stream_name: 'compat-chat', group_id: 'room' }
  worker.registerTrigger({ type: 'stream', function_id: 'compat::on-stream', config })
  const store = new Map<string, Message>()
  const own: IStream<Message> = {
    get: async ({ group_id, item_id }) => store.get(`${group_id}/${item_id}`) ?? null,
    async set({ group_id, item_id, data }) {
      const key = `${group_id}/${item_id}`
      const old_value = store.get(key)
      store.set(key, data as Message)
      return { ...(old_value === undefined ? {} : { old_value }), new_value: data as Message }
    },
    async delete({ group_id, item_id }) {
      const old_value = store.get(`${group_id}/${item_id}`)
      store.delete(`${group_id}/${item_id}`)
      return { old_value }
    },
    list: async ({ group_id }) => [...store].flatMap(([key, item]) => (key.startsWith(`${group_id}/`) ? [item] : [])),
    listGroups: async () => [...new Set([...store.keys()].map((key) => key.split('/')[0] ?? ''))],
    update: async () => null,
  }
  createStream(worker, 'compat-own', own)
  await ready(worker)
  for (const stream_name of ['compat-chat', 'compat-own']) {
    const item = { stream_name, group_id: 'room', item_id: 'm1' }
    const call = (op: string, payload: object): Promise<unknown> =>
      worker.trigger({ function_id: `stream::${op}`, payload })
    note(`${stream_name} set`, await call('set', { ...item, data: { text: 'hi' } }))
    note(`${stream_name} set again`, await call('set', { ...item, data: { text: 'ho' } }))
    note(`${stream_name} get`, await call('get', item))
    note(`${stream_name} list`, await call('list', { stream_name, group_id: 'room' }))
    note(`${stream_name} groups`, await call('list_groups', { stream_name }))
    note(`${stream_name} delete`, await call('delete', item))
  }
  await until(() => events.length === 3)
  note('stream events', events)
  note('the own store was asked', store.size)
}

async function queues(worker: IIIClient): Promise<void> {
  const seen: string[] = []
  let failures = 1
  worker.registerFunction('compat::job', async (data: { n: number }) => {
    if (failures-- > 0) throw new Error('try again')
    seen.push(`job ${data.n}`)
  })
  worker.registerFunction('compat::heard', async (data: { text: string }) => void seen.push(`heard ${data.text}`))
  worker.registerFunction('compat::durable', async (data: { text: string }) => void seen.push(`kept ${data.text}`))
  worker.registerTrigger({ type: 'subscribe', function_id: 'compat::heard', config: { topic: 'compat-topic' } })
  worker.registerTrigger({
    type: 'durable:subscriber',
    function_id: 'compat::durable',
    config: { topic: 'compat-kept' },
  })
  await ready(worker)
  const receipt: EnqueueResult = await worker.trigger({
    function_id: 'compat::job',
    payload: { n: 1 },
    action: TriggerAction.Enqueue({ queue: 'conf-fast' }),
  })
  note('receipt', typeof receipt.messageReceiptId)
  const unknown = await failureOf(() =>
    worker.trigger({ function_id: 'compat::job', payload: {}, action: TriggerAction.Enqueue({ queue: 'no-such' }) }),
  )
  note('unknown queue', stable(unknown as InvocationError, 'name', 'code', 'function_id'))
  await worker.trigger({ function_id: 'publish', payload: { topic: 'compat-topic', data: { text: 'once' } } })
  await worker.trigger({
    function_id: 'iii::durable::publish',
    payload: { topic: 'compat-kept', data: { text: 'kept' } },
  })
  await until(() => seen.length === 3)
  note('queues and topics', seen.sort())
}

async function discovery(worker: IIIClient): Promise<void> {
  const { functions: rows } = await worker.trigger<object, { functions: { function_id: string }[] }>({
    function_id: EngineFunctions.LIST_FUNCTIONS,
    payload: {},
  })
  note(
    'listed',
    rows
      .map((row) => row.function_id)
      .filter((id) => /^compat::(echo|orders)$/.test(id))
      .sort(),
  )
  note('names', [EngineTriggers.LOG, MessageType.RegisterFunction, MessageType.InvocationResult])
}

async function observability(worker: IIIClient): Promise<void> {
  const printed: unknown[] = []
  const print = console.info
  worker.registerFunction('compat::logs', async () => {
    console.info = (...parts: unknown[]) => void printed.push(parts)
    new Logger(undefined, 'compat').info('ordered', { id: 7 })
    console.info = print
    return /^[0-9a-f]{32}$/.test(currentTraceId() ?? '')
  })
  await ready(worker)
  note('a handler has a trace', await worker.trigger({ function_id: 'compat::logs', payload: {} }))
  note('a log without telemetry is printed', printed)
  note('redacted', redactAndTruncate({ user: 'u', password: 'p', deep: [{ token: 't' }] }, 1_000))
  note('telemetry is off', [getLogger(), currentTraceId()])
  initOtel({ enabled: false })
  await shutdownOtel()
}

/** Hooks of a guarded listener and middleware: not called here, but they must compile. */
function hooks(worker: IIIClient): void {
  worker.registerFunction('compat::auth', async (input: AuthInput): Promise<AuthResult> => ({
    allowed_functions: input.headers['authorization'] === undefined ? [] : ['compat::echo'],
    context: { ip: input.ip_address },
  }))
  worker.registerFunction(
    'compat::middleware',
    async ({ function_id, payload, action }: MiddlewareFunctionInput): Promise<unknown> =>
      worker.trigger({ function_id, payload, ...(action === undefined ? {} : { action }) }),
  )
}

/** Registrations made so far are in effect once a call that was sent after them is answered. */
async function ready(worker: IIIClient): Promise<void> {
  await worker.trigger({ function_id: EngineFunctions.LIST_WORKERS, payload: {} })
  await new Promise((resolve) => setTimeout(resolve, 100))
}

async function main(): Promise<void> {
  const options: InitOptions = {
    invocationTimeoutMs: 5_000,
    enableMetricsReporting: false,
    otel: { enabled: false },
    reconnectionConfig: { initialDelayMs: 50, maxRetries: 5 },
    headers: { 'x-compat': '1' },
  }
  const provider = registerWorker(ENGINE_URL, { ...options, workerName: 'compat-provider' })
  const caller = registerWorker(ENGINE_URL, { ...options, workerName: 'compat-caller' })
  const first: IIIConnectionState = 'connecting'
  note('state name', first)
  await ready(provider)
  await functions(provider, caller)
  await httpBackedFunctions(provider, caller)
  await triggerTypes(provider, caller)
  await httpTriggers(provider)
  await channels(provider, caller)
  await state(provider)
  await streams(provider)
  await queues(provider)
  await observability(provider)
  hooks(provider)
  await discovery(caller)
  await caller.shutdown()
  await provider.shutdown()
  process.stdout.write(`TRANSCRIPT ${JSON.stringify(transcript)}\n`)
}

await main()
