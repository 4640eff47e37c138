import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { OrderStage, type EndedRun, type Logged } from '../kit/order-stage.js'
import { seededRandom } from '../kit/seeded-random.js'

const nightly = process.env['TIER'] === 'nightly'
const LOAD = nightly
  ? { runs: 300, kills: 200, maxPauseMs: 1_500, maxGraceMs: 3_000 }
  : { runs: 20, kills: 10, maxPauseMs: 700, maxGraceMs: 500 }
/** Every so many orders cannot be shipped. */
const FAILING = 3

/** The effects of an order in the order of its steps, without ids. The last two have no order between them. */
const SHIPPED = ['reserve', 'charge', 'ship', 'invoice', 'ended']
const REFUNDED = ['reserve', 'charge', 'ship', 'invoice', 'refund', 'release', 'ended']
/** Steps that begin before the one in front of them has ended. */
const SIDE_BY_SIDE = new Set(['ship', 'invoice'])

/** What is wrong with a run, compared with its effects. */
function faults({ order, seen, status, history }: EndedRun, effects: readonly Logged[]): string[] {
  const isFailing = order.address === 'nowhere'
  const found: string[] = []
  const check = (holds: boolean, text: string): void => {
    if (!holds) found.push(`${order.id}: ${text}`)
  }
  const expected = isFailing ? REFUNDED : SHIPPED
  const kinds = effects.map(({ what }) => what.split(' ')[0] ?? '')
  for (const kind of expected) check(kinds.includes(kind), `no effect ${kind}`)
  for (const kind of kinds) check(expected.includes(kind), `has the effect ${kind}`)
  // The next step begins once the one before is journaled; from then on it must not run again.
  const rank = (kind: string): number => (SIDE_BY_SIDE.has(kind) ? SHIPPED.indexOf('ship') : expected.indexOf(kind))
  kinds.forEach((kind, at) => {
    const later = kinds.slice(0, at).find((other) => rank(other) > rank(kind))
    check(later === undefined, `${kind} ran again after ${later ?? ''} had begun`)
  })
  check(
    new Set(effects.filter(({ what }) => what === 'reserve').map(({ key }) => key)).size === 1,
    'keys of a step differ',
  )
  const valueOf = (name: string): Record<string, unknown> | undefined =>
    history.entries.find((entry) => entry.name === name)?.value as Record<string, unknown> | undefined
  const paymentId = valueOf('charge')?.['paymentId']
  check(
    effects.some(({ what, id }) => what === 'charge' && id === paymentId),
    'the journaled payment was not made',
  )
  if (isFailing) {
    check(status.state === 'failed', `is ${status.state}`)
    check(seen === 'The address does not exist', `rejects with ${JSON.stringify(seen)}`)
    check(kinds.filter((kind) => kind === 'ship').length >= 3, 'was given up before its attempts')
    const refunds = effects.filter(({ what }) => what.startsWith('refund'))
    for (const { what } of refunds) check(what === `refund ${String(paymentId)}`, 'another payment was refunded')
  } else {
    const parcelId = valueOf('all.parcel/ship')?.['parcelId']
    check(status.state === 'completed', `is ${status.state}`)
    check(JSON.stringify(seen) === JSON.stringify({ paymentId, parcelId }), `results in ${JSON.stringify(seen)}`)
  }
  return found
}

/** Steps that ran again because of a kill; those that fail are tried again anyway. */
function repeated(ended: readonly EndedRun[], log: readonly Logged[]): number {
  const failing = new Set(ended.flatMap(({ order }) => (order.address === 'nowhere' ? [order.id] : [])))
  const steps = log.filter(({ run, what }) => what !== 'ship' || !failing.has(run))
  return steps.length - new Set(steps.map(({ run, what }) => `${run} ${what}`)).size
}

