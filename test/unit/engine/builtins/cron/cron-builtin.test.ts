import { expect, onTestFinished, test } from 'vitest'
import type { Binding, Builtin } from '../../../../../src/engine/builtins/builtin.js'
import { createCronBuiltin } from '../../../../../src/engine/builtins/cron/cron-builtin.js'
import { parseCronConfig } from '../../../../../src/engine/builtins/cron/cron-config.js'
import { VirtualClock } from '../../../../../src/std/time/virtual-clock.js'
import { cronModel } from '../../../../kit/cron-model.js'
import { bindingOf, bindTo, unbindFrom } from '../../../../kit/builtin-rig.js'
import { FakeHost } from '../../../../kit/fake-host.js'
import { forEachSeed } from '../../../../kit/seeds.js'
import { seededRandom } from '../../../../kit/seeded-random.js'

function start(clock?: VirtualClock): { host: FakeHost; builtin: Builtin } {
  const host = new FakeHost(clock)
  return { host, builtin: createCronBuiltin(host, parseCronConfig(undefined)) }
}

async function started(clock: VirtualClock): Promise<{ host: FakeHost; builtin: Builtin }> {
  const made = start(clock)
  made.host.serve('job', () => null)
  await made.builtin.start()
  onTestFinished(() => made.builtin.stop())
  return made
}

const cron = (expression: unknown, members: Partial<Binding> = {}): Binding =>
  bindingOf({ triggerType: 'cron', functionId: 'job', config: { expression }, ...members })

const sleep = (host: FakeHost, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    host.clock.after(delayMs, resolve)
  })

test('a trigger fires when due, with its own id, both times in UTC, and its metadata', async () => {
  const { host, builtin } = start(new VirtualClock(Date.UTC(2026, 0, 1, 2, 59, 58, 250)))
  host.serve('job', () => null, 'blue')
  await bindTo(builtin, cron('0 0 3 * * *', { id: 't-81', namespace: 'blue', metadata: { team: 'ops' } }))

  await host.clock.advance(1_749)
  expect(host.calls).toEqual([])
  await host.clock.advance(1)

  expect(host.calls).toHaveLength(1)
  expect(host.calls[0]).toMatchObject({
    functionId: 'job',
    namespace: 'blue',
    metadata: { team: 'ops' },
    data: {
      trigger: 'cron',
      job_id: 't-81',
      scheduled_time: '2026-01-01T03:00:00+00:00',
      actual_time: '2026-01-01T03:00:00+00:00',
    },
  })
})

test('a schedule months away is waited for in short steps, so a wall clock that is set is noticed', async () => {
  const { host, builtin } = start(new VirtualClock(Date.UTC(2026, 0, 1)))
  host.serve('job', () => null)
  await bindTo(builtin, cron('0 0 0 1 2 *'))
  await host.clock.advance(31 * 86_400_000 - 1)
  expect(host.calls).toEqual([])
  await host.clock.advance(1)
  expect(host.payloads('job')).toMatchObject([{ scheduled_time: '2026-02-01T00:00:00+00:00' }])
}, 30_000)

test('runs never overlap, and ticks missed while a handler runs are skipped', async () => {
  const { host, builtin } = start(new VirtualClock(Date.UTC(2026, 0, 1)))
  host.serve('job', () => sleep(host, 2_500))
  await bindTo(builtin, cron('* * * * * *'))
  await host.clock.advance(10_000)
  expect(host.payloads('job').map((data) => (data as { scheduled_time: string }).scheduled_time.slice(17, 19))).toEqual(
    ['01', '04', '07', '10'],
  )
})

test('random handlers run at the times that a simple model predicts', async () => {
  await forEachSeed(async (seed) => {
    const random = seededRandom(seed)
    const step = 1 + random.below(20)
    const every = new Set(Array.from({ length: 60 }, (_, i) => i).filter((second) => second % step === 0))
    const all = (max: number) => new Set(Array.from({ length: max + 1 }, (_, i) => i))
    const model = cronModel(`*/${String(step)} * * * * *`, [every, all(59), all(23), all(31), all(12), all(7)])
    const durations = Array.from({ length: 200 }, () => random.pick([0, 1, 900, 1_000, 5_500, 61_000]))
    const startMs = Date.UTC(2026, 2, 8) + random.below(120_000)
    const endMs = startMs + 180_000

    const expected: number[] = []
    for (let at = startMs; ; at = expected.at(-1)! + durations[expected.length - 1]!) {
      const [due] = model.runs(at, endMs, 1)
      if (due === undefined) break
      expected.push(due)
    }

    const { host, builtin } = start(new VirtualClock(startMs))
    let runs = 0
    host.serve('job', () => sleep(host, durations[runs++]!))
    await bindTo(builtin, cron(model.expression))
    await host.clock.advance(endMs - startMs)
    const actual = host.payloads('job').map((data) => Date.parse((data as { scheduled_time: string }).scheduled_time))
    expect(actual).toEqual(expected)
    await builtin.stop()
  })
}, 120_000)

test('a handler that fails or is missing runs again at the next tick', async () => {
  const { host, builtin } = start()
  await bindTo(builtin, cron('* * * * * *'))
  await host.clock.advance(1_000)
  host.serve('job', () => {
    throw new Error('no')
  })
  await host.clock.advance(2_000)
  expect(host.calls).toHaveLength(3)
  expect(host.lines.filter((line) => line.level === 'warn')).toHaveLength(3)
})

