/** Waits for a condition in another process, with a time limit. */
import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE_MS = 60_000
const LOOK_EVERY_MS = 20

/** Resolves once `isSo` returns true. Throws after a minute, naming the condition. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited ${PATIENCE_MS} ms for ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}
