/**
 * What became of one scenario. The list of what is not yet supported is held to account here: what is on it has to fail.
 */
import { ScenarioFailure } from './failure.js'
import { play } from './play.js'
import type { Scenario } from './scenario.js'
import type { Targets } from './stage.js'

export interface Verdict {
  readonly id: string
  readonly kind: 'passed' | 'failed' | 'skipped' | 'unsupported'
  readonly about: string
  /** Why, for all but a pass. */
  readonly reason?: string
  readonly tookMs: number
}

export interface JudgeOptions {
  readonly targets: Targets
  readonly assumptions: readonly string[]
  readonly limitMs: number
  /** Scenarios that are known to fail, with the reason. */
  readonly notYetSupported: ReadonlyMap<string, string>
}

/** Plays a scenario, or skips it for want of an address or assumption. */
export async function judge(id: string, scenario: Scenario, options: JudgeOptions): Promise<Verdict> {
  const { targets, assumptions, limitMs, notYetSupported } = options
  const lacking = (scenario.needs ?? []).filter((need) => !(need in targets) && !assumptions.includes(need))
  const base = { id, about: scenario.about }
  if (lacking.length > 0) return { ...base, kind: 'skipped', reason: `needs ${lacking.join(', ')}`, tookMs: 0 }

  const startedAt = performance.now()
  const failure = await failureOf(() => play(scenario, targets, limitMs))
  const tookMs = Math.round(performance.now() - startedAt)
  const known = notYetSupported.get(id)
  if (failure === undefined && known === undefined) return { ...base, kind: 'passed', tookMs }
  if (failure === undefined) {
    return { ...base, kind: 'failed', reason: 'it passes: take it off the list of what is not yet supported', tookMs }
  }
  return known === undefined
    ? { ...base, kind: 'failed', reason: failure, tookMs }
    : { ...base, kind: 'unsupported', reason: known, tookMs }
}

async function failureOf(perform: () => Promise<void>): Promise<string | undefined> {
  try {
    await perform()
    return undefined
  } catch (error) {
    if (error instanceof ScenarioFailure) return error.message
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}
