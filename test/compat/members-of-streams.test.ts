/** Tests the effect of each member of stream operations, their results, stream events and update operations. */
import { expect, test } from 'vitest'
import { BuiltinTrigger, type III } from 'iii-node'
import {
  UpdateOp,
  type StreamAuthInput,
  type StreamAuthResult,
  type StreamChangeEvent,
  type StreamChangeEventDetail,
  type StreamDeleteInput,
  type StreamDeleteResult,
  type StreamGetInput,
  type StreamJoinLeaveEvent,
  type StreamJoinLeaveTriggerConfig,
  type StreamJoinResult,
  type StreamListGroupsInput,
  type StreamListInput,
  type StreamSetInput,
  type StreamSetResult,
  type StreamTriggerConfig,
  type StreamUpdateInput,
  type StreamUpdateResult,
  type UpdateAppend,
  type UpdateDecrement,
  type UpdateIncrement,
  type UpdateMerge,
  type UpdateOpError,
  type UpdateRemove,
  type UpdateSet,
} from 'iii-node/helpers/stream'
import { StreamSocket } from '../kit/stream-client.js'
import { until } from '../kit/waiting.js'
import { testEngine } from '../kit/local-rig.js'

type Item = { readonly text: string }

const call = <TResult>(worker: III, operation: string, payload: object): Promise<TResult> =>
  worker.trigger<object, TResult>({ function_id: `stream::${operation}`, payload })

async function readyWorker(): Promise<III> {
  const engine = await testEngine({ ports: false })
  const worker = engine.connect()
  await worker.ready()
  return worker
}

test('each operation works on the stream, group and item that its input names, and answers with old and new', async () => {
  const worker = await readyWorker()
  const at: StreamGetInput = { stream_name: 'chat', group_id: 'tea', item_id: 'm1' }
  const others: StreamGetInput[] = [
    { ...at, stream_name: 'talk' },
    { ...at, group_id: 'coffee' },
    { ...at, item_id: 'm2' },
  ]
  const set: StreamSetInput = { ...at, data: { text: 'a' } }
  const created = await call<StreamSetResult<Item>>(worker, 'set', set)
  expect([created.old_value, created.new_value]).toEqual([null, { text: 'a' }])
  const replaced = await call<StreamSetResult<Item>>(worker, 'set', { ...set, data: { text: 'b' } })
  expect([replaced.old_value, replaced.new_value]).toEqual([{ text: 'a' }, { text: 'b' }])

  expect(await call(worker, 'get', at)).toEqual({ text: 'b' })
  for (const other of others) expect(await call(worker, 'get', other)).toBeUndefined()
  const list: StreamListInput = { stream_name: 'chat', group_id: 'tea' }
  const groups: StreamListGroupsInput = { stream_name: 'chat' }
  expect(await call(worker, 'list', list)).toEqual([{ text: 'b' }])
  expect(await call(worker, 'list', { ...list, group_id: 'coffee' })).toEqual([])
  expect(await call(worker, 'list_groups', groups)).toEqual(['tea'])
  expect(await call(worker, 'list_groups', { stream_name: 'talk' })).toEqual([])

  for (const other of others) await call(worker, 'delete', other)
  expect(await call(worker, 'get', at)).toEqual({ text: 'b' })
  const input: StreamDeleteInput = at
  const removed = await call<StreamDeleteResult>(worker, 'delete', input)
  expect(removed.old_value).toEqual({ text: 'b' })
  expect(await call(worker, 'get', at)).toBeUndefined()
})

test('operations of an update are applied in order, each by its own path, value and amount', async () => {
  const worker = await readyWorker()
  const at = { stream_name: 's', group_id: 'g', item_id: 'i' }
  const whole: UpdateSet = { type: 'set', path: '', value: { n: 1, gone: true } }
  const set: UpdateSet = { type: 'set', path: 'name', value: 'tea' }
  const merge: UpdateMerge = { type: 'merge', path: ['deep', 'er'], value: { a: 1 } }
  const increment: UpdateIncrement = { type: 'increment', path: 'n', by: 5 }
  const decrement: UpdateDecrement = { type: 'decrement', path: 'n', by: 2 }
  const append: UpdateAppend = { type: 'append', path: 'tags', value: { hot: true } }
  const remove: UpdateRemove = { type: 'remove', path: 'gone' }
  const input: StreamUpdateInput = { ...at, ops: [whole, set, merge, increment, decrement, append, remove] }
  const { old_value, new_value, errors } = await call<StreamUpdateResult<object>>(worker, 'update', input)
  expect([old_value, errors]).toEqual([null, undefined])
  expect(new_value).toEqual({ n: 4, name: 'tea', deep: { er: { a: 1 } }, tags: [{ hot: true }] })
})

test('an operation that was skipped is named by its place, code, message and a page about it', async () => {
  const worker = await readyWorker()
  const input: StreamUpdateInput = {
    stream_name: 's',
    group_id: 'g',
    item_id: 'i',
    ops: [UpdateOp.set('name', 'tea'), UpdateOp.increment('name', 1)],
  }
  const { new_value, errors = [] } = await call<StreamUpdateResult<object>>(worker, 'update', input)
  expect(new_value).toEqual({ name: 'tea' })
  const [error]: UpdateOpError[] = errors
  const { op_index, code, message, doc_url } = error!
  expect([op_index, code]).toEqual([1, 'increment.not_number'])
  expect(message).toMatch(/name/)
  expect(doc_url).toMatch(/^https:/)
})

