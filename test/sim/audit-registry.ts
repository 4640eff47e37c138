/**
 * Checks at the end that the engine lists exactly the registrations of the workers, and providers exactly their
 * bindings.
 */
import type { SimWorker } from './sim-worker.js'
import type { Observation, World } from './world.js'

export function auditRegistry(world: World): string[] {
  const { observation } = world
  if (observation === undefined) return ['no observer reached the engine']
  const usable = world.usableAtObservation
  const functions = observation.functions.map(({ function_id: id }) => id).filter((id) => /^w\d+::/.test(id))
  const expected = usable.flatMap(({ holdings }) => holdings.noted.held)
  return [
    ...differences('functions', expected, functions),
    ...auditTriggers(observation, usable),
    ...usable.flatMap((provider) => auditBindings(usable, provider)),
  ]
}

/** The engine lists bound triggers; triggers without a provider appear in its counters only. */
function auditTriggers({ triggers, stats }: Observation, usable: readonly SimWorker[]): string[] {
  const expected = usable.flatMap(({ holdings }) => holdings.noted.triggers)
  const isProvided = (type: string): boolean =>
    BUILT_IN.has(type) ||
    usable.some(({ holdings: { noted, withdrawn } }) => noted.bound.has(type) && !withdrawn.has(type))
  // A worker that waits for a name has a trigger of `engine::workers-available`.
  const listed = triggers.filter(({ function_id }) => !function_id.startsWith(NEWS)).map(({ id }) => id)
  const news = usable.filter(({ holdings }) => holdings.noted.waits.length > 0).length
  const ids = expected.map(({ id }) => id)
  const bound = expected.filter(({ type }) => isProvided(type)).map(({ id }) => id)
  const missing = bound.filter((id) => !listed.includes(id))
  const surplus = listed.filter((id) => !ids.includes(id))
  return [
    ...(missing.length > 0 ? [`triggers: the engine lacks ${missing.join(', ')}`] : []),
    ...(surplus.length > 0 ? [`triggers: the engine still has ${surplus.join(', ')}`] : []),
    ...(stats.triggers === ids.length + news
      ? []
      : [`triggers: the engine has ${stats.triggers}, the workers ${ids.length}, and ${news} for those who wait`]),
  ]
}

const NEWS = 'iii-node::worker-news::'

/** Trigger types of the engine itself. */
const BUILT_IN: ReadonlySet<string> = new Set(['subscribe', 'state'])

function auditBindings(usable: readonly SimWorker[], provider: SimWorker): string[] {
  return [...provider.holdings.noted.bound].flatMap(([type, bound]) => {
    if (provider.holdings.withdrawn.has(type)) return []
    const expected = usable.flatMap(({ holdings }) =>
      holdings.noted.triggers.filter((trigger) => trigger.type === type).map(({ id }) => id),
    )
    return differences(`bindings of ${type}`, expected, bound)
  })
}

function differences(what: string, expected: readonly string[], seen: readonly string[]): string[] {
  const missing = expected.filter((item) => !seen.includes(item))
  const surplus = seen.filter((item) => !expected.includes(item))
  return [
    ...(missing.length > 0 ? [`${what}: the engine lacks ${missing.join(', ')}`] : []),
    ...(surplus.length > 0 ? [`${what}: the engine still has ${surplus.join(', ')}`] : []),
  ]
}
