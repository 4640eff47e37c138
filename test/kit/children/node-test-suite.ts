/** A suite for Node's own test runner, run by a test in a process of its own. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { registerWorker } from 'iii-node'
import { createTestEngine, type TestEngine } from 'iii-node/testing'

let engine: TestEngine
before(async () => {
  engine = await createTestEngine({ clock: 'virtual' })
})
after(async () => {
  await engine.close()
  // Reads of files, such as the runner's own, are let end; what an engine would leave open does not end by itself.
  for (let turn = 0; turn < 100 && held().includes('FSReqCallback'); turn += 1) await setTimeout(10)
  assert.deepEqual(held(), [])
})

function held(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'TTYWrap')
}

void test('workers on a socket and in memory answer', async () => {
  const remote = registerWorker(engine.url, { otel: { enabled: false } })
  const local = engine.connect()
  remote.registerFunction('double', ({ n }: { n: number }) => n * 2)
  await Promise.all([remote.ready(), local.ready()])
  assert.equal(await local.trigger({ function_id: 'double', payload: { n: 21 } }), 42)
  await remote.shutdown()
})

void test('time is in the hand of the test', async () => {
  let ticks = 0
  const worker = engine.connect()
  worker.registerFunction('tick', () => void (ticks += 1))
  worker.registerTrigger({ type: 'cron', function_id: 'tick', config: { expression: '0 * * * * *' } })
  await worker.ready()
  await engine.advance('1h')
  assert.equal(ticks, 60)
})
