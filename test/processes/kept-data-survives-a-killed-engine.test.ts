import { expect, onTestFinished, test } from 'vitest'
import { registerWorker, TriggerAction, type III } from '../../src/index.js'
import { cliEngine, FREE_PORTS } from '../kit/cli.js'
import { temporaryFolder } from '../kit/temporary-folder.js'

function workerOn(url: string): III {
  const worker = registerWorker(url, { otel: { enabled: false }, diagnostics: 'silent' })
  onTestFinished(() => worker.shutdown())
  return worker
}

test('acknowledged writes of state, streams and queues survive SIGKILL', { timeout: 60_000 }, async () => {
  const folder = await temporaryFolder()
  const first = await cliEngine([...FREE_PORTS, '--data', folder])
  const before = workerOn(first.url)
  await before.ready()
  const call = (function_id: string, payload: object): Promise<unknown> => before.trigger({ function_id, payload })
  for (let i = 0; i < 50; i++) {
    await call('state::set', { scope: 'cart', key: `k${String(i)}`, value: { i } })
    await call('stream::set', { stream_name: 'chat', group_id: 'g', item_id: `m${String(i)}`, data: { i } })
    await before.trigger({
      function_id: 'jobs::run',
      payload: { i },
      action: TriggerAction.Enqueue({ queue: 'default' }),
    })
  }
  await first.child.stop('SIGKILL')
  await before.shutdown()

  const second = await cliEngine([...FREE_PORTS, '--data', folder])
  const after = workerOn(second.url)
  const ran = new Set<number>()
  after.registerFunction('jobs::run', ({ i }: { i: number }) => {
    ran.add(i)
  })
  await after.ready()
  const values = await after.trigger<object, unknown[]>({ function_id: 'state::list', payload: { scope: 'cart' } })
  expect(values).toEqual(Array.from({ length: 50 }, (_, i) => ({ i })))
  const items = await after.trigger<object, unknown[]>({
    function_id: 'stream::list',
    payload: { stream_name: 'chat', group_id: 'g' },
  })
  expect(items).toHaveLength(50)
  await expect.poll(() => ran.size, { timeout: 20_000 }).toBe(50)
})
