import { expect, test } from 'vitest'
import { createQueueBuiltin } from '../../../../../src/engine/builtins/queue/queue-builtin.js'
import { parseQueueConfig } from '../../../../../src/engine/builtins/queue/queue-config.js'
import { callBuiltin } from '../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../kit/fake-host.js'
import { runQueueModel, type ModelJob, type ModelPolicy, type ModelRun } from '../../../../kit/queue-model.js'
import { forEachSeed, seeds } from '../../../../kit/seeds.js'
import { seededRandom, type SeededRandom } from '../../../../kit/seeded-random.js'

function randomPolicy(random: SeededRandom): ModelPolicy {
  return {
    type: random.pick(['standard', 'fifo']),
    max_retries: 1 + random.below(4),
    concurrency: 1 + random.below(4),
    backoff_ms: random.pick([0, 10, 50, 300, 1000]),
    poll_interval_ms: random.pick([1, 20, 100]),
  }
}

function randomJobs(random: SeededRandom, policy: ModelPolicy): ModelJob[] {
  const failing = random.pick([0, 0.3, 0.7, 1])
  const times = Array.from({ length: 1 + random.below(25) }, () => random.next() * 2_000).sort((a, b) => a - b)
  return times.map((arrivalMs, id) => ({
    id,
    group: random.pick(['a', 'b', 'c']),
    arrivalMs,
    attempts: Array.from({ length: policy.max_retries }, () => {
      return { durationMs: 1 + random.next() * 400, succeeds: random.next() >= failing }
    }),
  }))
}

/** What the real queue does with the same jobs, on virtual time. */
async function runQueue(policy: ModelPolicy, jobs: readonly ModelJob[]): Promise<ModelRun> {
  const host = new FakeHost()
  const grouped = policy.type === 'fifo' ? { message_group_field: 'group' } : {}
  const builtin = createQueueBuiltin(host, parseQueueConfig({ queue_configs: { q: { ...policy, ...grouped } } }))
  await builtin.start()
  const starts: { id: number; attempt: number; atMs: number }[] = []
  host.serve('job', async (data) => {
    const { id } = data as { id: number }
    const attempt = starts.filter((start) => start.id === id).length + 1
    starts.push({ id, attempt, atMs: host.clock.now() })
    const { durationMs, succeeds } = jobs[id]!.attempts[attempt - 1]!
    await new Promise<void>((resolve) => {
      host.clock.after(durationMs, resolve)
    })
    if (!succeeds) throw new Error('as planned')
  })
  for (const { id, group, arrivalMs } of jobs) {
    host.clock.after(arrivalMs, () => {
      void callBuiltin(builtin, 'engine::queue::enqueue', { queue: 'q', function_id: 'job', data: { id, group } })
    })
  }
  await host.clock.advance(3_600_000)
  const letters = (await callBuiltin(builtin, 'engine::queue::dlq_messages', { queue: 'q' })) as {
    payload: { id: number }
    retries: number
  }[]
  expect(await callBuiltin(builtin, 'engine::queue::topic_stats', { queue: 'q' })).toMatchObject({ depth: 0 })
  await builtin.stop()
  expect(host.clock.pendingTimers).toBe(0)
  return { starts, dead: letters.map(({ payload, retries }) => [payload.id, retries]) }
}

/** Adding up times in another order leaves dust in the last digits. */
const rounded = ({ starts, dead }: ModelRun): ModelRun => ({
  starts: starts.map((start) => ({ ...start, atMs: Math.round(start.atMs * 1000) / 1000 })),
  dead,
})

test('random queues start every attempt in the order and at the time of the model, and the same jobs become dead letters', async () => {
  let retried = 0
  let buried = 0
  await forEachSeed(async (seed) => {
    const random = seededRandom(seed)
    const policy = randomPolicy(random)
    const jobs = randomJobs(random, policy)
    const expected = rounded(runQueueModel(policy, jobs))
    const actual = rounded(await runQueue(policy, jobs))
    expect(actual).toEqual(expected)
    retried += expected.starts.length - jobs.length
    buried += expected.dead.length
  })
  // The seeds must have had something to disagree about.
  expect(retried).toBeGreaterThan(seeds.length)
  expect(buried).toBeGreaterThan(seeds.length / 10)
}, 300_000)
