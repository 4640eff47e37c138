/** Steps of invocations: calling and checking the answer, only calling, answering once or always. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRecord } from '../../../src/wire/protocol/validate.js'
import { ScenarioFailure } from '../failure.js'
import { ANSWER_DELAY_MS } from '../peer.js'
import type { StepKinds } from '../scenario.js'
import type { Stage } from '../stage.js'
import type { PlaySteps } from './play-step.js'
import { retrying } from './retrying.js'
import { takeFrame, type TakeOptions } from './take-frame.js'

type Taking = Pick<StepKinds['call'], 'within' | 'next' | 'by'>

const takeOptions = ({ within, next, by }: Taking, stage: Stage): TakeOptions => ({
  limitMs: within ?? stage.limitMs,
  next,
  by,
})

async function callOnce(step: StepKinds['call'], stage: Stage): Promise<void> {
  const peer = stage.peer(step.call)
  const invocation_id = randomUUID()
  peer.write({ type: 'invokefunction', invocation_id, function_id: step.fn, data: step.data ?? {}, ...step.extra })
  const answer = { type: 'invocationresult', invocation_id }
  const frame = await takeFrame(peer, answer, takeOptions(step, stage))
  const wanted = { ...answer, function_id: step.fn, ...outcomeOf(step), ...step.also }
  stage.check(`${peer.name}: the answer to ${step.fn} differs`, wanted, frame)
}

function outcomeOf({ result = { $m: 'any' }, error, noResult }: StepKinds['call']): object {
  if (error !== undefined) return { error }
  return noResult === true ? {} : { result }
}

export const CALL_STEPS: PlaySteps<'call' | 'invoke' | 'answer' | 'autoAnswer'> = {
  async call(step, stage) {
    await retrying(step.retry, () => callOnce(step, stage))
  },
  async invoke(step, stage) {
    const invocation_id = stage.scope.get(`uuid:${step.id ?? 'call'}`)
    const call = { type: 'invokefunction', invocation_id, function_id: step.fn, data: step.data ?? {} }
    stage.peer(step.invoke).write({ ...call, ...step.extra })
  },
  async answer(step, stage) {
    const { answer, fn, data, frame, within, next, by } = step
    const peer = stage.peer(answer)
    const call = { type: 'invokefunction', function_id: stage.scope.fill(fn) }
    const taken = await takeFrame(peer, call, takeOptions({ within, next, by } as Taking, stage))
    if (!isRecord(taken)) throw new ScenarioFailure(`${peer.name}: the next frame is no call`)
    if (frame !== undefined) stage.check(`${peer.name}: the call differs`, stage.scope.fill(frame), taken)
    else if (data !== undefined) stage.check(`${peer.name}: the payload differs`, stage.scope.fill(data), taken['data'])
    // Filled only now: a reply may use what the check has captured.
    const reply = stage.scope.fill(replyOf(step))
    await sleep(ANSWER_DELAY_MS)
    const { invocation_id, function_id } = taken
    if (typeof invocation_id === 'string')
      peer.write({ type: 'invocationresult', invocation_id, function_id, ...reply })
  },
  async autoAnswer(step, stage) {
    stage.peer(step.autoAnswer).answerAlways(step.fn, replyOf(step))
  },
}

function replyOf({ result, error }: { readonly result?: unknown; readonly error?: unknown }): object {
  return error === undefined ? { result } : { error }
}
