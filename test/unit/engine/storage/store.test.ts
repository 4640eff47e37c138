import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../../../src/wire/protocol/validate.js'
import { openLevelStore } from '../../../../src/engine/storage/level-store.js'
import { MemoryStore } from '../../../../src/engine/storage/memory-store.js'
import type { Store, StoreLimits, Write } from '../../../../src/engine/storage/store.js'
import { temporaryFolder } from '../../../kit/temporary-folder.js'

const limits: StoreLimits = { maxValueBytes: 1000, maxTotalBytes: 10_000 }

const put = (space: string, key: string, value: JsonValue): Write => ({ kind: 'put', space, key, value })
const drop = (space: string, key: string): Write => ({ kind: 'delete', space, key })

const kinds: readonly (readonly [string, (limits: StoreLimits) => Promise<Store>])[] = [
  ['memory store', (given) => Promise.resolve(new MemoryStore(given))],
  ['durable store', async (given) => openLevelStore(await temporaryFolder(), given)],
]

describe.each(kinds)('a %s', (_name, open) => {
  test('returns stored values, null included, and undefined for missing keys', async () => {
    const store = await open(limits)
    await store.write([put('s', 'a', { n: [1, 'ü', '\ud800', null] }), put('s', 'b', null)])
    expect(store.get('s', 'a')).toEqual({ n: [1, 'ü', '\ud800', null] })
    expect(store.get('s', 'b')).toBeNull()
    expect(store.get('s', 'c')).toBeUndefined()
    expect(store.get('t', 'a')).toBeUndefined()
    await store.close()
  })

  test('lists a space in the order its keys were first put; a key put again keeps its place', async () => {
    const store = await open(limits)
    for (const key of ['10', 'b', '9', 'a']) await store.write([put('s', key, key)])
    await store.write([put('s', 'b', 'again'), drop('s', '10')])
    await store.write([put('s', '10', 'back')])
    expect([...store.entries('s')]).toEqual([
      ['b', 'again'],
      ['9', '9'],
      ['a', 'a'],
      ['10', 'back'],
    ])
    await store.close()
  })

  test('returns copies and stores copies', async () => {
    const store = await open(limits)
    const value = { list: [1] }
    await store.write([put('s', 'a', value)])
    value.list.push(2)
    ;(store.get('s', 'a') as typeof value).list.push(3)
    expect(store.get('s', 'a')).toEqual({ list: [1] })
    await store.close()
  })

  test('treats spaces and keys named like object properties as plain names', async () => {
    const store = await open(limits)
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '']
    for (const space of names) expect(store.get(space, '__proto__')).toBeUndefined()
    for (const space of names) await store.write(names.map((key) => put(space, key, { polluted: true })))
    expect([...store.spaces()]).toEqual(names)
    expect([...store.entries('__proto__')].map(([key]) => key)).toEqual(names)
    expect(store.get('other', 'polluted')).toBeUndefined()
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    await store.close()
  })

  test('makes all changes of a batch or none', async () => {
    const store = await open(limits)
    await store.write([put('s', 'a', 1)])
    const batch = [put('s', 'a', 2), drop('s', 'a'), put('s', 'b', 'x'.repeat(1000))]
    await expect(store.write(batch)).rejects.toMatchObject({ reason: 'value_too_large' })
    expect([...store.entries('s')]).toEqual([['a', 1]])
    await store.close()
  })

  test('measures values in bytes of their JSON', async () => {
    const store = await open({ ...limits, maxValueBytes: 8 })
    await store.write([put('s', 'a', 'üüü')])
    await expect(store.write([put('s', 'a', 'üüüx')])).rejects.toMatchObject({ reason: 'value_too_large' })
    await store.close()
  })

  test('rejects writes over its total size, and accepts them again after deletes', async () => {
    const counters = { refused: { writes: 0 } }
    const store = await open({ maxValueBytes: 1000, maxTotalBytes: 1000, counters })
    await store.write([put('s', 'a', 'x'.repeat(500))])
    await expect(store.write([put('s', 'b', 'x'.repeat(600))])).rejects.toMatchObject({ reason: 'full' })
    expect(counters.refused.writes).toBe(1)
    await store.write([put('s', 'a', 'x'.repeat(400))])
    await store.write([drop('s', 'a')])
    await store.write([put('s', 'b', 'x'.repeat(600))])
    await store.close()
  })

  test('refuses values that are not JSON', async () => {
    const store = await open(limits)
    const cycle: Record<string, JsonValue> = {}
    cycle['self'] = cycle
    for (const value of [cycle, undefined as unknown as JsonValue, 1n as unknown as JsonValue]) {
      await expect(store.write([put('s', 'a', value)])).rejects.toMatchObject({ reason: 'not_json' })
    }
    expect(store.get('s', 'a')).toBeUndefined()
    await store.close()
  })

  test('keeps an emptied space among its names, and forgets the first emptied one when there are too many', async () => {
    const store = await open({ maxValueBytes: 1000, maxTotalBytes: 1e9 })
    await store.write([put('kept', 'a', 1)])
    const spaces = Array.from({ length: 10_001 }, (_, index) => `s${index}`)
    await store.write(spaces.map((space) => put(space, 'a', 1)))
    await store.write(spaces.slice(0, -1).map((space) => drop(space, 'a')))
    expect([...store.spaces()]).toHaveLength(10_002)
    await store.write([drop('s10000', 'a')])
    expect([...store.spaces()].slice(0, 2)).toEqual(['kept', 's1'])
    await store.close()
  })

  test('shows a write at once, and refuses writes after it was closed', async () => {
    const store = await open(limits)
    const written = store.write([put('s', 'a', 1)])
    expect(store.get('s', 'a')).toBe(1)
    await written
    await store.close()
    await expect(store.write([put('s', 'a', 2)])).rejects.toMatchObject({ reason: 'closed' })
  })
})
