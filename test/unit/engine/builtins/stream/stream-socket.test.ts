import { describe, expect, test } from 'vitest'
import type { Access } from '../../../../../src/engine/access/access.js'
import { deferred } from '../../../../../src/std/async/deferred.js'
import { AUTH_TIMEOUT_MS } from '../../../../../src/engine/builtins/stream/stream-server.js'
import { JOIN_TIMEOUT_MS } from '../../../../../src/engine/builtins/stream/stream-client.js'
import { bindingOf, unbindFrom, startStream, type StreamRig } from '../../../../kit/builtin-rig.js'
import type { StreamSocket } from '../../../../kit/stream-client.js'
import { until } from '../../../../kit/waiting.js'

const group = { stream_name: 'chat', group_id: 'g' }
const item = { ...group, item_id: 'i' }

test('joining a group starts with its items, joining an item with its value or null', async () => {
  const { call, connect, host } = await startStream()
  await call('set', { ...item, data: { n: 1 } })
  const client = await connect()
  const wrapper = { type: 'stream', timestamp: host.clock.epochMs(), streamName: 'chat', groupId: 'g' }
  expect(await client.join('1', 'chat', 'g')).toEqual({
    ...wrapper,
    id: null,
    event: { type: 'sync', data: [{ n: 1 }] },
  })
  expect(await client.join('2', 'chat', 'g', 'i')).toEqual({
    ...wrapper,
    id: 'i',
    event: { type: 'sync', data: { n: 1 } },
  })
  expect(await client.join('3', 'chat', 'g', 'x')).toEqual({ ...wrapper, id: 'x', event: { type: 'sync', data: null } })
})

test('changes and events reach every subscription they are for, in their order, and no other', async () => {
  const { call, connect } = await startStream()
  const whole = await connect()
  const one = await connect()
  await whole.join('1', 'chat', 'g')
  await one.join('1', 'chat', 'g', 'i')
  await call('set', { ...item, data: 1 })
  await call('set', { ...group, item_id: 'x', data: 2 })
  await call('set', { ...item, group_id: 'h', data: 3 })
  await call('set', { ...item, stream_name: 'other', data: 4 })
  await call('send', { ...group, type: 'note', data: 5 })
  await call('send', { ...group, id: 'i', type: 'note', data: 6 })
  await call('delete', item)
  const events = async (client: StreamSocket) => (await client.receivedByNow()).map(({ id, event }) => [id, event])
  const note = (data: number) => ({ type: 'event', event: { type: 'note', data } })
  expect(await events(one)).toEqual([
    ['i', { type: 'create', data: 1 }],
    ['i', note(6)],
    ['i', { type: 'delete', data: 1 }],
  ])
  expect(await events(whole)).toEqual([
    ['i', { type: 'create', data: 1 }],
    ['x', { type: 'create', data: 2 }],
    [null, note(5)],
    ['i', note(6)],
    ['i', { type: 'delete', data: 1 }],
  ])
})

test('two subscriptions of one client give two copies; after leaving one there is one', async () => {
  const { call, connect } = await startStream()
  const client = await connect()
  await client.join('1', 'chat', 'g')
  await client.join('2', 'chat', 'g')
  await call('set', { ...item, data: 1 })
  expect(await client.receivedByNow()).toHaveLength(2)
  client.request('leave', '1', ['chat', 'g'])
  await client.receivedByNow()
  await call('set', { ...item, data: 2 })
  expect(await client.receivedByNow()).toHaveLength(1)
})

test('frames that are neither join nor leave are ignored', async () => {
  const { connect } = await startStream()
  const client = await connect()
  const data = { subscriptionId: '1', streamName: 'chat', groupId: 'g' }
  const junk = [
    '{nope',
    '7',
    'null',
    { type: 'what', data },
    { type: 'join' },
    { type: 'join', data: {} },
    { type: 'join', data: { ...data, id: 7 } },
    { type: 'join', data: { ...data, groupId: null } },
    { type: 'toString', data },
    { type: 'join', data: { ...data, padding: 'x'.repeat(70_000) } },
  ]
  for (const frame of junk) client.send(frame)
  client.ws.send(Buffer.from([0]))
  expect(await client.receivedByNow()).toEqual([])
  expect((await client.join('1', 'chat', 'g')).event.type).toBe('sync')
})

