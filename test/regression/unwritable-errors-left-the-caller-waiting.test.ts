import { expect, test } from 'vitest'
import { InvocationError } from '../../src/errors.js'
import { connectedRig } from '../kit/worker-rig.js'

const self = new Error('self')
Object.defineProperty(self, 'message', {
  get() {
    throw self
  },
})
const long = 'x'.repeat(70 * 1024 * 1024)

const results: [string, () => unknown][] = [
  ['a toJSON that throws an error whose message throws itself', () => ({ toJSON: () => thrown(self) })],
  ['a toJSON that throws a message over every limit', () => ({ toJSON: () => thrown(new Error(long)) })],
  ['a toJSON that throws undefined', () => ({ toJSON: () => thrown(undefined) })],
  ['an error whose message is no string', () => thrown(Object.assign(new Error('x'), { message: 5 }))],
  [
    'an error whose stack is no string',
    () => thrown(new InvocationError({ code: 'A', message: 'b', stacktrace: 1 as never })),
  ],
  ['an error whose code is no string', () => thrown(new InvocationError({ code: 1 as never, message: 'b' }))],
  ['a message over every limit', () => thrown(new Error(long))],
]

function thrown(value: unknown): never {
  throw value
}

test.each(results)('the caller receives a readable error for %s, from sync and async handlers', async (_name, make) => {
  const rig = await connectedRig()
  rig.worker.registerFunction('sync', () => make())
  rig.worker.registerFunction('async', async () => {
    await Promise.resolve()
    return make()
  })
  const ids = [rig.link.invoke('sync'), rig.link.invoke('async')]
  await rig.settle()

  for (const id of ids) {
    const { code, message } = rig.link.resultOf(id)?.error ?? {}
    expect([typeof code, typeof message]).toEqual(['string', 'string'])
  }
  expect(rig.link.unreadable).toEqual([])
  expect(rig.link.all('invocationresult').every(({ error }) => typeof (error?.stacktrace ?? '') === 'string')).toBe(
    true,
  )
})
