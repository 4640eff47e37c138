/**
 * State: operations take effect in the order the engine read them, each answer is what that order gives, and a value
 * is there for as long as the engine that acknowledged it. Nothing is kept beyond an engine: its store is memory.
 */
import type { SimProcess } from './schedule.js'
import type { FiredEvent, Op, Reading } from './journal.js'
import { stateAfter, type StateValue } from './state-model.js'
import type { World } from './world.js'

/** An event and the frame that caused it. */
export interface Fired {
  readonly event: FiredEvent
  readonly reading: Reading
}

/** What is wrong with the answers, and the events that the changes caused. */
export function auditState(world: World): { readonly problems: readonly string[]; readonly fired: readonly Fired[] } {
  const engines = new Map<SimProcess | undefined, Map<string, StateValue>>()
  const problems: string[] = []
  const fired: Fired[] = []
  for (const { op, reading } of world.journal.handed) {
    // An error means that the state did not change. It is checked with all other errors.
    if (op.state === undefined || isAnswer(op)) continue
    const { how, key } = op.state
    const engine = reading.link.server?.process
    const values = engines.get(engine) ?? new Map<string, StateValue>()
    engines.set(engine, values)
    const old = values.get(key)
    const { value, answer } = stateAfter(old, { how, op: op.op })
    if (value === undefined) values.delete(key)
    else values.set(key, value)
    const given = op.outcome !== undefined && 'value' in op.outcome ? [op.outcome.value ?? null] : []
    if (given.some((each) => JSON.stringify(each) !== JSON.stringify(answer))) {
      problems.push(`op ${op.op}: ${how} of ${key} gave ${JSON.stringify(given[0])}, not ${JSON.stringify(answer)}`)
    }
    if (how !== 'get') fired.push({ event: eventOf(key, old, value), reading })
  }
  return { problems, fired }
}

/** Whether the engine said that it could not do it. */
function isAnswer({ outcome }: Op): boolean {
  const { code } = (outcome !== undefined && 'error' in outcome ? outcome.error : {}) as { code?: string }
  return code?.endsWith('_ERROR') === true
}

function eventOf(key: string, old: StateValue | undefined, value: StateValue | undefined): FiredEvent {
  const how = value === undefined ? 'deleted' : old === undefined ? 'created' : 'updated'
  const event = { type: 'state', event_type: `state:${how}`, scope: 'sim', key }
  return { on: key, text: JSON.stringify({ ...event, old_value: old ?? null, new_value: value ?? null }) }
}
