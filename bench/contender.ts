/**
 * What a suite measures: one side, from a folder with a built package. A suite names its sides; a comparison of builds
 * replaces them by several builds of our own side, so that suites need no code for it.
 */
import { PROJECT } from './project.js'

/** A checked-out and built copy of this package. */
export interface Build {
  readonly label: string
  readonly root: string
}

export interface Contender {
  /** Identifies the build in results. */
  readonly label: string
  readonly side: string
  readonly root: string
}

/** A side of this checkout. */
export function here(side: string): Contender {
  return { label: side, side, root: PROJECT }
}

/** All sides of this checkout, or one of them from each build to compare. */
export function contenders(
  { builds }: { readonly builds?: readonly Build[] },
  sides: readonly string[],
  compared: string,
): readonly Contender[] {
  return builds === undefined ? sides.map(here) : builds.map(({ label, root }) => ({ label, side: compared, root }))
}
