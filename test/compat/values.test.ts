import { expect, test } from 'vitest'
import * as channel from 'iii-node/channel'
import { createChannel, createStream } from 'iii-node/helpers'
import * as root from 'iii-node'
import { InvocationError } from 'iii-node/errors'
import { registerWorker } from 'iii-node'
import { replacedSubpaths, sourceOf } from './official-packages.js'

type Namespace = Readonly<Record<string, unknown>>

async function ours(subpath: string): Promise<Namespace> {
  const source = sourceOf(subpath)
  if (source === undefined) throw new Error(`${subpath} is not published`)
  return (await import(/* @vite-ignore */ `../../${source}`)) as Namespace
}

/** What can be relied on about a value: its kind, and for tables of constants their members. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function'
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
}

test.each(replacedSubpaths)(
  'every value of $theirs is in $ours, of the same kind',
  async ({ theirs, ours: subpath }) => {
    const expected = (await import(theirs)) as Namespace
    const found = await ours(subpath)
    for (const [name, value] of Object.entries(expected)) {
      expect(found, `${subpath} exports ${name}`).toHaveProperty(name)
      // Theirs may lack members that ours has.
      expect({ [name]: shapeOf(found[name]) }).toMatchObject({ [name]: shapeOf(value) })
    }
  },
)

test('the official packages are the ones this project is held against', async () => {
  expect(replacedSubpaths.length).toBe(17)
  expect(Object.keys((await import('iii-sdk')) as Namespace)).toContain('registerWorker')
})

test('names the official root does not have are absent from ours too', () => {
  expect(root).not.toHaveProperty('ChannelReader')
  expect(root).not.toHaveProperty('ChannelWriter')
  expect(Object.keys(channel)).toEqual(expect.arrayContaining(['ChannelReader', 'ChannelWriter']))
})

test('helper functions declare as many parameters as the official ones', () => {
  expect(createChannel.length).toBe(2)
  expect(createStream.length).toBe(3)
})

test('an InvocationError reads as the official one, and is one class on both subpaths', async () => {
  const official = (await import('iii-sdk')).InvocationError
  const [mine, theirs] = [InvocationError, official].map((Class) => {
    const error = new Class({ code: 'X', message: 'y', function_id: 'f', stacktrace: 's' })
    const { name, message, code, function_id, stacktrace } = error
    return { name, message, code, function_id, stacktrace }
  })
  expect(mine).toEqual(theirs)
  expect(mine).toMatchObject({ name: 'InvocationError', message: 'X: y' })
  expect(root.InvocationError).toBe(InvocationError)
})

const OFFICIAL_METHODS = [
  'registerFunction',
  'registerTrigger',
  'trigger',
  'registerTriggerType',
  'unregisterTriggerType',
  'shutdown',
]

test('client methods are own properties that can be taken apart, replaced and spied on', async () => {
  const worker = registerWorker('ws://127.0.0.1:9', { autoConnect: false, otel: { enabled: false } })
  for (const name of OFFICIAL_METHODS) {
    expect(Object.getOwnPropertyDescriptor(worker, name), name).toMatchObject({ writable: true, configurable: true })
  }
  expect('createChannel' in worker).toBe(false)
  expect('createStream' in worker).toBe(false)

  // eslint-disable-next-line @typescript-eslint/unbound-method -- that they are bound is the point
  const { registerFunction, shutdown } = worker
  const ref = registerFunction('taken-apart', () => 1)
  expect(ref.id).toBe('taken-apart')
  await shutdown()
})