test('a condition decides with the same payload: false skips, failing skips, anything else runs', async () => {
  const { host, builtin } = start()
  const answers = [false, null, 0, new Error('broken'), true]
  host.serve('job', () => null)
  host.serve('check', () => {
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer
  })
  await bindTo(
    builtin,
    cron(undefined, { config: { expression: '* * * * * *', condition_function_id: 'check' }, metadata: { m: 1 } }),
  )
  await host.clock.advance(5_000)

  expect(host.calls.map((call) => call.functionId)).toEqual([
    'check',
    'check',
    'job',
    'check',
    'job',
    'check',
    'check',
    'job',
  ])
  expect(host.calls[1]?.data).toEqual(host.calls[2]?.data)
  expect(host.calls[1]?.metadata).toBeUndefined()
})

test('a removed trigger fires no more, even when it was just asking its condition', async () => {
  const { host, builtin } = start()
  host.serve('job', () => null)
  host.serve('check', () => sleep(host, 500))
  const binding = cron(undefined, { config: { expression: '* * * * * *', condition_function_id: 'check' } })
  await bindTo(builtin, binding)
  await host.clock.advance(1_200)
  unbindFrom(builtin, binding)
  await host.clock.advance(5_000)

  expect(host.calls.map((call) => call.functionId)).toEqual(['check'])
  expect(host.clock.pendingTimers).toBe(0)
})

test('stop leaves no timer and no pending promise', async () => {
  const { host, builtin } = start()
  host.serve('job', () => new Promise(() => {}))
  await bindTo(builtin, cron('* * * * * *', { id: 'running' }))
  await bindTo(builtin, cron('0 0 0 1 1 *', { id: 'waiting' }))
  await host.clock.advance(1_000)
  await builtin.stop()
  expect(host.calls[0]?.signal?.aborted).toBe(true)
  expect(host.clock.pendingTimers).toBe(0)
})

test('an id that is taken is refused, and its first schedule continues', async () => {
  const { host, builtin } = start()
  host.serve('job', () => null)
  await bindTo(builtin, cron('* * * * * *'))
  await expect(bindTo(builtin, cron('0 0 0 1 1 *'))).rejects.toThrow("Cron trigger 't-1' is already registered")
  await host.clock.advance(1_000)
  expect(host.calls).toHaveLength(1)
})

const settable = (): VirtualClock => new VirtualClock(Date.UTC(2026, 0, 1), { isSteady: false })
const scheduled = (host: FakeHost): string[] =>
  host.payloads('job').map((data) => (data as { scheduled_time: string }).scheduled_time.slice(11, 19))

test('a wall clock set back slightly does not repeat a tick', async () => {
  const { host, builtin } = await started(settable())
  await bindTo(builtin, cron('*/10 * * * * *'))
  await host.clock.advance(12_000)
  host.clock.setWallClock(-4_000)
  await host.clock.advance(18_000)

  expect(scheduled(host)).toEqual(['00:00:10', '00:00:20'])
})

test('after a large step back of the wall clock, schedules follow the new time within 2 s', async () => {
  const { host, builtin } = await started(settable())
  await bindTo(builtin, cron('* * * * * *'))
  await host.clock.advance(3_000)
  host.clock.setWallClock(-100_000)
  await host.clock.advance(4_500)

  expect(scheduled(host).slice(0, 3)).toEqual(['00:00:01', '00:00:02', '00:00:03'])
  expect(scheduled(host).length).toBeGreaterThanOrEqual(5)
})

test('a wall clock set forward runs a tick that it passed once, within 2 s', async () => {
  const { host, builtin } = await started(settable())
  await bindTo(builtin, cron('0 0 3 * * *'))
  await host.clock.advance(1_000)
  host.clock.setWallClock(5 * 3_600_000)
  await host.clock.advance(2_000)
  expect(scheduled(host)).toEqual(['03:00:00'])
  await host.clock.advance(3_600_000)

  expect(scheduled(host)).toEqual(['03:00:00'])
})

test('a schedule that is never due again is logged', async () => {
  const { host, builtin } = start()
  await bindTo(builtin, cron('0 0 0 1 1 * 2020'))
  expect(host.lines).toMatchObject([{ level: 'warn', fields: { trigger_id: 't-1' } }])
})

test.each([[undefined], [null], [{}], [{ expression: '* * * * *' }]])(
  'config %j of a trigger is refused',
  async (config) => {
    const { builtin } = start()
    await expect(bindTo(builtin, cron('', { config }))).rejects.toThrow(/cron expression/i)
  },
)

test.each([
  [{ schedule: 1 }, 'iii-cron.schedule (1) is not a known key; accepted: adapter'],
  [{ adapter: { name: 'redis' } }, 'iii-cron.adapter.name must be `kv`, got the string "redis"'],
  [{ adapter: { name: 'kv', config: { lock_ttl_ms: 'x' } } }, 'lock_ttl_ms must be a whole number of 1 or more'],
  [[], 'iii-cron must be an object, got an array of 0'],
])('engine config %j is refused by name', (config, message) => {
  expect(() => parseCronConfig(config)).toThrow(message)
})

test('the kv adapter of the real engine is accepted whole', () => {
  const config = { store_method: 'file_based', file_path: 'x', save_interval_ms: 5, lock_ttl_ms: 1, lock_index: 'l' }
  expect(parseCronConfig({ adapter: { name: 'kv', config } })).toEqual({ adapter: 'kv' })
})
