import { expect, test } from 'vitest'
import type { FakeHost } from '../../../../kit/fake-host.js'
import { startStream } from '../../../../kit/builtin-rig.js'

const group = { stream_name: 'chat', group_id: 'g' }
const item = { ...group, item_id: 'i' }
const config = { stream_name: 'chat' }
const settle = (host: FakeHost): Promise<void> => host.clock.advance(0)

test('handlers receive created, updated and deleted items and events, in camelCase', async () => {
  const { host, call, bind } = await startStream()
  host.serve('f', () => null)
  await bind('t', 'stream', 'f', { config })
  await call('set', { ...item, data: 1 })
  await call('set', { ...item, data: 2 })
  await call('update', { ...item, ops: [{ type: 'increment', path: '', by: 1 }] })
  await call('delete', item)
  await call('delete', item)
  await call('send', { ...group, type: 'note', data: { z: 1 } })
  await call('send', { ...group, id: 'i', type: 'note', data: null })
  await settle(host)
  const wrapper = { type: 'stream', timestamp: host.clock.epochMs(), streamName: 'chat', groupId: 'g', id: 'i' }
  expect(host.payloads('f')).toEqual([
    { ...wrapper, event: { type: 'create', data: 1 } },
    { ...wrapper, event: { type: 'update', data: 2 } },
    { ...wrapper, event: { type: 'update', data: 3 } },
    { ...wrapper, event: { type: 'delete', data: 3 } },
    { ...wrapper, id: null, event: { type: 'event', event: { type: 'note', data: { z: 1 } } } },
    { ...wrapper, event: { type: 'event', event: { type: 'note', data: null } } },
  ])
})

test('stream, group and item filter exactly; an event for a whole group is not for one item', async () => {
  const { host, call, bind } = await startStream()
  for (const id of ['stream', 'group', 'item', 'other']) host.serve(id, () => null)
  await bind('1', 'stream', 'stream', { config })
  await bind('2', 'stream', 'group', { config: { ...group, item_id: null } })
  await bind('3', 'stream', 'item', { config: item })
  await bind('4', 'stream', 'other', { config: { stream_name: 'other' } })
  await call('set', { ...item, data: 1 })
  await call('set', { ...group, item_id: 'x', data: 1 })
  await call('set', { ...item, group_id: 'h', data: 1 })
  await call('send', { ...group, type: 'note', data: 1 })
  await settle(host)
  const counts = ['stream', 'group', 'item', 'other'].map((id) => host.payloads(id).length)
  expect(counts).toEqual([4, 3, 1, 0])
})

test('metadata, namespace, trace and condition are those of the binding and the call', async () => {
  const { host, call, bind } = await startStream()
  host.serve('f', () => null, 'blue')
  host.serve('c', (data) => (data as { id: string }).id !== 'skipped', 'blue')
  const members = { namespace: 'blue', metadata: { m: 1 }, config: { ...config, condition_function_id: 'c' } }
  await bind('t', 'stream', 'f', members)
  await call('set', { ...group, item_id: 'skipped', data: 1 })
  await call('set', { ...item, data: 1 }, { traceparent: 'tp', baggage: 'b=1' })
  await settle(host)
  expect(host.calls.filter(({ functionId }) => functionId === 'f')).toMatchObject([
    { namespace: 'blue', metadata: { m: 1 }, traceparent: 'tp', baggage: 'b=1', data: { id: 'i' } },
  ])
})

test('a stream trigger without a stream name, or with members of the wrong kind, is refused', async () => {
  const { bind } = await startStream()
  for (const bad of [null, {}, { stream_name: 7 }]) {
    await expect(bind('t', 'stream', 'f', { config: bad })).rejects.toThrow('`stream_name` must be a string')
  }
  await expect(bind('t', 'stream', 'f', { config: { ...config, item_id: 7 } })).rejects.toThrow('`item_id`')
})

test('changes of a stream that a worker stores are announced as the worker describes them', async () => {
  const { host, call, bind } = await startStream()
  host.serve('f', () => null)
  host.serve('stream::set(chat)', (input) => ({ old_value: (input as { data: unknown }).data, new_value: 'new' }))
  host.serve('stream::delete(chat)', () => ({ old_value: 'removed' }))
  await bind('t', 'stream', 'f', { config })
  await call('set', { ...item, data: null })
  await call('set', { ...item, data: 'old' })
  await call('delete', item)
  await settle(host)
  expect(host.payloads('f')).toMatchObject([
    { event: { type: 'create', data: 'new' } },
    { event: { type: 'update', data: 'new' } },
    { event: { type: 'delete', data: 'removed' } },
  ])
})

test('the write does not wait for a handler, and a failing one is logged', async () => {
  const { host, call, bind } = await startStream()
  host.serve('hangs', () => new Promise(() => {}))
  await bind('1', 'stream', 'missing', { config })
  await bind('2', 'stream', 'hangs', { config })
  expect(await call('set', { ...item, data: 1 })).toEqual({ old_value: null, new_value: 1 })
  await settle(host)
  expect(host.payloads('hangs')).toHaveLength(1)
  expect(host.lines).toMatchObject([{ level: 'warn', fields: { triggerId: '1' } }])
})
