/** The engine knows exactly what the workers have, once everything is quiet; providers have exactly their bindings. */
import type { SimWorker } from './sim-worker.js'
import type { World } from './world.js'

export function auditRegistry(world: World): string[] {
  const { observation } = world
  if (observation === undefined) return ['nobody could look at the engine']
  const usable = world.usableAtObservation
  const functions = observation.functions.map(({ function_id: id }) => id).filter((id) => /^w\d+::/.test(id))
  const expected = usable.flatMap(({ functionsAtObservation }) => functionsAtObservation)
  const triggers = usable.flatMap(({ triggersAtObservation }) => triggersAtObservation.map(({ id }) => id))
  return [
    ...differences('functions', expected, functions),
    ...differences(
      'triggers',
      triggers,
      observation.triggers.map(({ id }) => id),
    ),
    ...usable.flatMap((provider) => auditBindings(usable, provider)),
  ]
}

function auditBindings(usable: readonly SimWorker[], provider: SimWorker): string[] {
  return [...provider.boundAtObservation].flatMap(([type, bound]) => {
    if (provider.withdrawn.has(type)) return []
    const expected = usable.flatMap(({ triggersAtObservation }) =>
      triggersAtObservation.filter((trigger) => trigger.type === type).map(({ id }) => id),
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
