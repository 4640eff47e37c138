/** A CPU profile as a table: how long each function ran itself, without what it called. */
import type { Profiler, Runtime } from 'node:inspector'

export interface SelfTime {
  readonly name: string
  readonly place: string
  readonly selfUs: number
  /** Of all time the process was busy. */
  readonly share: number
}

/** Longest first; waiting does not count. */
export function selfTimes(profile: Profiler.Profile): SelfTime[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const totals = new Map<string, { name: string; place: string; selfUs: number }>()
  let busyUs = 0
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const frame = nodes.get(id)?.callFrame
    const deltaUs = profile.timeDeltas?.[i] ?? 0
    if (frame === undefined || frame.functionName === '(idle)') continue
    busyUs += deltaUs
    const name = nameOf(frame)
    const place = placeOf(frame)
    const total = totals.get(`${name} ${place}`) ?? { name, place, selfUs: 0 }
    total.selfUs += deltaUs
    totals.set(`${name} ${place}`, total)
  }
  return [...totals.values()]
    .map((total) => ({ ...total, share: total.selfUs / busyUs }))
    .sort((a, b) => b.selfUs - a.selfUs)
}

/** Time in native code carries the name of the call that started the profiler, since that is still the last one known. */
function nameOf({ functionName, url }: Runtime.CallFrame): string {
  return functionName === 'dispatch' && url === '' ? '(native)' : functionName || '(anonymous)'
}

/** The end of the path and the line: enough to find it, short enough for a table. */
function placeOf({ url, lineNumber }: Runtime.CallFrame): string {
  return url === '' ? '' : `${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`
}
