import { expect, test, vi } from 'vitest'
import { InvocationError, type III, type InvocationContext } from '../../src/index.js'
import type { TestEngine } from '../../src/entry/testing.js'
import { StreamSocket } from '../kit/stream-client.js'
import { dialWebSocket } from '../../src/wire/transport/ws-dial.js'
import { RawWorker } from '../kit/raw-worker.js'
import { tcpProxy } from '../kit/tcp-proxy.js'
import { testEngine } from '../kit/local-rig.js'
import { until } from '../kit/waiting.js'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const WAIT = { timeout: 15_000 }
const limit = { timeout: 30_000 }

interface Bridged {
  /** The engine that has everything. */
  readonly shared: TestEngine
  /** The engine on the laptop. */
  readonly own: TestEngine
  readonly team: III
  readonly worker: III
  readonly cut: () => void
}

/** Two engines; the second reaches the first through a proxy that can be cut. */
async function bridged(
  builtins: (url: string) => Record<string, object>,
  local: Record<string, object> = {},
): Promise<Bridged> {
  const shared = await testEngine()
  const proxy = await tcpProxy(Number(new URL(shared.url).port))
  const own = await testEngine({ builtins: builtins(`ws://127.0.0.1:${String(proxy.port)}`), local })
  return {
    shared,
    own,
    team: shared.connect(),
    worker: own.connect(),
    cut: () => proxy.sockets.forEach((socket) => socket.destroy()),
  }
}

const forwarding = (url: string): Record<string, object> => ({
  'iii-bridge': {
    url,
    forward: [
      { local_function: 'team::quote', remote_function: 'quote' },
      { local_function: 'team::slow', remote_function: 'slow', timeout_ms: 50 },
    ],
    expose: [{ local_function: 'orders::get', remote_function: 'laptop::orders' }],
  },
})

test('forwarded and exposed functions pass calls, errors, time limits and traces', limit, async () => {
  const { own, shared, team, worker } = await bridged(forwarding)
  const seen: (string | undefined)[] = []
  team.registerFunction('quote', ({ n }: { n: number }, _: unknown, context: InvocationContext) => {
    seen.push(context.traceparent)
    if (n < 0) throw new InvocationError({ code: 'NEGATIVE', message: 'negative' })
    return { price: n * 2 }
  })
  team.registerFunction('slow', () => new Promise(() => undefined))
  worker.registerFunction('orders::get', ({ id }: { id: number }) => ({ id, from: 'laptop' }))
  await team.ready()
  await worker.ready()
  expect(await own.call('team::quote', { n: 4 })).toEqual({ price: 8 })
  await expect(own.call('team::quote', { n: -1 })).rejects.toMatchObject({
    code: 'NEGATIVE',
    message: expect.stringContaining('negative') as string,
  })
  await expect(own.call('team::slow')).rejects.toMatchObject({ code: 'TIMEOUT' })
  await vi.waitFor(
    async () => expect(await shared.call('laptop::orders', { id: 7 })).toMatchObject({ id: 7, from: 'laptop' }),
    WAIT,
  )
  expect(await own.call('bridge.invoke', { function_id: 'quote', data: { n: 1 } })).toEqual({ price: 2 })
  await expect(own.call('bridge.invoke', { function_id: 'missing' })).rejects.toMatchObject({ code: 'bridge_error' })
  expect(await own.call('bridge.invoke_async', { function_id: 'quote', data: { n: 2 } })).toBeUndefined()
  await vi.waitFor(() => expect(seen).toHaveLength(4), WAIT)
})

test('a trace joins both engines', limit, async () => {
  const { own, team } = await bridged(forwarding)
  team.registerFunction('quote', (_: unknown, __: unknown, context: InvocationContext) => context.traceparent)
  await team.ready()
  const caller = new RawWorker(dialWebSocket, own.url)
  await until(() => caller.id !== '')
  const invocation_id = caller.invoke('team::quote', {}, { traceparent: `00-${TRACE}-b7ad6b7169203331-01` })
  await until(() => caller.peek('invocationresult', { invocation_id }) !== undefined)
  expect(caller.take('invocationresult')).toMatchObject({ result: expect.stringContaining(TRACE) as string })
  caller.transport.terminate()
})

test(
  'calls of unknown functions go to the other engine, and our functions are offered there in a namespace',
  limit,
  async () => {
    const { shared, team, worker, cut } = await bridged(
      (url) => ({ 'iii-bridge': { url, expose: [{ local_function: 'mine' }] } }),
      { 'iii-bridge': { forward_unknown: true, namespace: 'ann' } },
    )
    team.registerFunction('theirs', () => 'shared')
    team.registerFunction('both', () => 'shared')
    worker.registerFunction('both', () => 'laptop')
    worker.registerFunction('mine', () => 'laptop')
    await team.ready()
    await worker.ready()
    expect(await worker.trigger({ function_id: 'theirs', payload: {} })).toBe('shared')
    expect(await worker.trigger({ function_id: 'both', payload: {} })).toBe('laptop')
    await expect(worker.trigger({ function_id: 'nowhere', payload: {} })).rejects.toMatchObject({
      code: 'function_not_found',
    })
    const offered = () => shared.call('mine', {}, { namespace: 'ann' })
    await vi.waitFor(async () => expect(await offered()).toBe('laptop'), WAIT)
    await expect(shared.call('mine')).rejects.toMatchObject({ code: 'function_not_found' })

    cut()
    expect(await worker.trigger({ function_id: 'both', payload: {} })).toBe('laptop')
    await vi.waitFor(
      async () => expect(await worker.trigger({ function_id: 'theirs', payload: {} })).toBe('shared'),
      WAIT,
    )
    await vi.waitFor(async () => expect(await offered()).toBe('laptop'), WAIT)
  },
)

