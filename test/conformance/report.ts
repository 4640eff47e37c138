/** What the runner prints: failures with their differences, counts per area, and the sum as the last line. */
import { areaOf } from './options.js'
import type { Verdict } from './verdict.js'

const LABELS = { passed: 'ok   ', failed: 'FAIL ', skipped: 'skip ', unsupported: 'todo ' } as const

/** The lines for one scenario. */
export function verdictLines(verdict: Verdict): string {
  const label = LABELS[verdict.kind]
  if (verdict.kind === 'passed') return `${label} ${verdict.id} (${verdict.tookMs} ms)`
  const reason = verdict.reason ?? ''
  if (verdict.kind !== 'failed') return `${label} ${verdict.id} (${reason})`
  return `${label} ${verdict.id}: ${verdict.about}\n      ${reason.replaceAll('\n', '\n      ')}`
}

/** Counts per area, what was left out, and `N passed, N failed` on the last line. */
export function summary(verdicts: readonly Verdict[]): string {
  const lines = [...new Set(verdicts.map(({ id }) => areaOf(id)))].sort().map((area) => {
    const ofArea = verdicts.filter(({ id }) => areaOf(id) === area)
    return `${area.padEnd(16)} ${counts(ofArea)}`
  })
  const unsupported = count(verdicts, 'unsupported')
  const skipped = count(verdicts, 'skipped')
  if (unsupported > 0) lines.push(`${unsupported} not yet supported`)
  if (skipped > 0) lines.push(`${skipped} skipped for want of an address or an assumption`)
  lines.push(`${count(verdicts, 'passed')} passed, ${count(verdicts, 'failed')} failed`)
  return lines.join('\n')
}

function counts(verdicts: readonly Verdict[]): string {
  const all = [
    [count(verdicts, 'passed'), 'passed'],
    [count(verdicts, 'failed'), 'failed'],
    [count(verdicts, 'unsupported'), 'not yet supported'],
    [count(verdicts, 'skipped'), 'skipped'],
  ] as const
  return all
    .filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}`)
    .join(', ')
}

function count(verdicts: readonly Verdict[], kind: Verdict['kind']): number {
  return verdicts.filter((verdict) => verdict.kind === kind).length
}
