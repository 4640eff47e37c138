import { describe, expect, test } from 'vitest'
import { pairs, useStage } from './interop-stage.js'

const stage = useStage()

describe.each(pairs)('%s writes, %s watches', (writer, watcher) => {
  const call = (function_id: string, payload: unknown): Promise<unknown> =>
    stage().actor(writer).do('call', { function_id, payload })
  const payloads = async (id: string, count: number): Promise<unknown[]> =>
    (await stage().actor(watcher).received(id, count)).map(({ payload }) => payload)

  test('a value is set, updated and deleted, and each change fires the trigger', async () => {
    const scope = `${writer}-${watcher}`
    const id = `${watcher}::state-of-${writer}`
    await stage().serve(watcher, id, { handler: 'record' })
    await stage().bind(watcher, 'state', id, { scope })
    expect(await call('state::set', { scope, key: 'cart', value: { n: 1 } })).toEqual({
      old_value: null,
      new_value: { n: 1 },
    })
    const ops = [
      { type: 'increment', path: 'n', by: 2 },
      { type: 'append', path: 'items', value: { tea: 1 } },
    ]
    await call('state::update', { scope, key: 'cart', ops })
    expect(await call('state::get', { scope, key: 'cart' })).toEqual({ n: 3, items: [{ tea: 1 }] })
    expect(await call('state::list', { scope })).toEqual([{ n: 3, items: [{ tea: 1 }] }])
    await call('state::delete', { scope, key: 'cart' })
    expect(await call('state::get', { scope, key: 'cart' })).toBeNull()
    const facts = { type: 'state', scope, key: 'cart' }
    expect(await payloads(id, 3)).toEqual([
      { ...facts, event_type: 'state:created', old_value: null, new_value: { n: 1 } },
      { ...facts, event_type: 'state:updated', old_value: { n: 1 }, new_value: { n: 3, items: [{ tea: 1 }] } },
      { ...facts, event_type: 'state:deleted', old_value: { n: 3, items: [{ tea: 1 }] }, new_value: null },
    ])
  })

  test('changes of items in a stream of the engine fire the trigger', () => expectStream('kept', 'by the engine'))

  test('changes of items in a stream of the watcher itself fire the trigger', async () => {
    const stream_name = `own-${writer}-${watcher}`
    await stage().actor(watcher).do('create_stream', { stream_name })
    await stage().known(`stream::list_groups(${stream_name})`)
    await expectStream('own', 'by a worker')
  })

  async function expectStream(kind: string, text: string): Promise<void> {
    const stream_name = `${kind}-${writer}-${watcher}`
    const id = `${watcher}::${kind}-stream-of-${writer}`
    await stage().serve(watcher, id, { handler: 'record' })
    await stage().bind(watcher, 'stream', id, { stream_name, group_id: 'room' })
    const item = { stream_name, group_id: 'room', item_id: 'm1' }
    await call('stream::set', { ...item, data: { text } })
    await call('stream::set', { ...item, data: { text, edited: true } })
    expect(await call('stream::get', item)).toEqual({ text, edited: true })
    expect(await call('stream::list', { stream_name, group_id: 'room' })).toEqual([{ text, edited: true }])
    expect(await call('stream::list_groups', { stream_name })).toEqual(['room'])
    expect(await call('stream::delete', item)).toEqual({ old_value: { text, edited: true } })
    await call('stream::send', { stream_name, group_id: 'room', type: 'typing', data: { who: writer } })
    expect(await payloads(id, 4)).toMatchObject(
      [
        { type: 'create', data: { text } },
        { type: 'update', data: { text, edited: true } },
        { type: 'delete', data: { text, edited: true } },
        { type: 'event', event: { type: 'typing', data: { who: writer } } },
      ].map((event) => ({ type: 'stream', streamName: stream_name, groupId: 'room', event })),
    )
  }
})
