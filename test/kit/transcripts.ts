/**
 * Frames of real sessions as input of mutation tests: those of the conformance scenarios, and those between a worker
 * and an engine of this package. Ids are replaced by a few known ones, so that frames of one session still match.
 */
import { createTestEngine } from '../../src/entry/testing.js'
import type { III } from '../../src/index.js'
import { listScenarios, readScenario, type Step, type StepKinds } from '../conformance/scenario.js'
import type { WireMessage } from './wire-messages.js'

/** Placeholder for the id of a pending call; a test may replace it by a real id before it sends the frame. */
export const ANY_ID = '6f0c3f0e-0000-4000-8000-000000000000'

export interface Transcripts {
  readonly fromWorkers: readonly WireMessage[]
  readonly fromEngines: readonly WireMessage[]
}

/** Everything that was ever said in a scenario, and in one conversation of our own. */
export async function transcripts(): Promise<Transcripts> {
  const steps = (await Promise.all((await listScenarios()).map((id) => readScenario(id)))).flatMap(({ steps }) => steps)
  const own = await ownConversation()
  return {
    fromWorkers: distinct([...steps.flatMap(sentIn), ...own.fromWorkers]),
    fromEngines: distinct([...steps.flatMap(expectedIn), ...own.fromEngines]),
  }
}

function sentIn(step: Step): unknown[] {
  const { send, frame, call, invoke, fn, data, extra, steps, binary } = step as Partial<
    StepKinds['send'] & StepKinds['call'] & StepKinds['invoke'] & StepKinds['repeat']
  >
  if (steps !== undefined) return steps.flatMap(sentIn)
  if (send !== undefined && binary === undefined) return [filled(frame)]
  if (call === undefined && invoke === undefined) return []
  const function_id = fn ?? ''
  return [filled({ type: 'invokefunction', invocation_id: ANY_ID, function_id, data: data ?? {}, ...extra })]
}

function expectedIn(step: Step): unknown[] {
  const { expect, frame, steps } = step as Partial<StepKinds['expect'] & StepKinds['repeat']>
  if (steps !== undefined) return steps.flatMap(expectedIn)
  return expect === undefined ? [] : [filled(frame)]
}

/** Puts values in the place of variables and matchers. */
function filled(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replaceAll('${run}', 'r').replaceAll(/\$\{[^}]*\}/g, ANY_ID)
  }
  if (Array.isArray(value)) return value.map(filled)
  if (typeof value !== 'object' || value === null) return value
  if ('$m' in value) return 'keys' in value ? filled(value.keys) : ANY_ID
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member)]))
}

function distinct(frames: readonly unknown[]): WireMessage[] {
  const messages = frames.filter((frame) => typeof frame === 'object' && frame !== null && 'type' in frame)
  return [...new Map(messages.map((message) => [JSON.stringify(message), message as WireMessage])).values()]
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** One of everything a worker can do, between our own two ends. */
async function ownConversation(): Promise<{ fromWorkers: WireMessage[]; fromEngines: WireMessage[] }> {
  const engine = await createTestEngine({ ports: false, clock: 'virtual' })
  try {
    const [provider, user] = ['provider', 'user'].map((workerName) =>
      engine.connect({ workerName, diagnostics: 'silent' }),
    ) as [III, III]
    provider.registerFunction('echo', (data: unknown) => data)
    provider.registerFunction('fail', () => Promise.reject(new TypeError('no')))
    provider.registerTriggerType('mine', 'of our own', {
      registerTrigger: () => Promise.resolve(),
      unregisterTrigger: () => Promise.resolve(),
    })
    await provider.ready()
    const triggers = ['mine', 'missing', 'cron', 'state'].map((type) =>
      user.registerTrigger({ type, function_id: 'echo', config: { expression: '* * * * * *' }, metadata: { a: 1 } }),
    )
    await user.ready()
    const ask = (function_id: string, payload: unknown): Promise<unknown> =>
      user.trigger({ function_id, payload }).catch((error: unknown) => error)
    await ask('echo', { text: 'ä\ud83d\ude00', list: [1, null, { deep: true }] })
    await ask('fail', null)
    await ask('state::set', { scope: 's', key: 'k', value: 1 })
    await ask('engine::channels::create', {})
    await user.listFunctions()
    for (const trigger of triggers) trigger.unregister()
    await user.ready()
    engine.drop(user)
    await engine.advance(5_000)
    const frames = [engine.frames(provider), engine.frames(user)]
    const read = (message: unknown): WireMessage =>
      JSON.parse(JSON.stringify(message).replaceAll(UUID, ANY_ID)) as WireMessage
    return {
      fromWorkers: frames.flatMap(({ sent }) => sent).map(read),
      fromEngines: frames.flatMap(({ received }) => received).map(read),
    }
  } finally {
    await engine.close()
  }
}