test('a change fires the triggers whose stream, group, item and condition it fits, with all that changed', async () => {
  const worker = await readyWorker()
  const received: string[] = []
  const bind = (id: string, config: StreamTriggerConfig): void => {
    worker.registerFunction(id, ({ event }: StreamChangeEvent) => void received.push(`${id} ${event.type}`))
    worker.registerTrigger(BuiltinTrigger.stream(id, config))
  }
  worker.registerFunction('is-create', ({ event }: StreamChangeEvent) => event.type === 'create')
  bind('all', { stream_name: 'chat' })
  bind('group', { stream_name: 'chat', group_id: 'tea' })
  bind('item', { stream_name: 'chat', group_id: 'tea', item_id: 'm1' })
  bind('create', { stream_name: 'chat', condition_function_id: 'is-create' })
  bind('elsewhere', { stream_name: 'talk' })
  const events: StreamChangeEvent[] = []
  worker.registerFunction('full', (event: StreamChangeEvent) => void events.push(event))
  worker.registerTrigger(BuiltinTrigger.stream('full', { stream_name: 'chat' }))
  await worker.ready()

  const before = Date.now()
  await call(worker, 'set', { stream_name: 'chat', group_id: 'tea', item_id: 'm1', data: { text: 'a' } })
  await call(worker, 'set', { stream_name: 'chat', group_id: 'tea', item_id: 'm2', data: { text: 'b' } })
  await call(worker, 'set', { stream_name: 'chat', group_id: 'mate', item_id: 'm1', data: { text: 'c' } })
  await call(worker, 'delete', { stream_name: 'chat', group_id: 'tea', item_id: 'm1' })
  await until(() => events.length === 4 && received.length === 4 + 3 + 2 + 3)

  expect(received.filter((line) => line.startsWith('group')).sort()).toEqual([
    'group create',
    'group create',
    'group delete',
  ])
  expect(received.filter((line) => line.startsWith('item')).sort()).toEqual(['item create', 'item delete'])
  expect(received.filter((line) => line.startsWith('create'))).toEqual([
    'create create',
    'create create',
    'create create',
  ])
  expect(received.filter((line) => line.startsWith('elsewhere'))).toEqual([])
  // Each event has its bindings called in turn, so events may overtake each other.
  const first = events.find((each) => each.groupId === 'tea' && each.id === 'm1' && each.event.type === 'create')
  const { type, timestamp, streamName, groupId, id, event } = first!
  expect({ type, streamName, groupId, id }).toEqual({ type: 'stream', streamName: 'chat', groupId: 'tea', id: 'm1' })
  expect(timestamp).toBeGreaterThanOrEqual(before)
  const detail: StreamChangeEventDetail = event
  expect([detail.type, detail.data]).toEqual(['create', { text: 'a' }])
})

test('a client is authenticated, joins and leaves, and a join handler may reject it', async () => {
  const engine = await testEngine({ builtins: { 'iii-stream': { auth_function: 'who', port: 0 } } })
  const worker = engine.connect()
  const asked: StreamAuthInput[] = []
  const joined: StreamJoinLeaveEvent[] = []
  const left: StreamJoinLeaveEvent[] = []
  worker.registerFunction('who', (input: StreamAuthInput): StreamAuthResult => {
    asked.push(input)
    return { context: { user: input.query_params['user']?.[0] } }
  })
  worker.registerFunction('may-join', (event: StreamJoinLeaveEvent): StreamJoinResult => {
    joined.push(event)
    return { unauthorized: event.group_id === 'secret' }
  })
  worker.registerFunction('has-left', (event: StreamJoinLeaveEvent) => void left.push(event))
  // The engine keeps and lists the config of these types, and tells every binding of every stream.
  const config: StreamJoinLeaveTriggerConfig = { stream_name: 'talk', condition_function_id: 'never' }
  worker.registerFunction('also-left', (event: StreamJoinLeaveEvent) => void left.push(event))
  worker.registerTrigger(BuiltinTrigger.streamJoin('may-join', { stream_name: 'chat' }))
  worker.registerTrigger(BuiltinTrigger.streamLeave('has-left', {}))
  worker.registerTrigger(BuiltinTrigger.streamLeave('also-left', config))
  await worker.ready()

  const socket = await StreamSocket.open(`${engine.streamUrl ?? ''}/?user=ada`, { 'x-mark': 'm' })
  expect((await socket.join('s1', 'chat', 'tea', 'm1')).event.type).toBe('sync')
  expect((await socket.join('s2', 'chat', 'secret')).event.type).toBe('unauthorized')
  await socket.close()
  await until(() => left.length === 2)

  const [{ headers, path, query_params, addr }] = asked as [StreamAuthInput]
  expect([headers['x-mark'], path, query_params]).toEqual(['m', '/', { user: ['ada'] }])
  expect(addr).toContain('127.0.0.1')
  const { subscription_id, stream_name, group_id, id } = joined[0]!
  expect({ subscription_id, stream_name, group_id, id }).toEqual({
    subscription_id: 's1',
    stream_name: 'chat',
    group_id: 'tea',
    id: 'm1',
  })
  expect([...joined, ...left].map(({ context }) => context as unknown)).toEqual(Array(4).fill({ user: 'ada' }))
  expect((await worker.listTriggers({ functionId: 'also-left' })).map((row) => row.config)).toEqual([config])
})
