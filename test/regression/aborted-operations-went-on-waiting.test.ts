import { expect, test } from 'vitest'
import { socketRig } from '../kit/local-rig.js'
import { outcomeOf } from '../kit/worker-rig.js'

const CHUNK = Buffer.alloc(512 * 1024)

/** A channel whose reader takes nothing, so that writes wait for capacity after a while. */
async function fullWriter() {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { writer } = await worker.channels.create(1)
  let waiting = writer.write(CHUNK)
  for (let written = 0; (await outcomeOf(waiting)) !== undefined || written < 20; written += 1) {
    waiting = writer.write(CHUNK)
    await new Promise((resolve) => setImmediate(resolve))
    if (written > 2_000) throw new Error('The channel never filled up')
  }
  return writer
}

test.each(['write', 'sendMessage'] as const)('an abort ends a %s that waits for capacity', async (method) => {
  const writer = await fullWriter()
  const controller = new AbortController()
  const written = writer[method]('late', { signal: controller.signal })
  expect(await outcomeOf(written)).toBeUndefined()
  controller.abort('given up')

  expect(await outcomeOf(written)).toEqual({ error: 'given up' })
})

test('an abort ends a read of everything', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const { reader } = await worker.channels.create()
  const controller = new AbortController()
  const read = reader.readAll({ signal: controller.signal })
  expect(await outcomeOf(read)).toBeUndefined()
  controller.abort('given up')

  expect(await outcomeOf(read)).toEqual({ error: 'given up' })
})

test('an abort ends a call by contract whose payload is still being checked', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  const never = { '~standard': { version: 1, vendor: 'test', validate: () => new Promise<never>(() => {}) } } as const
  const controller = new AbortController()
  const called = worker.trigger({ id: 'f', input: never }, {}, { signal: controller.signal })
  expect(await outcomeOf(called)).toBeUndefined()
  controller.abort('given up')

  expect(await outcomeOf(called)).toEqual({ error: 'given up' })
})

test('the signal of a second shutdownAsync ends the wait of the first', async () => {
  const rig = await socketRig()
  const worker = await rig.addWorker()
  worker.registerFunction('hangs', () => new Promise(() => {}))
  await worker.ready()
  const call = worker.trigger({ function_id: 'hangs', payload: {} }).catch(() => undefined)
  while (worker.stats().runningInvocations === 0) await new Promise((resolve) => setImmediate(resolve))
  const first = worker.shutdownAsync({ drainTimeoutMs: 60_000 })
  const controller = new AbortController()
  const second = worker.shutdownAsync({ signal: controller.signal })
  controller.abort()

  expect(await second).toMatchObject({ abandoned: 1 })
  expect(await first).toMatchObject({ abandoned: 1 })
  await call
})
