/** Repeats a step that may hold only after a while. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ScenarioFailure } from '../failure.js'

const PAUSE_MS = 60

/** Tries until the step holds or the time is over; the last failure counts. */
export async function retrying(forMs = 0, attempt: () => Promise<void>): Promise<void> {
  const end = Date.now() + forMs
  for (;;) {
    try {
      await attempt()
      return
    } catch (failure) {
      if (!(failure instanceof ScenarioFailure) || Date.now() >= end) throw failure
      await sleep(PAUSE_MS)
    }
  }
}
