/** What plays a step: its members in, an effect on the stage, a failure when the engine behaves differently. */
import type { StepKinds } from '../scenario.js'
import type { Stage } from '../stage.js'

export type PlaySteps<K extends keyof StepKinds> = {
  readonly [Kind in K]: (step: StepKinds[Kind], stage: Stage) => Promise<void>
}
