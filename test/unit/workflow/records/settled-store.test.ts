import { expect, test } from 'vitest'
import { VirtualClock } from '../../../../src/std/time/virtual-clock.js'
import { settledRun } from '../../../../src/workflow/records/requests.js'
import { settledStore } from '../../../../src/workflow/records/settled-store.js'
import type { Store } from '../../../../src/workflow/records/store.js'

const entry = (token: string) => ({ done: [{ token, key: 'step:a', generation: 0 }] })

/** A store that gives these answers, one after another, whatever it is asked. */
function answering(...answers: readonly unknown[]): { readonly store: Store; readonly asked: string[] } {
  const asked: string[] = []
  const answer = (name: string) => (): Promise<unknown> => {
    const value = answers[asked.length]
    asked.push(name)
    return Promise.resolve(value)
  }
  const methods = { get: answer('get'), list: answer('list'), update: answer('update') }
  return { asked, store: methods as unknown as Store }
}

async function settled<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  await clock.advance(10_000)
  return work
}

test('a result that the engine forgot is written again, and used once a second read shows it', async () => {
  const clock = new VirtualClock()
  const { store, asked } = answering(entry('a'), undefined, entry('a'), entry('a'))
  const update = settledStore(store, clock, 100).update('s', 'k', [{ type: 'append', path: 'done', value: {} }])
  expect(await settled(clock, update)).toEqual(entry('a'))
  expect(asked).toEqual(['update', 'get', 'update', 'get'])
})

test('a result that another worker wrote after the engine forgot the first one is the one that is used', async () => {
  const clock = new VirtualClock()
  const { store, asked } = answering(entry('a'), entry('b'), entry('b'))
  const update = settledStore(store, clock, 100).update('s', 'k', [{ type: 'append', path: 'done', value: {} }])
  expect(await settled(clock, update)).toEqual(entry('b'))
  expect(asked).toEqual(['update', 'get', 'get'])
})

test('a journal is read twice, and what only the second reading shows counts as absent', async () => {
  const clock = new VirtualClock()
  const { store } = answering([entry('a')], [entry('a'), { done: [{ token: 'b', key: 'step:b', generation: 0 }] }])
  let isEarly = true
  const list = settledStore(store, clock, 100).list('s')
  void list.then(() => expect(isEarly).toBe(false))
  await clock.advance(99)
  isEarly = false
  expect(await settled(clock, list)).toEqual([entry('a')])
})

test('the end of a run is used once a second read shows it', async () => {
  const clock = new VirtualClock()
  const record = (token: string) => ({
    start: [{ token: 's', workflow: 'w', run: 'r', input: 1, version: 1, at: 0 }],
    'epoch:1': [{ token, at: 1, status: 'completed', settleMs: 100, generation: 0, taken: 1 }],
  })
  const { store, asked } = answering(record('a'), record('b'), record('b'))
  const run = await settled(clock, settledRun({ store, clock }, { workflow: 'w', run: 'r' }))
  expect(run.outcome?.token).toBe('b')
  expect(asked).toHaveLength(3)
})
