/**
 * One end of one side in its own process, `end.js <side> <url>`: serves and calls on command, and measures its calls
 * from inside.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuMs, serveCommands } from './commands.js'
import type { ConnectEnd } from './side.js'

export interface Load {
  /** Called in turn. */
  readonly functionIds: readonly string[]
  readonly calls: number
  readonly inFlight: number
  readonly payloadBytes: number
}

export interface LoadResult {
  readonly cpuMs: number
  readonly wallMs: number
  /** The median time of one call; meaningful with one in flight. */
  readonly medianCallUs: number
}

const [side = '', url = ''] = process.argv.slice(2)
// The name of a file beside this one, so that only the code of that side is loaded.
const { connectEnd } = (await import(`./sides/${side}.js`)) as { readonly connectEnd: ConnectEnd }
const end = await connectEnd(url)

const PATIENCE_MS = 5000

/** Calls until the function answers: its registration may not have arrived. */
async function reach(functionId: string): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      await end.call(functionId, {})
      return
    } catch (error) {
      if (Date.now() > giveUpAt) throw error
      await sleep(20)
    }
  }
}

async function run({ functionIds, calls, inFlight, payloadBytes }: Load): Promise<LoadResult> {
  const text = 'x'.repeat(payloadBytes)
  const callUs = new Float64Array(calls)
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < calls) {
      const n = next++
      const startedAt = performance.now()
      await end.call(functionIds[n % functionIds.length] ?? '', { n, text })
      callUs[n] = (performance.now() - startedAt) * 1000
    }
  }
  const before = { cpuMs: cpuMs(), wallMs: performance.now() }
  await Promise.all(Array.from({ length: inFlight }, lane))
  const usedCpuMs = cpuMs() - before.cpuMs
  const wallMs = performance.now() - before.wallMs
  return { cpuMs: usedCpuMs, wallMs, medianCallUs: callUs.sort()[calls >> 1] ?? 0 }
}

/** Held calls must stay pending during the whole measurement. */
const HOLD_MS = 3_600_000

/** Calls that are never answered; they are held, so that their memory can be measured. */
const held: Promise<unknown>[] = []

async function hold({ functionId, calls }: { functionId: string; calls: number }): Promise<void> {
  for (let n = 0; n < calls; n++) {
    const call = end.call(functionId, { n }, HOLD_MS)
    // It fails when this process ends, which does not matter.
    call.catch(() => undefined)
    held.push(call)
    // Frames of one tick are buffered, so this gives the socket time to send them.
    if (n % 1000 === 999) await sleep(0)
  }
}

serveCommands({ serve: (functionId: string) => end.serve(functionId), reach, run, hold })
