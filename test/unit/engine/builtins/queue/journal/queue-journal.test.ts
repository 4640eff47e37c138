import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createQueueBuiltin } from '../../../../../../src/engine/builtins/queue/queue-builtin.js'
import { parseQueueConfig } from '../../../../../../src/engine/builtins/queue/queue-config.js'
import { MemoryJournal, type QueueJournal } from '../../../../../../src/engine/builtins/queue/journal/memory-journal.js'
import { StoreJournal } from '../../../../../../src/engine/builtins/queue/journal/store-journal.js'
import { defaultStoreLimits, openStore } from '../../../../../../src/engine/storage/storage-config.js'
import { VirtualClock } from '../../../../../../src/std/time/virtual-clock.js'
import { bindingOf, bindTo, callBuiltin } from '../../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../../kit/fake-host.js'
import { forEachSeed, seeds } from '../../../../../kit/seeds.js'
import { seededRandom } from '../../../../../kit/seeded-random.js'
import { SlowJournal } from '../../../../../kit/slow-journal.js'

const config = parseQueueConfig({
  queue_configs: {
    default: { max_retries: 2, backoff_ms: 100, poll_interval_ms: 1, concurrency: 3 },
    fifo: { type: 'fifo', message_group_field: 'g', max_retries: 2, backoff_ms: 100, poll_interval_ms: 1 },
  },
})

/** Opens one and the same journal again and again, as a restarted process would. */
type Reopen = () => Promise<QueueJournal>

