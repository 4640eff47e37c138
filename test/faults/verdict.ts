/**
 * Judges whether a planted fault was found. Only a test that failed finds one; a run that did not end may be due to a
 * slow machine, so it counts for those faults alone that say they may show that way.
 */
import type { Fault, TestsEnd } from './plant.js'

const SHOWN_CHARACTERS = 2_000

/** Begins with `found` when the fault was found. */
export function verdictOn({ mayHang }: Pick<Fault, 'mayHang'>, end: TestsEnd): string {
  if (end.failedTests > 0) return `found${/^seed \d+/m.exec(end.output)?.[0].replace('seed', ' by seed') ?? ''}`
  if (end.timedOut) return mayHang === true ? 'found: the tests did not end' : `NOT ENDED: ${tail(end)}`
  if (end.brokenFiles > 0) return `NOT LOADED: a test file failed before its tests\n${tail(end)}`
  return `NOT FOUND: ${end.passedTests} tests passed`
}

/** Why tests cannot be used to look for faults, from their run without any; `undefined` when they can. */
export function flawOfSoundRun(end: TestsEnd, tookMs: number, limitMs: number): string | undefined {
  const passed = end.failedTests === 0 && end.brokenFiles === 0 && end.passedTests > 0
  if (!passed) return `FAILS WITHOUT FAULT\n${tail(end)}`
  // A little slower, and every fault would seem to hang.
  if (tookMs > limitMs / 2) return `TOO SLOW WITHOUT FAULT: ${Math.round(tookMs / 1000)} s of ${limitMs / 1000}`
  return undefined
}

function tail({ output }: TestsEnd): string {
  return output.slice(-SHOWN_CHARACTERS)
}
