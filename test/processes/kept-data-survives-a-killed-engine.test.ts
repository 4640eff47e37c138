import { expect, onTestFinished, test } from 'vitest'
import { registerWorker, TriggerAction, type III } from '../../src/index.js'
import { callLater, cancelLater, serveLater } from '../../src/entry/later.js'
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

test(
  'a later call survives SIGKILL of its engine and the end of its worker, and is made once',
  { timeout: 60_000 },
  async () => {
    const folder = await temporaryFolder()
    const first = await cliEngine([...FREE_PORTS, '--data', folder])
    const before = workerOn(first.url)
    await before.ready()
    const { dueAt } = await callLater(before, 'orders::remind', { order: 7 }, { delay: '1s', key: 'remind-7' })
    await first.child.stop('SIGKILL')
    await before.shutdown()

    const second = await cliEngine([...FREE_PORTS, '--data', folder])
    const after = workerOn(second.url)
    const received: [order: number, isDue: boolean][] = []
    after.registerFunction('orders::remind', ({ order }: { order: number }) => {
      received.push([order, Date.now() >= dueAt])
    })
    await after.ready()
    serveLater(after)
    await expect.poll(() => received, { timeout: 20_000 }).toEqual([[7, true]])
    // The delivery is recorded, so that neither this worker nor another makes the call again.
    await expect.poll(() => waitingCalls(after), { timeout: 20_000 }).toEqual([])
    expect(await cancelLater(after, 'remind-7')).toBe(false)
    serveLater(workerOn(second.url))
    await after.trigger({ function_id: 'state::list_groups', payload: {} })
    expect(received).toHaveLength(1)
  },
)

/** Later calls in the state of an engine. */
async function waitingCalls(worker: III): Promise<unknown[]> {
  const { groups } = await worker.trigger<object, { groups: string[] }>({
    function_id: 'state::list_groups',
    payload: {},
  })
  const lists = groups
    .filter((scope) => scope.startsWith('iii.later'))
    .map((scope) => worker.trigger<object, unknown[]>({ function_id: 'state::list', payload: { scope } }))
  return (await Promise.all(lists)).flat()
}
