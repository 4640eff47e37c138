import { hostname } from 'node:os'
import { expect, test } from 'vitest'
import { registerWorker } from '../../src/index.js'
import { createTestEngine } from '../../src/testing/create-test-engine.js'

test('two workers of one process without a name are both accepted; the first is host:pid, also after a refused one', async () => {
  await using engine = await createTestEngine()
  expect(() => registerWorker(engine.url, { invocationTimeoutMs: -1 })).toThrow('invocationTimeoutMs')
  const workers = [1, 2, 3].map(() => registerWorker(engine.url, { otel: { enabled: false } }))
  registerWorker(engine.url, { workerName: 'own', autoConnect: false })
  await Promise.all(workers.map((worker) => worker.ready()))
  const names = (await workers[0]!.listWorkers()).map(({ name }) => name)
  const first = `${hostname()}:${String(process.pid)}`
  expect(names).toEqual(expect.arrayContaining([first, `${first}:2`, `${first}:3`]))
  await Promise.all(workers.map((worker) => worker.shutdownAsync()))
})