test('join handlers run one by one with the context of the auth function, then the sync is sent', async () => {
  const { host, bind, connect } = await startStream({ auth_function: 'auth' })
  host.serve('auth', () => ({ context: { user: 'u' } }))
  const first = deferred<unknown>()
  host.serve('slow', () => first.promise)
  host.serve('next', () => null)
  await bind('1', 'stream:join', 'slow', { metadata: { m: 1 } })
  await bind('2', 'stream:join', 'next')
  const client = await connect()
  client.request('join', '1', ['chat', 'g', 'i'])
  await until(() => host.payloads('slow').length === 1)
  expect(host.calls.at(-1)).toMatchObject({
    data: { subscription_id: '1', stream_name: 'chat', group_id: 'g', id: 'i', context: { user: 'u' } },
    metadata: { m: 1 },
  })
  expect(await client.receivedByNow()).toEqual([])
  expect(host.payloads('next')).toEqual([])
  first.resolve({ unauthorized: false })
  expect((await client.next()).event.type).toBe('sync')
  expect(host.payloads('next')).toHaveLength(1)
})

test('a join handler that returns unauthorized rejects the subscription', async () => {
  const { host, call, bind, connect } = await startStream()
  host.serve('deny', () => ({ unauthorized: true }))
  host.serve('left', () => null)
  await bind('1', 'stream:join', 'deny', { config: { stream_name: 'ignored', condition_function_id: 'ignored' } })
  await bind('2', 'stream:leave', 'left')
  const client = await connect()
  expect((await client.join('1', 'chat', 'g')).event).toEqual({ type: 'unauthorized' })
  await call('set', { ...item, data: 1 })
  expect(await client.receivedByNow()).toEqual([])
  await client.close()
  expect(host.payloads('left')).toEqual([])
})

test('a join handler that fails or does not answer in time refuses, which is logged', async () => {
  const { host, bind, connect } = await startStream()
  await bind('1', 'stream:join', 'missing')
  const client = await connect()
  expect((await client.join('1', 'chat', 'g')).event).toEqual({ type: 'unauthorized' })
  host.serve('missing', () => new Promise(() => {}))
  client.request('join', '1', ['chat', 'g'])
  await until(() => host.payloads('missing').length === 2)
  await host.clock.advance(JOIN_TIMEOUT_MS)
  expect((await client.next()).event).toEqual({ type: 'unauthorized' })
  expect(host.lines.map(({ level }) => level)).toEqual(['warn', 'warn'])
})

test('leave handlers run for every leave and, at the disconnect, for every remaining subscription', async () => {
  const { host, bind, connect } = await startStream()
  host.serve('left', () => null)
  await bind('1', 'stream:leave', 'left', { config: { anything: 'goes' } })
  const client = await connect()
  for (const id of ['1', '2', '3']) await client.join(id, 'chat', 'g')
  client.request('leave', '2', ['chat', 'g'])
  client.request('leave', 'never joined', ['chat', 'g'])
  await until(() => host.payloads('left').length === 2)
  await client.close()
  await until(() => host.payloads('left').length === 4)
  const event = { stream_name: 'chat', group_id: 'g', id: null, context: null }
  expect(host.payloads('left')).toEqual([
    { subscription_id: '2', ...event },
    { subscription_id: 'never joined', ...event },
    { subscription_id: '1', ...event },
    { subscription_id: '3', ...event },
  ])
})

test('an id that is joined again moves: the old place is left first', async () => {
  const { host, call, bind, connect } = await startStream()
  host.serve('left', () => null)
  await bind('1', 'stream:leave', 'left')
  const client = await connect()
  await client.join('1', 'chat', 'g')
  await client.join('1', 'chat', 'h')
  expect(host.payloads('left')).toMatchObject([{ group_id: 'g' }])
  await call('set', { ...item, data: 1 })
  await call('set', { ...item, group_id: 'h', data: 1 })
  expect((await client.receivedByNow()).map(({ groupId }) => groupId)).toEqual(['h'])
})

