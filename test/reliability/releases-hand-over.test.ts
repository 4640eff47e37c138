import { setTimeout as delay } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { III } from '../../src/index.js'
import type { Child } from '../kit/child.js'
import { runChild } from '../kit/compiled-project.js'
import { httpCall } from '../kit/http-client.js'
import { socketRig } from '../kit/local-rig.js'

const RELEASES = 10
const IN_FLIGHT = 16
const BETWEEN_EVENTS_MS = 2

interface Load {
  /** Calls that were answered, by the release that did. */
  readonly answeredBy: Record<string, number>
  /** Every other way a call ended. */
  readonly failed: string[]
  longestMs: number
  isOver: boolean
}

type Ask = (n: number) => Promise<{ n: number; release: string }>

/** Asks one after the other, each once. */
async function keepAsking(ask: Ask, load: Load): Promise<void> {
  for (let n = 0; !load.isOver; n++) {
    const startedAt = performance.now()
    const ending = await ask(n).then(
      (answer) => (answer.n === n ? answer.release : 'wrong answer'),
      (error: unknown) => (error as { code?: string }).code ?? String(error),
    )
    if (/^r\d+$/.test(ending)) load.answeredBy[ending] = (load.answeredBy[ending] ?? 0) + 1
    else load.failed.push(ending)
    load.longestMs = Math.max(load.longestMs, performance.now() - startedAt)
  }
}

const call =
  (caller: III): Ask =>
  (n) =>
    caller.trigger({ function_id: 'orders::create', payload: { n } })

const request =
  (port: number): Ask =>
  async (n) => {
    const answer = await httpCall({ port, path: `/orders?n=${String(n)}` })
    if (answer.status !== 200) throw new Error(`HTTP ${String(answer.status)}`)
    return answer.json() as Awaited<ReturnType<Ask>>
  }

interface Events {
  published: number
  readonly received: Map<number, number>
}

/** Publishes one event after the other, and counts how often each is received. */
async function keepPublishing(publisher: III, load: Load, events: Events): Promise<void> {
  publisher.registerFunction('tally::received', ({ n }: { n: number }) => {
    events.received.set(n, (events.received.get(n) ?? 0) + 1)
  })
  await publisher.ready()
  for (; !load.isOver; events.published++) {
    await publisher.trigger({ function_id: 'publish', payload: { topic: 'orders', data: { n: events.published } } })
    // eslint-disable-next-line local/real-time -- a load on processes
    await delay(BETWEEN_EVENTS_MS)
  }
}

test.each([
  ['names of their own', undefined],
  ['one name', 'orders'],
])(
  `${String(RELEASES)} releases with %s follow each other under load without a failed call or request, or a lost event`,
  { timeout: 90_000 },
  async (_what, workerName) => {
    const rig = await socketRig()
    const release = (n: number): Child => {
      const name = workerName === undefined ? [] : [workerName]
      return runChild('released-worker', [rig.engine.url, `r${String(n)}`, ...name])
    }
    let present = release(0)
    await present.says(/took over/)
    const load: Load = { answeredBy: {}, failed: [], longestMs: 0, isOver: false }
    const callers = await Promise.all([rig.addWorker(), rig.addWorker()])
    const asks = [...callers.map(call), request(Number(new URL(rig.engine.httpUrl ?? '').port))]
    const asking = asks.flatMap((ask) => Array.from({ length: IN_FLIGHT / 2 }, () => keepAsking(ask, load)))
    const events: Events = { published: 0, received: new Map() }
    const publishing = keepPublishing(await rig.addWorker(), load, events)
    for (let n = 1; n <= RELEASES; n++) {
      const next = release(n)
      await next.says(/waits/)
      // eslint-disable-next-line local/real-time -- an answer that must not come would take this long
      await delay(50)
      // The new release serves nothing before the old one gives it up.
      expect(load.answeredBy[`r${String(n)}`]).toBeUndefined()
      expect(await present.stop('SIGTERM')).toEqual({ code: 0, signal: null })
      await next.says(/took over/)
      present = next
    }
    await expect.poll(() => load.answeredBy[`r${String(RELEASES)}`] ?? 0).toBeGreaterThan(0)
    load.isOver = true
    await Promise.all([...asking, publishing])
    await vi.waitFor(() => expect(events.received.size).toBe(events.published), 5_000)
    const calls = Object.values(load.answeredBy).reduce((sum, count) => sum + count, 0)
    console.info(
      `${String(calls)} calls and requests over ${String(RELEASES)} releases, the longest of ` +
        `${load.longestMs.toFixed(0)} ms: ${String(load.failed.length)} failed; ` +
        `${String(events.published)} events, ${String([...events.received.values()].filter((times) => times > 1).length)} received twice`,
    )

    expect(load.failed).toEqual([])
    expect(Object.keys(load.answeredBy)).toHaveLength(RELEASES + 1)
  },
)
