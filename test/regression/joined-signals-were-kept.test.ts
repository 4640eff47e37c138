import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { createTestEngine } from 'iii-node/testing'

/** On Node 20 and 22, each result of `AbortSignal.any` stays in memory for as long as its sources live. */
test('calls of handlers with a long-lived signal are joined without `AbortSignal.any`, and leave no listener', async () => {
  const any = vi.spyOn(AbortSignal, 'any')
  const { signal } = new AbortController()
  await using engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: false } })
  worker.registerFunction('inner', (data: unknown) => data)
  worker.registerFunction('outer', async (_input, _meta, context) => {
    await context.trigger({ function_id: 'inner', payload: 1, signal })
    return getEventListeners(context.signal, 'abort').length
  })
  await worker.ready()
  for (let count = 0; count < 20; count += 1) {
    expect(await worker.trigger({ function_id: 'outer', payload: {}, signal })).toBe(0)
  }
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(any).not.toHaveBeenCalled()
})

test('a joined signal aborts a call with the reason of its source', async () => {
  await using engine = await createTestEngine({ ports: false })
  const worker = engine.connect({ otel: { enabled: false } })
  worker.registerFunction('never', () => new Promise(() => undefined))
  worker.registerFunction('outer', (_input, _meta, { trigger }) => {
    const controller = new AbortController()
    const call = trigger({ function_id: 'never', payload: {}, signal: controller.signal })
    controller.abort(new Error('given up'))
    return call
  })
  await worker.ready()
  await expect(worker.trigger({ function_id: 'outer', payload: {} })).rejects.toThrow('given up')
})
