/** Waiting for something in another process, with an end. */
import { setTimeout as sleep } from 'node:timers/promises'

const PATIENCE_MS = 60_000
const LOOK_EVERY_MS = 20

/** Resolves once `isSo` is true. Throws when it takes a minute, saying what was waited for. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited ${PATIENCE_MS} ms for ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}
