/**
 * Shares areas out among lanes. Scenarios of one area run one after the other on one engine; areas know nothing of each
 * other, so engines side by side lose nothing and most of the time is waiting anyway.
 */
import { areaOf } from './options.js'
import type { Verdict } from './verdict.js'

/** An engine of its own, a way to judge scenarios on it, and a way to end it. */
export interface Lane {
  readonly judge: (id: string) => Promise<Verdict>
  readonly close: () => Promise<void>
}

/** Judges every id once on at most `width` lanes, large areas first. The verdicts keep the order of the ids. */
export async function judgeInLanes(
  ids: readonly string[],
  width: number,
  openLane: () => Promise<Lane>,
): Promise<Verdict[]> {
  const areas = idsByArea(ids)
  const verdicts = new Map<string, Verdict>()
  const runLane = async (): Promise<void> => {
    const lane = await openLane()
    try {
      for (let area = areas.shift(); area !== undefined; area = areas.shift()) {
        for (const id of area) verdicts.set(id, await lane.judge(id))
      }
    } finally {
      await lane.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, areas.length) }, runLane))
  return ids.flatMap((id) => verdicts.get(id) ?? [])
}

function idsByArea(ids: readonly string[]): string[][] {
  const areas = new Map<string, string[]>()
  for (const id of ids) areas.set(areaOf(id), [...(areas.get(areaOf(id)) ?? []), id])
  return [...areas.values()].sort((a, b) => b.length - a.length)
}
