import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { III } from '../../src/index.js'
import { answerOf, CallLedger, type Answer } from '../kit/call-ledger.js'
import { chaosProxy, type Cut, type Trouble } from '../kit/chaos-proxy.js'
import { seededRandom, type SeededRandom } from '../kit/seeded-random.js'
import { socketRig } from '../kit/socket-rig.js'

const nightly = process.env['TIER'] === 'nightly'
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e9))
const CUTS = nightly ? 10_000 : 1_000
const CALLS = nightly ? 200_000 : 20_000
/** Time limit of a call, and what it may take beyond. */
const TIMEOUT_MS = 2_000
const SLACK_MS = 1_000
/** Calls in flight of each caller. */
const IN_FLIGHT = 6
/** About as many bytes as twenty calls take on one link, so that links and calls run out together. */
const LONGEST_LINK_BYTES = 30_000

const CLOSE_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014]
const CUT_KINDS: readonly ((random: SeededRandom) => Cut)[] = [
  () => ({ kind: 'destroy' }),
  () => ({ kind: 'rst' }),
  () => ({ kind: 'fin' }),
  (random) => ({ kind: 'half-close', towards: random.pick(['client', 'server']) }),
  (random) => ({ kind: 'black-hole', forMs: random.below(100) }),
  (random) => ({ kind: 'close-code', code: random.pick(CLOSE_CODES) }),
]

function randomTrouble(random: SeededRandom): Trouble {
  return {
    atByte: 1 + random.below(LONGEST_LINK_BYTES),
    cut: random.pick(CUT_KINDS)(random),
    ...(random.below(10) === 0 ? { latencyMs: random.below(10) } : {}),
    ...(random.below(20) === 0 ? { throttleBytes: 64 + random.below(1_000) } : {}),
  }
}

const workerOptions = {
  reconnectionConfig: { initialDelayMs: 1, maxDelayMs: 5, backoffMultiplier: 1, maxPendingMessages: 4 },
  invocationTimeoutMs: TIMEOUT_MS,
} as const

test(
  `every call settles once, in time and truly, while links are cut at random bytes (SEED=${String(SEED)})`,
  { timeout: nightly ? 1_800_000 : 90_000 },
  async () => {
    const random = seededRandom(SEED)
    const rig = await socketRig()
    let links = 0
    let isOver = false
    const kinds: Record<string, number> = {}
    const proxy = await chaosProxy(Number(new URL(rig.engine.url).port), () => {
      if (isOver) return { atByte: Infinity, cut: { kind: 'destroy' } }
      links += 1
      const trouble = randomTrouble(random)
      kinds[trouble.cut.kind] = (kinds[trouble.cut.kind] ?? 0) + 1
      return trouble
    })
    const ledger = new CallLedger(TIMEOUT_MS + SLACK_MS)
    const add = (): Promise<III> => rig.addWorker(workerOptions, proxy.url)
    const [firstServer, secondServer, ...callers] = await Promise.all([add(), add(), add(), add(), add()])
    for (const [index, server] of [firstServer, secondServer].entries()) {
      server.registerFunction(`work-${index}`, async ({ n }: { n: number }): Promise<Answer> => {
        ledger.run(n)
        if (n % 3 === 0) await delay(n % 5)
        return answerOf(n)
      })
    }
    const keepCalling = async (caller: III): Promise<void> => {
      while (ledger.size < CALLS || links < CUTS) {
        const wasAnswered = await ledger.make((n) =>
          caller.trigger({ function_id: `work-${n % 2}`, payload: { n, fill: 'y'.repeat(n % 211) } }),
        )
        // Calls that are refused at once would otherwise follow each other without end.
        if (!wasAnswered) await delay(2)
      }
    }
    await Promise.all(callers.flatMap((caller) => Array.from({ length: IN_FLIGHT }, () => keepCalling(caller))))
    isOver = true
    await delay(TIMEOUT_MS / 4)

    console.info(
      `SEED=${String(SEED)}: ${String(ledger.size)} calls over ${String(links)} links that were cut ` +
        `(${JSON.stringify(kinds)}): ${JSON.stringify(ledger.counts)}; slowest ${ledger.slowestMs.toFixed(0)} ms`,
    )
    expect(ledger.faults.slice(0, 20), `with SEED=${String(SEED)}`).toEqual([])
    expect(ledger.counts['answered']).toBeGreaterThan(ledger.size / 4)
    for (const worker of [firstServer, secondServer, ...callers]) expect(worker.stats().pendingCalls).toBe(0)
    await recovered(callers, rig.engine)
  },
)

/** Once nothing is cut any more, everything works again and nothing is left of what was cut. */
async function recovered(callers: readonly III[], engine: { stats(): { pendingCalls: number } }): Promise<void> {
  for (const caller of callers) {
    await caller.ready({ timeoutMs: 5_000 })
    for (const n of [0, 1]) {
      await expect
        .poll(() => caller.trigger({ function_id: `work-${n}`, payload: { n: 1e9 + n } }).catch(String))
        .toMatchObject({ n: 1e9 + n })
    }
  }
  expect(engine.stats().pendingCalls).toBe(0)
}
