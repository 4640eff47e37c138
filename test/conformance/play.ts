/**
 * Plays one scenario: its steps in order, each by the function of its kind. The first step that does not hold ends it.
 */
import { show } from './comparison.js'
import { ScenarioFailure } from './failure.js'
import type { Scenario, Step, StepKind, StepKinds } from './scenario.js'
import { Stage, type Targets } from './stage.js'
import { CALL_STEPS } from './steps/call-steps.js'
import { HTTP_STEPS } from './steps/http-steps.js'
import { SOCKET_STEPS } from './steps/socket-steps.js'
import type { PlaySteps } from './steps/play-step.js'
import { setTimeout as sleep } from 'node:timers/promises'

const OTHER_STEPS: PlaySteps<'sleep' | 'set' | 'repeat'> = {
  sleep: async (step) => {
    await sleep(step.sleep)
  },
  set: async (step, stage) => {
    for (const [name, value] of Object.entries(step.set)) stage.scope.set(name, value)
  },
  repeat: async (step, stage) => {
    for (let i = 0; i < step.repeat; i++) {
      stage.scope.set('i', i)
      for (const inner of step.steps) await playStep(inner, stage)
    }
  },
}

const STEPS: PlaySteps<StepKind> = { ...SOCKET_STEPS, ...CALL_STEPS, ...HTTP_STEPS, ...OTHER_STEPS }

/** Kinds that fill in their variables by themselves: some are only known once the step has begun. */
const FILLED_LATE: ReadonlySet<StepKind> = new Set(['answer', 'repeat'])

/**
 * Plays a scenario and ends everything it has opened.
 * @param limitMs how long an expectation waits when its step does not say.
 * @throws {ScenarioFailure} for the first step that does not hold.
 */
export async function play(scenario: Scenario, targets: Targets, limitMs: number): Promise<void> {
  const stage = new Stage(targets, limitMs)
  try {
    if (JSON.stringify(scenario.steps).includes('${local}')) await stage.server()
    for (const [i, step] of scenario.steps.entries()) {
      try {
        await playStep(step, stage)
      } catch (cause) {
        throw describeFailure(cause, `step ${i + 1} ${show(step).slice(0, 220)}`)
      }
    }
  } finally {
    await stage.clear()
  }
}

async function playStep(step: Step, stage: Stage): Promise<void> {
  const kind = kindOf(step)
  const filled = FILLED_LATE.has(kind) ? step : stage.scope.fill(step)
  // The kind was read off the step, so its function takes it.
  const perform = STEPS[kind] as (step: StepKinds[StepKind], stage: Stage) => Promise<void>
  await perform(filled, stage)
}

function kindOf(step: Step): StepKind {
  const kinds = Object.keys(step).filter((key) => key in STEPS)
  if (kinds.length !== 1)
    throw new ScenarioFailure(`a step is of one kind; this is of ${kinds.join(' and ') || 'none'}`)
  return kinds[0] as StepKind
}

function describeFailure(cause: unknown, where: string): Error {
  if (cause instanceof ScenarioFailure) return new ScenarioFailure(`${where}\n  ${cause.message}`)
  return new Error(`${where}\n  ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`, { cause })
}