test('a client that disconnects during a join leaves all its subscriptions', async () => {
  const { host, bind, connect } = await startStream()
  host.serve('left', () => null)
  await bind('leave', 'stream:leave', 'left')
  const client = await connect()
  await client.join('joined', 'chat', 'g')
  let givenUp: AbortSignal | undefined
  host.serve('slow', (_, { signal }) => {
    givenUp = signal
    return new Promise(() => {})
  })
  await bind('join', 'stream:join', 'slow')
  client.request('join', 'undecided', ['chat', 'g'])
  await until(() => givenUp !== undefined)
  client.ws.terminate()
  await until(() => givenUp?.aborted === true)
  await host.clock.advance(JOIN_TIMEOUT_MS)
  expect(host.payloads('left')).toMatchObject([{ subscription_id: 'joined' }])
  expect(host.clock.pendingTimers).toBe(0)
  expect(host.lines.filter(({ fields }) => !('setting' in fields))).toEqual([])
})

test('events during the first read of a worker’s own stream come after the sync', async () => {
  const { host, call, connect } = await startStream()
  const items = deferred<unknown>()
  host.serve('stream::list(chat)', () => items.promise)
  const client = await connect()
  client.request('join', '1', ['chat', 'g'])
  await until(() => host.payloads('stream::list(chat)').length === 1)
  await call('send', { ...group, type: 'note', data: 1 })
  items.resolve(['first'])
  expect((await client.next()).event).toEqual({ type: 'sync', data: ['first'] })
  expect((await client.next()).event.type).toBe('event')
})

test('when a stream cannot be read the subscription starts without a sync, and that is logged', async () => {
  const { host, call, connect } = await startStream()
  host.serve('stream::list(chat)', () => {
    throw new Error('down')
  })
  const client = await connect()
  client.request('join', '1', ['chat', 'g'])
  await until(() => host.lines.some(({ message }) => message.startsWith('A stream could not be read')))
  await call('send', { ...group, type: 'note', data: 1 })
  expect((await client.next()).event.type).toBe('event')
})

test('the auth function receives headers, path, all query values and the address', async () => {
  const { host, connect } = await startStream({ auth_function: 'auth' })
  host.serve('auth', () => null)
  await connect('/?token=t1&token=t2&__proto__=x', { 'X-Who': 'me' })
  expect(host.payloads('auth')).toMatchObject([
    {
      headers: { 'x-who': 'me', upgrade: 'websocket' },
      path: '/',
      addr: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
    },
  ])
  const [{ query_params }] = host.payloads('auth') as [{ query_params: object }]
  expect(Object.entries(query_params)).toEqual([
    ['token', ['t1', 't2']],
    ['__proto__', ['x']],
  ])
})

test('a client is admitted without a context if the auth function fails, returns nothing or never answers', async () => {
  const { host, bind, connect } = await startStream({ auth_function: 'auth' })
  host.serve('join', () => null)
  await bind('1', 'stream:join', 'join')
  const answers: (() => unknown)[] = [
    () => {
      throw new Error('down')
    },
    () => 'nothing useful',
    () => ({ context: undefined }),
    () => new Promise(() => {}),
  ]
  for (const [index, answer] of answers.entries()) {
    host.serve('auth', answer)
    const connecting = connect()
    await until(() => host.payloads('auth').length === index + 1)
    if (index === answers.length - 1) await host.clock.advance(AUTH_TIMEOUT_MS)
    await (await connecting).join('1', 'chat', 'g')
  }
  expect(host.payloads('join')).toEqual(
    answers.map(() => ({ subscription_id: '1', stream_name: 'chat', group_id: 'g', id: null, context: null })),
  )
  expect(host.lines.map(({ level }) => level)).toEqual(['warn', 'warn'])
})

test('only the path / is served', async () => {
  const { connect } = await startStream()
  await expect(connect('/other')).rejects.toThrow('404')
})

test('the subscriptions of one client are capped; the next join is unauthorized', async () => {
  const { host, connect } = await startStream()
  const client = await connect()
  for (let index = 0; index <= 1000; index += 1) client.request('join', String(index), ['chat', 'g'])
  const answers: string[] = []
  while (answers.length <= 1000) answers.push((await client.next()).event.type)
  expect(answers.filter((type) => type === 'sync')).toHaveLength(1000)
  expect(answers.at(-1)).toBe('unauthorized')
  expect(host.counters.refused.streamJoins).toBe(1)
})