async function withDirectory(run: (reopen: Reopen) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'queue-journal-'))
  try {
    await run(
      async () =>
        new StoreJournal(
          await openStore({ kind: 'durable', directory }, defaultStoreLimits, { builtin: 'q', host: new FakeHost() }),
        ),
    )
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function withMemory(run: (reopen: Reopen) => Promise<void>): Promise<void> {
  const journal = new MemoryJournal()
  await run(() => Promise.resolve(journal))
}

let hosts = 0
const newHost = (): FakeHost => new FakeHost(new VirtualClock(), seededRandom(++hosts))

async function start(reopen: Reopen, host = newHost()) {
  const builtin = createQueueBuiltin(host, config, reopen)
  await builtin.start()
  const call = (functionId: string, input: unknown): Promise<unknown> => callBuiltin(builtin, functionId, input)
  const enqueue = (queue: string, data: unknown): Promise<unknown> =>
    call('engine::queue::enqueue', { queue, function_id: 'job', data, traceparent: null, baggage: 'k=v' })
  return { host, builtin, call, enqueue }
}

const subscriber = bindingOf({ triggerType: 'durable:subscriber', functionId: 'job', config: { topic: 't' } })

test.each([
  ['memory', withMemory],
  ['a store on disk', withDirectory],
])('jobs and dead letters kept in %s are there after a restart', async (_, withJournal) => {
  await withJournal(async (reopen) => {
    const first = await start(reopen)
    first.host.serve('job', (data) => {
      if (data === 'dies') throw new Error('no')
      return data === 'done' ? null : new Promise(() => {})
    })
    await bindTo(first.builtin, subscriber)
    await first.enqueue('default', 'dies')
    await first.enqueue('default', 'done')
    await first.enqueue('default', { n: 1 })
    await first.call('iii::durable::publish', { topic: 't', data: { n: 2 } })
    await expect
      .poll(async () => {
        await first.host.clock.advance(100)
        return first.call('engine::queue::topic_stats', { topic: 'default' })
      })
      .toMatchObject({ depth: 1, dlq_depth: 1 })
    await first.builtin.stop()

    const second = await start(reopen)
    second.host.serve('job', () => null)
    await bindTo(second.builtin, subscriber)
    expect(await second.call('engine::queue::dlq_messages', { queue: 'default' })).toMatchObject([{ payload: 'dies' }])
    await second.host.clock.advance(1_000)
    const returned = second.host.calls.find((call) => (call.data as { n: number }).n === 1)
    expect(returned).toMatchObject({ functionId: 'job', namespace: 'default', baggage: 'k=v' })
    expect(second.host.payloads('job')).toHaveLength(2)
    expect(second.host.payloads('job')).toContainEqual({ n: 2 })
    await second.builtin.stop()
  })
})

test('jobs of an earlier run wait for their worker to come back before a missing function counts', async () => {
  await withMemory(async (reopen) => {
    const first = await start(reopen)
    first.host.serve('job', () => new Promise(() => {}))
    await first.enqueue('default', 1)
    await first.builtin.stop()

    const second = await start(reopen)
    await second.host.clock.advance(10_000)
    expect(second.host.calls).toEqual([])
    second.host.serve('job', () => null)
    await second.host.clock.advance(1_000)
    expect(second.host.payloads('job')).toEqual([1])
    await second.enqueue('default', 2)
    second.host.unserve('job')
    await second.builtin.stop()

    const third = await start(reopen)
    await third.host.clock.advance(60_000)
    expect(third.host.calls.length).toBeLessThanOrEqual(2)
  })
})

test('an attempt that failed before the restart still counts', async () => {
  await withMemory(async (reopen) => {
    const first = await start(reopen)
    first.host.serve('job', () => {
      throw new Error('first')
    })
    await first.enqueue('default', 1)
    await first.host.clock.advance(10)
    await first.builtin.stop()

    const second = await start(reopen)
    second.host.serve('job', () => {
      throw new Error('second')
    })
    await second.host.clock.advance(1_000)
    expect(second.host.calls).toHaveLength(1)
    expect(await second.call('engine::queue::dlq_messages', { queue: 'default' })).toMatchObject([
      { error: 'second', retries: 2 },
    ])
  })
})

test('jobs of a queue that is no longer configured stay stored and are named in the log', async () => {
  await withMemory(async (reopen) => {
    const first = await start(reopen)
    first.host.serve('job', () => new Promise(() => {}))
    await first.enqueue('fifo', { g: 1 })
    await first.builtin.stop()

    const host = new FakeHost()
    const without = createQueueBuiltin(host, parseQueueConfig(undefined), reopen)
    await without.start()
    expect(host.lines).toMatchObject([{ level: 'warn', fields: { queues: ['fifo'] } }])
    await without.stop()

    const third = await start(reopen)
    third.host.serve('job', () => null)
    await third.host.clock.advance(1_000)
    expect(third.host.payloads('job')).toEqual([{ g: 1 }])
  })
})

test('an enqueue that could not be stored fails and is not delivered', async () => {
  const journal = new MemoryJournal()
  journal.write = () => Promise.reject(new Error('disk full'))
  const { host, enqueue, call } = await start(() => Promise.resolve(journal))
  host.serve('job', () => null)
  await expect(enqueue('default', 1)).rejects.toMatchObject({ code: 'queue_journal_failed' })
  await host.clock.advance(1_000)
  expect(host.calls).toEqual([])
  expect(await call('engine::queue::topic_stats', { queue: 'default' })).toMatchObject({ depth: 0 })
})

test('a record of another kind stops the start instead of being misread', async () => {
  const store = await openStore({ kind: 'memory' }, defaultStoreLimits, { builtin: 'q', host: new FakeHost() })
  await store.write([{ kind: 'put', space: 'jobs', key: 'x', value: { some: 'thing' } }])
  await expect(start(() => Promise.resolve(new StoreJournal(store)))).rejects.toThrow('unreadable record: x')
})

test('no job with a receipt is lost by a power cut, whenever it comes', async () => {
  let acknowledgedInAll = 0
  let lostUnacknowledged = 0
  await forEachSeed(async (seed) => {
    const random = seededRandom(seed)
    const disk = new MemoryJournal()
    const acknowledged = new Set<number>()
    const done = new Set<number>()
    let count = 0

    const lives = 1 + random.below(3)
    for (let life = 0; life <= lives; life++) {
      const host = new FakeHost(new VirtualClock(), random)
      const journal = new SlowJournal(disk, { clock: host.clock, random })
      host.serve('job', async (data) => {
        const { n, dies } = data as { n: number; dies: boolean }
        await new Promise<void>((resolve) => {
          host.clock.after(random.next() * 60, resolve)
        })
        if (dies) throw new Error('no')
        done.add(n)
      })
      const { enqueue, call, builtin } = await start(() => Promise.resolve(journal), host)
      if (life === lives) {
        await host.clock.advance(60_000)
        const letters = (await call('engine::queue::dlq_messages', { queue: 'fifo', limit: 1_000 })) as object[]
        const more = (await call('engine::queue::dlq_messages', { queue: 'default', limit: 1_000 })) as object[]
        const dead = [...letters, ...more].map((row) => (row as { payload: { n: number } }).payload.n)
        const settled = new Set([...done, ...dead])
        expect([...acknowledged].filter((n) => !settled.has(n))).toEqual([])
        lostUnacknowledged += count - settled.size
        await builtin.stop()
        break
      }
      for (let i = 0; i < 15; i++) {
        const data = { n: count++, g: random.pick(['a', 'b']), dies: random.below(8) === 0 }
        const queue = random.pick(['default', 'fifo'])
        host.clock.after(random.next() * 300, () => {
          void enqueue(queue, data).then(() => acknowledged.add(data.n))
        })
      }
      await host.clock.advance(random.next() * 800)
      journal.cutPower()
    }
    acknowledgedInAll += acknowledged.size
  })
  // The cuts must have come at bad moments, and not only there.
  expect(acknowledgedInAll).toBeGreaterThan(seeds.length * 5)
  expect(lostUnacknowledged).toBeGreaterThan(seeds.length / 5)
}, 300_000)