test('engines that forward a call to each other end it with an error', limit, async () => {
  let port = 1
  const proxy = await tcpProxy(() => port)
  const there = { local_function: 'ping', remote_function: 'pong' }
  const first = await testEngine({
    builtins: { 'iii-bridge': { url: `ws://127.0.0.1:${String(proxy.port)}`, forward: [there] } },
    local: { 'iii-bridge': { forward_unknown: true } },
  })
  const second = await testEngine({
    builtins: { 'iii-bridge': { url: first.url, forward: [{ local_function: 'pong', remote_function: 'ping' }] } },
    local: { 'iii-bridge': { forward_unknown: true } },
  })
  port = Number(new URL(second.url).port)
  const looped = { code: 'bridge_error', message: expect.stringContaining('16 times from engine to engine') as string }
  for (const engine of [first, second]) {
    await expect(engine.call('nowhere', {})).rejects.toMatchObject(looped)
    await expect(engine.call('ping', {})).rejects.toMatchObject(looped)
  }
  await expect(first.call('bridge.invoke', { function_id: 'nowhere' })).rejects.toMatchObject(looped)
})

const adapter = (url: string): object => ({ adapter: { name: 'bridge', config: { bridge_url: url } } })

test('state is in the other engine, and its triggers fire here, also after a cut', limit, async () => {
  const { own, shared, worker, cut } = await bridged((url) => ({ 'iii-state': adapter(url) }))
  const events: unknown[] = []
  worker.registerFunction('seen', (event) => void events.push(event))
  worker.registerTrigger({ type: 'state', function_id: 'seen', config: { scope: 's' } })
  await worker.ready()
  expect(await own.call('state::set', { scope: 's', key: 'k', value: { n: 1 } })).toMatchObject({ new_value: { n: 1 } })
  expect(await shared.call('state::get', { scope: 's', key: 'k' })).toEqual({ n: 1 })
  await own.call('state::update', { scope: 's', key: 'k', ops: [{ type: 'increment', path: 'n', by: 2 }] })
  expect(await own.call('state::list', { scope: 's' })).toEqual([{ n: 3 }])
  await vi.waitFor(
    () =>
      expect(events).toMatchObject([
        { event_type: 'state:created' },
        { event_type: 'state:updated', new_value: { n: 3 } },
      ]),
    WAIT,
  )
  cut()
  await vi.waitFor(async () => {
    await shared.call('state::set', { scope: 's', key: 'late', value: 1 })
    expect(events.length).toBeGreaterThan(2)
  }, WAIT)
  expect(await own.call('state::get', { scope: 's', key: 'late' })).toBe(1)
  await expect(own.call('state::get', { scope: 7 })).rejects.toMatchObject({ code: 'deserialization_error' })
})

test('streams are in the other engine: get, set, list, update, send, triggers and subscriptions', limit, async () => {
  const { own, shared, worker, cut } = await bridged((url) => ({ 'iii-stream': adapter(url) }))
  const events: unknown[] = []
  worker.registerFunction('seen', (event) => void events.push(event))
  worker.registerTrigger({ type: 'stream', function_id: 'seen', config: { stream_name: 'chat' } })
  await worker.ready()
  const item = { stream_name: 'chat', group_id: 'g', item_id: 'i' }
  await shared.call('stream::set', { ...item, data: { t: 1 } })
  const client = await StreamSocket.open(own.streamUrl ?? '', {})
  expect((await client.join('s', 'chat', 'g')).event).toMatchObject({ type: 'sync', data: [{ t: 1 }] })
  await own.call('stream::update', { ...item, ops: [{ type: 'increment', path: 't', by: 1 }] })
  expect((await client.next()).event).toMatchObject({ type: 'update', data: { t: 2 } })
  expect(await own.call('stream::get', item)).toEqual({ t: 2 })
  expect(await own.call('stream::list', { stream_name: 'chat', group_id: 'g' })).toEqual([{ t: 2 }])
  await own.call('stream::send', { stream_name: 'chat', group_id: 'g', type: 'ping', data: 1 })
  expect((await client.next()).event).toMatchObject({ type: 'event' })
  await vi.waitFor(() => expect(events.length).toBeGreaterThan(1), WAIT)
  cut()
  await vi.waitFor(async () => {
    const before = events.length
    await shared.call('stream::set', { ...item, data: { t: 9 } })
    await vi.waitFor(() => expect(events.length).toBeGreaterThan(before))
  }, WAIT)
  expect((await client.next()).event).toMatchObject({ type: 'update', data: { t: 9 } })
})

test.each([
  [{ 'iii-bridge': {} }, /iii-bridge\.url must be the URL of an engine/],
  [{ 'iii-bridge': { url: 'http://x' } }, /iii-bridge\.url must be/],
  [{ 'iii-bridge': { url: 'ws://x', forward: [{ local_function: 'a' }] } }, /forward\.0\.remote_function must be/],
  [
    {
      'iii-bridge': {
        url: 'ws://x',
        forward: ['a', 'b'].map((id) => ({ local_function: 'same', remote_function: id })),
      },
    },
    /lists the string "same" twice/,
  ],
  [{ 'iii-state': { adapter: { name: 'bridge' } } }, /iii-state\.adapter\.config\.bridge_url must be/],
  [{ 'iii-stream': { adapter: { config: { bridge_url: 'ws://x' } } } }, /bridge_url belongs to the adapter `bridge`/],
])('settings %j are refused by name', async (builtins, message) => {
  await expect(testEngine({ builtins })).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringMatching(message) as string,
  })
})
