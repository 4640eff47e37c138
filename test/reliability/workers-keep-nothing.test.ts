import { expect, test } from 'vitest'
import { TriggerAction } from '../../src/sdk/worker/calls/trigger-request.js'
import { heapBytes } from '../kit/process-watch.js'
import { connectedRig, type WorkerRig } from '../kit/worker-rig.js'

/** One of everything a worker can do, many times over, each of it ended. */
async function live(rig: WorkerRig, calls: number, registrations: number): Promise<void> {
  const { worker, link } = rig
  const { signal } = new AbortController()
  for (let done = 0; done < calls; done += 500) {
    const batch = Array.from({ length: 500 }, (_, index) =>
      worker.trigger({ function_id: 'f', payload: { index }, signal }),
    )
    await rig.settle()
    for (const message of link.calls) link.answer(message, { result: 1 })
    for (let index = 0; index < 100; index += 1) link.invoke('echo', { index })
    await Promise.all(batch)
    const aborted = new AbortController()
    const given = worker.trigger({ function_id: 'f', payload: 1, signal: aborted.signal }).catch(() => undefined)
    void worker.trigger({ function_id: 'v', payload: 1, action: TriggerAction.Void() })
    aborted.abort()
    await given
    await rig.settle()
    link.received.length = 0
  }
  for (let index = 0; index < registrations; index += 1) {
    const ref = worker.registerFunction(`own-${index}`, () => index)
    const trigger = worker.registerTrigger({ type: 'cron', function_id: ref.id, config: { index } })
    const off = worker.onConnectionStateChange(() => undefined)
    link.send({ type: 'registertrigger', id: `t${index}`, trigger_type: 'mine', function_id: 'f', config: index })
    link.send({ type: 'unregistertrigger', id: `t${index}` })
    off()
    trigger.unregister()
    ref.unregister()
    if (index % 500 === 0) {
      await worker.ready()
      link.received.length = 0
    }
  }
  await rig.settle()
  link.received.length = 0
  rig.events.length = 0
}

interface Load {
  readonly calls: number
  readonly registrations: number
}

async function retainedBytes({ calls, registrations }: Load, leak?: (rig: WorkerRig) => void): Promise<number> {
  const rig = await connectedRig({ otel: { enabled: false } })
  rig.worker.registerFunction('echo', (data: unknown) => data)
  rig.worker.registerTriggerType('mine', '', { registerTrigger: async () => {}, unregisterTrigger: async () => {} })
  await live(rig, calls / 5, registrations / 5)
  const before = await heapBytes()
  await live(rig, calls, registrations)
  leak?.(rig)
  const after = await heapBytes()
  expect(rig.worker.stats()).toMatchObject({
    pendingCalls: 0,
    runningInvocations: 0,
    queuedMessages: 0,
    registeredFunctions: 1,
    registeredTriggers: 0,
  })
  return after - before
}

const LIMIT_BYTES = 2 * 1024 * 1024

test('after 100,000 calls and 10,000 registrations, the heap has its former size', async () => {
  expect(await retainedBytes({ calls: 100_000, registrations: 10_000 })).toBeLessThanOrEqual(LIMIT_BYTES)
}, 120_000)

test('the measurement detects memory held by a listener that was not removed', async () => {
  const retained = await retainedBytes({ calls: 5_000, registrations: 500 }, (rig) => {
    const held = Array.from({ length: 400_000 }, (_, index) => ({ index }))
    rig.worker.onConnectionStateChange(() => held.length)
  })

  expect(retained).toBeGreaterThan(LIMIT_BYTES)
}, 120_000)
