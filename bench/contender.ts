/**
 * What takes part in a measurement: a side, out of a folder that holds a built package. A suite names its sides; a
 * comparison of builds puts several builds of our own side in their place, so that no suite has to know of it.
 */
import { PROJECT } from './project.js'

/** A checked-out and built copy of this package. */
export interface Build {
  readonly label: string
  readonly root: string
}

export interface Contender {
  /** Tells it apart in results. */
  readonly label: string
  readonly side: string
  readonly root: string
}

/** A side of this checkout. */
export function here(side: string): Contender {
  return { label: side, side, root: PROJECT }
}

/** All sides of this checkout, or one of them out of each build that is to be compared. */
export function contenders(
  { builds }: { readonly builds?: readonly Build[] },
  sides: readonly string[],
  compared: string,
): readonly Contender[] {
  return builds === undefined ? sides.map(here) : builds.map(({ label, root }) => ({ label, side: compared, root }))
}
