import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { IDLE_LIMIT_MS } from '../../src/sdk/connection/options.js'
import { countsOf, faultsOf, type LedgerPart } from '../kit/call-ledger.js'
import { chaosActor } from './stages/chaos-stage.js'
import { chaosProxy, type Trouble } from '../kit/chaos-proxy.js'
import type { ChildActor } from '../kit/child-actor.js'
import { socketRig } from '../kit/local-rig.js'

/** Speed of the clock of the worker: its idle limit is reached after two seconds. */
const TIMES_FASTER = 30
const LIMIT_MS = IDLE_LIMIT_MS / TIMES_FASTER
/** As many as may wait while there is no link. */
const IN_FLIGHT = 4

interface Stage {
  readonly worker: ChildActor
  /** When links were begun, and when the first fell silent. */
  readonly begunAt: number[]
  readonly silentAt: number[]
}

/** A worker in a process of its own that serves and calls; its first link falls silent after so many bytes. */
async function connected(silentAtByte: number): Promise<Stage> {
  const { engine } = await socketRig()
  const [begunAt, silentAt]: [number[], number[]] = [[], []]
  const proxy = await chaosProxy(Number(new URL(engine.url).port), (): Trouble => {
    begunAt.push(performance.now())
    return {
      atByte: begunAt.length === 1 ? silentAtByte : Infinity,
      cut: { kind: 'black-hole', forMs: Infinity },
      onCut: () => silentAt.push(performance.now()),
    }
  })
  const worker = await chaosActor('worker')
  const ledger = { limitMs: 60_000, first: 0, step: 2 }
  const times = { timesFaster: TIMES_FASTER, timeoutMs: 60_000 }
  await worker.do('connect', { url: proxy.url, name: 'worker', serves: 'work-0', ledger, ...times })
  return { worker, begunAt, silentAt }
}

function show(what: string, { begunAt, silentAt }: Stage): void {
  if (process.env['SHOW_FIGURES'] === undefined) return
  const foundMs = begunAt[1]! - silentAt[0]!
  process.stdout.write(`silent ${what}: replaced after ${foundMs.toFixed(0)} ms, idle limit ${String(LIMIT_MS)} ms\n`)
}

test('a half-open link is found amid its calls, which end with it, and the next one serves', async () => {
  const stage = await connected(20_000)
  const { worker, begunAt } = stage
  await worker.do('call', { inFlight: IN_FLIGHT })
  await expect.poll(() => begunAt.length, { timeout: 5 * LIMIT_MS }).toBe(2)
  expect(await worker.do('answer', { n: 1e9 })).toMatchObject({ n: 1e9 })
  await worker.do('stop')
  show('amid calls', stage)

  const part = await worker.do<LedgerPart>('ledger')
  expect(faultsOf([part])).toEqual([])
  // No call had to wait for a limit of its own, which is a minute, and the engine could not tell any.
  const { answered, ...others } = countsOf([part])
  expect(answered).toBeGreaterThan(0)
  expect(others['CONNECTION_LOST, unknown']).toBe(IN_FLIGHT)
  expect(Object.keys(others).sort()).toEqual(['CONNECTION_LOST, unknown'])
  expect([await worker.do('reconnects'), begunAt.length]).toEqual([1, 2])
}, 90_000)

test('a dial whose peer stops answering in the handshake is replaced by a working connection', async () => {
  const stage = await connected(1)
  show('in the handshake', stage)

  expect(await stage.worker.do('answer', { n: 0 })).toMatchObject({ n: 0 })
  expect(stage.begunAt.length).toBeGreaterThan(1)
}, 90_000)

test('a process that was blocked for longer than the idle limit keeps its healthy link', async () => {
  const { worker, begunAt } = await connected(Infinity)
  await worker.do('block', { forMs: 1.3 * LIMIT_MS })
  // eslint-disable-next-line local/real-time -- the limit is measured by a process
  await delay(1.2 * LIMIT_MS)

  expect(await worker.do('answer', { n: 0 })).toMatchObject({ n: 0 })
  expect([await worker.do('reconnects'), begunAt.length]).toEqual([0, 1])
}, 90_000)
