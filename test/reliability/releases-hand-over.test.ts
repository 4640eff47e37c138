import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { III } from '../../src/index.js'
import type { Child } from '../kit/child.js'
import { runCompiledChild } from '../kit/compiled-project.js'
import { socketRig } from '../kit/socket-rig.js'

const RELEASES = 10
const IN_FLIGHT = 16

interface Load {
  /** Calls that were answered, by the release that did. */
  readonly answeredBy: Record<string, number>
  /** Every other way a call ended. */
  readonly failed: string[]
  longestMs: number
  isOver: boolean
}

/** Calls one after the other, each once. */
async function keepCalling(caller: III, load: Load): Promise<void> {
  for (let n = 0; !load.isOver; n++) {
    const startedAt = performance.now()
    const ending = await caller.trigger({ function_id: 'orders::create', payload: { n } }).then(
      (answer: { n: number; release: string }) => (answer.n === n ? answer.release : 'wrong answer'),
      (error: unknown) => (error as { code: string }).code,
    )
    if (/^r\d+$/.test(ending)) load.answeredBy[ending] = (load.answeredBy[ending] ?? 0) + 1
    else load.failed.push(ending)
    load.longestMs = Math.max(load.longestMs, performance.now() - startedAt)
  }
}

test.each([
  ['names of their own', undefined],
  ['one name', 'orders'],
])(
  `${String(RELEASES)} releases with %s follow each other under load without a failed call`,
  { timeout: 90_000 },
  async (_what, workerName) => {
    const rig = await socketRig()
    const release = (n: number): Child => {
      const name = workerName === undefined ? [] : [workerName]
      return runCompiledChild('released-worker', [rig.engine.url, `r${String(n)}`, ...name])
    }
    let present = release(0)
    await present.says(/took over/)
    const load: Load = { answeredBy: {}, failed: [], longestMs: 0, isOver: false }
    const callers = await Promise.all([rig.addWorker(), rig.addWorker()])
    const calling = callers.flatMap((caller) => Array.from({ length: IN_FLIGHT / 2 }, () => keepCalling(caller, load)))
    for (let n = 1; n <= RELEASES; n++) {
      const next = release(n)
      await next.says(/waits/)
      await delay(50)
      // The new release serves nothing before the old one gives it up.
      expect(load.answeredBy[`r${String(n)}`]).toBeUndefined()
      expect(await present.stop('SIGTERM')).toEqual({ code: 0, signal: null })
      await next.says(/took over/)
      present = next
    }
    await delay(50)
    load.isOver = true
    await Promise.all(calling)
    const calls = Object.values(load.answeredBy).reduce((sum, count) => sum + count, 0)
    console.info(
      `${String(calls)} calls over ${String(RELEASES)} releases, the longest of ${load.longestMs.toFixed(0)} ms: ` +
        `${String(load.failed.length)} failed`,
    )

    expect(load.failed).toEqual([])
    expect(Object.keys(load.answeredBy)).toHaveLength(RELEASES + 1)
  },
)
