/** What the two simulations have in common: scenarios made of steps, and a verdict on each run. */

/** A scenario without what belongs to one simulation. */
export interface AnyScenario {
  readonly seed: number
  readonly steps: readonly { readonly at: number; readonly what: object }[]
}

export interface Verdict<S extends AnyScenario> {
  readonly scenario: S
  /** Violations found; empty when the run passes. */
  readonly problems: readonly string[]
  /** Equal for two runs of one scenario. */
  readonly hash: string
  readonly events: number
  readonly lines: readonly string[] | undefined
}

export interface RunOptions {
  /** Whether to keep a trace as lines. Default false. */
  readonly trace?: boolean
}

export interface Simulation<S extends AnyScenario> {
  /** The options of `npm run sim` that choose it. */
  readonly flags: readonly string[]
  readonly generate: (seed: number) => S
  readonly run: (scenario: S, options?: RunOptions) => Promise<Verdict<S>>
  /** Changes that make the world around the steps plain, for shrinking. */
  readonly plainer: readonly Partial<S>[]
}