test(
  `${String(LOAD.runs)} orders while their workers and the engine are killed ${String(LOAD.kills)} times: each ends once, and no journaled step runs again`,
  { timeout: nightly ? 1_800_000 : 180_000 },
  async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
    const random = seededRandom(seed)
    const stage = await OrderStage.start()
    const startedAt = performance.now()
    const running: Promise<EndedRun>[] = []
    let engineKills = 0
    for (let kill = 0; kill < LOAD.kills; kill++) {
      while (running.length < ((kill + 1) * LOAD.runs) / LOAD.kills) {
        const id = `order-${String(running.length)}`
        const address = running.length % FAILING === 0 ? 'nowhere' : 'Elm Street 7'
        const graceTime = `${String(random.below(LOAD.maxGraceMs))}ms`
        const placed = stage.place({ id, amount: 20, address, graceTime })
        // Awaited below, with all others.
        placed.catch(() => undefined)
        running.push(placed)
      }
      // eslint-disable-next-line local/real-time -- processes are killed at any time
      await new Promise((resolve) => setTimeout(resolve, random.next() * LOAD.maxPauseMs))
      const victim = random.below(4)
      if (victim === 0) engineKills += 1
      await stage.kill(victim)
      // Every few times the next kill may happen while the engine starts.
      if (random.below(4) > 0) await stage.ready()
    }
    const ended = await Promise.all(running)
    expect(stage.failures).toEqual([])
    const log = stage.logged()
    const found = ended.flatMap((run) =>
      faults(
        run,
        log.filter((each) => each.run === run.order.id),
      ),
    )
    for (const { order, status } of ended) expect(await stage.status(order.id)).toEqual(status)
    const claims = ended.reduce((sum, { status }) => sum + status.claims, 0)
    console.info(
      `SEED=${String(seed)}: ${String(ended.length)} orders, ${String(LOAD.kills)} kills (${String(engineKills)} of the engine), ${String(log.length)} effects, ${String(repeated(ended, log))} repeated, ${String(claims)} claims in ${String(Math.round((performance.now() - startedAt) / 1000))} s`,
    )
    expect(found, `SEED=${String(seed)}`).toEqual([])
    expect(ended).toHaveLength(LOAD.runs)
  },
)

test('the tutorial shows the workflow that is killed here', () => {
  expect(readFileSync('docs/guide/workflow-tutorial.md', 'utf8')).toContain(
    readFileSync('examples/durable-order/order.ts', 'utf8'),
  )
})

test('the check detects a step that ran again, one that is missing, and another payment', () => {
  const order = { id: 'o', amount: 20, address: 'nowhere', graceTime: '1s' }
  const entry = {
    key: 'step:charge',
    kind: 'step',
    name: 'charge',
    state: 'completed',
    attempts: 1,
    startedAt: 0,
  } as const
  const run = {
    order,
    seen: 'The address does not exist',
    status: { state: 'failed' },
    history: { entries: [{ ...entry, value: { paymentId: 'p' } }] },
  } as unknown as EndedRun
  const effects = ['reserve', 'charge', 'ship', 'invoice', 'ship', 'ship', 'refund p', 'release', 'ended'].map(
    (what) => ({
      ...{ run: 'o', what, key: what },
      ...(what === 'charge' ? { id: 'p' } : {}),
    }),
  )
  expect(faults(run, effects)).toEqual([])
  expect(faults(run, effects.toSpliced(2, 1))).toEqual(['o: was given up before its attempts'])
  expect(faults(run, effects.toSpliced(2, 0, effects[0]!))).toEqual(['o: reserve ran again after charge had begun'])
  expect(faults(run, [...effects, effects[7]!])).toEqual(['o: release ran again after ended had begun'])
  expect(faults(run, effects.with(6, { run: 'o', what: 'refund q', key: 'k' }))).toEqual([
    'o: another payment was refunded',
  ])
  expect(
    faults(
      run,
      effects.filter(({ what }) => what !== 'invoice'),
    ),
  ).toEqual(['o: no effect invoice'])
})