test('a client that does not read loses the oldest messages, counted, and receives the newest', async () => {
  const { host, call, connect } = await startStream({ adapter: { config: { channel_size: 4 } } })
  const slow = await connect()
  const quick = await connect()
  await slow.join('1', 'chat', 'g')
  await quick.join('1', 'chat', 'g')
  slow.ws.pause()
  const count = 400
  const filler = 'x'.repeat(64 * 1024)
  for (let index = 0; index < count; index += 1) {
    await call('send', { ...group, type: 'note', data: { index, filler } })
    await quick.next()
  }
  slow.ws.resume()
  const indexes: number[] = []
  while (indexes.at(-1) !== count - 1) {
    const { event } = await slow.next()
    indexes.push((event.event as { data: { index: number } }).data.index)
  }
  const lost = count - indexes.length
  expect(lost).toBeGreaterThan(0)
  expect(indexes.slice(-4)).toEqual([count - 4, count - 3, count - 2, count - 1])
  expect(indexes).toEqual([...indexes].sort((a, b) => a - b))
  expect(host.lines.flatMap(({ fields }) => (fields as { lost?: number }).lost ?? []).reduce((a, b) => a + b, 0)).toBe(
    lost,
  )
  expect(host.counters.dropped.streamEvents).toBe(lost)
})

test('stopping cuts clients and calls no leave handler', async () => {
  const { host, builtin, bind, connect } = await startStream()
  host.serve('left', () => null)
  await bind('1', 'stream:leave', 'left')
  const client = await connect()
  await client.join('1', 'chat', 'g')
  const closed = new Promise((resolve) => client.ws.once('close', resolve))
  await builtin.stop()
  await closed
  expect(host.calls).toEqual([])
})

describe('auth_required', () => {
  const yes = (): object => ({})
  /** What a guarded session may do plays no part here, only that there is one. */
  const guest = {} as Access
  const answers = (answer: unknown) => (rig: StreamRig) => {
    rig.host.serve('auth', () => answer)
    return rig.bind('j', 'stream:join', 'may-join')
  }
  const refusals: readonly [string, object, (rig: StreamRig) => Promise<unknown> | void][] = [
    ['no join handler is bound', {}, () => undefined],
    [
      'no join handler is bound and the auth function says yes',
      { auth_function: 'auth' },
      ({ host }) => host.serve('auth', yes),
    ],
    ['the auth function is missing', { auth_function: 'auth' }, ({ bind }) => bind('j', 'stream:join', 'may-join')],
    ['the auth function says nothing', { auth_function: 'auth' }, answers(null)],
    ['the auth function says no', { auth_function: 'auth' }, answers({ unauthorized: true })],
    [
      'only a guarded session has bound a join handler',
      {},
      ({ bind }) => bind('j', 'stream:join', 'may-join', { access: guest }),
    ],
  ]

  test.each(refusals)('a client is refused with 401 while %s', async (_what, config, prepare) => {
    const rig = await startStream(config, { auth_required: true })
    rig.host.serve('may-join', yes)
    await prepare(rig)
    await expect(rig.connect()).rejects.toThrow('Unexpected server response: 401')
  })

  test('a client is admitted if the auth function agrees and a join handler is bound', async () => {
    const { host, builtin, bind, connect } = await startStream({ auth_function: 'auth' }, { auth_required: true })
    host.serve('auth', () => ({ context: 'u' }))
    host.serve('may-join', yes)
    await bind('j', 'stream:join', 'may-join')
    const client = await connect()
    expect((await client.join('1', 'chat', 'g')).event.type).toBe('sync')
    unbindFrom(builtin, bindingOf({ id: 'j', triggerType: 'stream:join', functionId: 'may-join', config: null }))
    expect((await client.join('2', 'chat', 'g')).event.type).toBe('unauthorized')
  })
})

test('the log says once that clients may join every stream, while no join handler is bound', async () => {
  const { host, connect } = await startStream()
  const client = await connect()
  await client.join('1', 'chat', 'g')
  await client.join('2', 'chat', 'g')
  expect(host.lines).toMatchObject([{ level: 'warn', fields: { setting: 'iii-stream.local.auth_required' } }])
  const judged = await startStream()
  judged.host.serve('may-join', () => ({}))
  await judged.bind('j', 'stream:join', 'may-join')
  await (await judged.connect()).join('1', 'chat', 'g')
  expect(judged.host.lines).toEqual([])
})
