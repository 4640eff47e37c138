import { expect, onTestFinished, test } from 'vitest'
import { createTestEngine } from 'iii-node/testing'
import type { TestEngine } from '../../src/testing/test-engine.js'
import { deferred, type Deferred } from '../../src/std/async/deferred.js'

interface Rig {
  readonly engine: TestEngine
  /** Ends the handler. */
  readonly end: Deferred<void>
  /** Names and states of all spans, as the engine reports them. */
  readonly listed: () => Promise<unknown[]>
}

/** An engine with a worker that serves `slow`, which waits, and `quick`, which does not. */
async function rig(liveSpans: boolean | undefined): Promise<Rig> {
  const engine = await createTestEngine({ ports: false, clock: 'virtual' })
  onTestFinished(() => engine.close())
  const settings = { enabled: true, fetchInstrumentationEnabled: false, metricsEnabled: false }
  const worker = engine.connect({ otel: { ...settings, ...(liveSpans === undefined ? {} : { liveSpans }) } })
  const end = deferred<void>()
  worker.registerFunction('slow', async (_input, _meta, { trigger }) => {
    await trigger({ function_id: 'quick', payload: {} })
    await end.promise
  })
  worker.registerFunction('quick', () => 1)
  await engine.advance('1 s')
  const listed = async (): Promise<unknown[]> => {
    const answer = engine.call('engine::traces::list', { search_all_spans: true })
    await engine.advance(1)
    const { spans } = (await answer) as { spans: { name: string; status: string; pending?: boolean }[] }
    return spans.map(({ name, status, pending = false }) => [name, status, pending])
  }
  return { engine, end, listed }
}

test('a long span is exported while it runs and is stored as one span after its end', async () => {
  const { engine, end, listed } = await rig(true)
  const done = engine.call('slow', { sku: 'tea' })
  await engine.advance(250)
  expect(await listed()).toEqual([
    ['execute slow', 'unset', true],
    ['execute quick', 'ok', false],
  ])
  const [running] = engine.spans().filter(({ name }) => name === 'execute slow')
  expect(running).toMatchObject({ endMs: 0, events: [{ name: 'iii.invocation.input' }] })
  expect(engine.spans()).toHaveLength(2)

  end.resolve()
  await engine.advance(250)
  await done
  expect(await listed()).toEqual([
    ['execute slow', 'ok', false],
    ['execute quick', 'ok', false],
  ])
  const whole = engine.spans().filter(({ name }) => name === 'execute slow')
  expect(whole).toEqual([expect.objectContaining({ spanId: running!.spanId, traceId: running!.traceId })])
  expect(whole[0]!.endMs).toBeGreaterThan(0)
})

test.each([false, undefined])('with liveSpans %s spans come when they end', async (liveSpans) => {
  const { engine, end, listed } = await rig(liveSpans)
  const done = engine.call('slow')
  await engine.advance(250)
  expect(await listed()).toEqual([['execute quick', 'ok', false]])
  end.resolve()
  await engine.advance(250)
  await done
  expect(engine.spans()).toHaveLength(2)
})
