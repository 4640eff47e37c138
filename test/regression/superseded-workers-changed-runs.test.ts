import { expect, test } from 'vitest'
import { VirtualClock } from '../../src/std/time/virtual-clock.js'
import { parseUpdateOps } from '../../src/wire/updates/update-op.js'
import { applyUpdateOps } from '../../src/wire/updates/update-ops.js'
import type { JsonValue } from '../../src/wire/protocol/validate.js'
import { readEntry } from '../../src/workflow/records/journal.js'
import { claim, Watch } from '../../src/workflow/records/lease.js'
import * as record from '../../src/workflow/records/record.js'
import * as ops from '../../src/workflow/records/record-ops.js'
import type { Store, StoreOp } from '../../src/workflow/records/store.js'
import { seededRandom } from '../kit/seeded-random.js'

/** A record, as an engine keeps it. */
class Record {
  value: JsonValue | undefined

  constructor() {
    this.apply(ops.startOps({ workflow: 'w', run: 'r', token: 's', input: 1, version: 1, at: 0 }))
  }

  apply(changes: readonly StoreOp[]): record.Run {
    this.value = applyUpdateOps(this.value, parseUpdateOps('state::update', changes)).value
    return this.run
  }

  get run(): record.Run {
    return record.readRun(this.value)!
  }

  take(token: string): record.Run {
    return this.apply(ops.claimOps(this.run, { token, worker: token, until: 10_000, leaseMs: 10_000 }))
  }
}

function outcome(token: string, status: record.RunOutcome['status']): record.RunOutcome {
  return { token, at: 1, status }
}

test('a late end of a superseded worker ended the run that its successor was undoing', () => {
  const stored = new Record()
  const old = stored.take('old')
  const current = stored.take('new')
  expect(stored.apply(ops.endOps(old, outcome('old', 'completed'))).outcome).toBeUndefined()
  expect(stored.apply(ops.endOps(current, outcome('new', 'cancelled'))).outcome).toMatchObject({
    status: 'cancelled',
  })
  // Nor does a claim that was made meanwhile take an ended run.
  expect(stored.apply(ops.claimOps(current, { token: 'x', worker: 'x', until: 1, leaseMs: 1 })).claim).toBeUndefined()
})

test('a late `continueAs` of a superseded worker began a generation that its successor had not', () => {
  const stored = new Record()
  const old = stored.take('old')
  const current = stored.take('new')
  const next = (token: string): record.Next => ({ token, at: 1, input: token, version: 1 })
  expect(stored.apply(ops.nextOps(old, next('old')))).toMatchObject({ generation: 0, input: 1 })
  expect(stored.apply(ops.nextOps(current, next('new')))).toMatchObject({ generation: 1, input: 'new' })
  expect(stored.apply(ops.endOps(stored.run, outcome('new', 'completed'))).outcome).toMatchObject({ token: 'new' })
})

test('a superseded worker held the run of its successor, and released it', () => {
  const stored = new Record()
  const old = stored.take('old')
  stored.take('new')
  const held = [
    ...ops.pauseOps({ by: 'held', token: 'old', at: 1 }),
    ...ops.parkOps(old, { at: 1, news: 0, waits: [] }),
  ]
  const after = stored.apply(held)
  expect([after.pause, after.parked]).toEqual([undefined, undefined])
  expect(record.isOwner(after, 'new')).toBe(true)
})

test('a worker whose wall clock was ahead took the runs of living workers', () => {
  const clock = new VirtualClock()
  const stored = new Record()
  const watch = new Watch(clock)
  const looked = (): number => watch.remainingMs(stored.run, stored.run.claim!)
  stored.take('old')
  expect(looked()).toBe(10_000)
  void clock.advance(9_000)
  stored.apply(ops.extendOps('old', 19_000))
  expect(looked()).toBe(10_000)
})

test('a claim that does not change for the time of its lease is lost', async () => {
  const clock = new VirtualClock()
  const stored = new Record()
  const watch = new Watch(clock)
  const { claim: owner } = stored.take('old')
  watch.remainingMs(stored.run, owner!)
  await clock.advance(9_999)
  expect(watch.remainingMs(stored.run, owner!)).toBe(1)
  await clock.advance(1)
  expect(watch.remainingMs(stored.run, owner!)).toBe(0)
})

test('an answer that a frozen worker received after its lease had ended counted', async () => {
  const clock = new VirtualClock()
  const stored = new Record()
  let delayMs = 0
  const update = async (_scope: string, _key: string, changes: readonly StoreOp[]): Promise<unknown> => {
    stored.apply(changes)
    const { value } = stored
    await new Promise<void>((resolve) => void clock.after(delayMs, resolve))
    return value
  }
  const store = { update } as unknown as Store
  const parts = { store, clock, random: seededRandom(1), leaseMs: 10_000, workerName: 'old' }
  const claiming = claim(parts, stored.run)
  await clock.advance(1)
  const { lease } = (await claiming)!
  await clock.advance(20_000)
  delayMs = 20_000
  const answer = lease.isOwn()
  await clock.advance(1)
  stored.take('new')
  await clock.advance(60_000)
  expect(await answer).toBe(false)
})

test('an attempt that failed in two workers counted as two attempts', () => {
  const failure = (token: string) => ({ token, key: 'step:a', generation: 0, at: 1, due: 1, attempt: 1, error: {} })
  expect(readEntry({ failed: [failure('old'), failure('new')] })?.failures).toHaveLength(1)
})
