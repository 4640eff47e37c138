import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { III } from '../../src/index.js'
import type { Child } from '../kit/child.js'
import { runCompiledChild } from '../kit/compiled-project.js'
import { socketRig } from '../kit/socket-rig.js'

const RELEASES = 10
const IN_FLIGHT = 16
/** How long a caller that hears that nobody has the function waits before it calls again. */
const RETRY_MS = 2

interface Load {
  /** Calls that were answered, by the release that did. */
  readonly answeredBy: Record<string, number>
  /** Calls that met the moment between two releases. */
  met: number
  /** Longest time until such a call was answered. */
  longestMs: number
  /** Ways to end that must not occur. */
  readonly failed: string[]
  isOver: boolean
}

/** Calls one after the other; repeats only what is known not to have run. */
async function keepCalling(caller: III, load: Load): Promise<void> {
  for (let n = 0; !load.isOver; n++) {
    const startedAt = performance.now()
    for (let attempt = 1; ; attempt++) {
      const ending = await caller.trigger({ function_id: 'orders::create', payload: { n } }).then(
        (answer: { n: number; release: string }) => (answer.n === n ? answer.release : 'wrong answer'),
        (error: unknown) => (error as { code: string }).code,
      )
      if (ending === 'function_not_found') {
        if (attempt === 1) load.met += 1
        await delay(RETRY_MS)
        continue
      }
      if (!ending.startsWith('r')) load.failed.push(ending)
      else load.answeredBy[ending] = (load.answeredBy[ending] ?? 0) + 1
      if (attempt > 1) load.longestMs = Math.max(load.longestMs, performance.now() - startedAt)
      break
    }
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
    const release = async (n: number): Promise<Child> => {
      const name = workerName === undefined ? [] : [workerName]
      const child = runCompiledChild('released-worker', [rig.engine.url, `r${String(n)}`, ...name])
      await child.says(/connected/)
      return child
    }
    let present = await release(0)
    await present.says(/took over/)
    const load: Load = { answeredBy: {}, met: 0, longestMs: 0, failed: [], isOver: false }
    const callers = await Promise.all([rig.addWorker(), rig.addWorker()])
    const calling = callers.flatMap((caller) => Array.from({ length: IN_FLIGHT / 2 }, () => keepCalling(caller, load)))
    for (let n = 1; n <= RELEASES; n++) {
      const next = await release(n)
      await delay(100)
      // The new release serves nothing before the old one gives it up.
      expect(load.answeredBy[`r${String(n)}`]).toBeUndefined()
      expect(await present.stop('SIGTERM')).toEqual({ code: 0, signal: null })
      await next.says(/took over/)
      present = next
    }
    await delay(100)
    load.isOver = true
    await Promise.all(calling)
    const calls = Object.values(load.answeredBy).reduce((sum, count) => sum + count, 0)
    console.info(
      `${String(calls)} calls over ${String(RELEASES)} releases: ${String(load.met)} met the moment between two ` +
        `(answered within ${load.longestMs.toFixed(1)} ms), ${String(load.failed.length)} failed`,
    )

    expect(load.failed).toEqual([])
    expect(Object.keys(load.answeredBy)).toHaveLength(RELEASES + 1)
  },
)
