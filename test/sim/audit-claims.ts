/**
 * Audits names that several workers claim, once the simulation is quiet: exactly one worker owns each name, no worker
 * waits for a free name, and each waiting worker has reported that it waits.
 */
import type { SimWorker } from './sim-worker.js'
import type { World } from './world.js'

export function auditClaims(world: World): string[] {
  const groups = new Map<number, SimWorker[]>()
  for (const worker of world.usableAtObservation) {
    if (worker.claim !== undefined) groups.set(worker.claim.group, [...(groups.get(worker.claim.group) ?? []), worker])
  }
  return [...groups].flatMap(([group, claimants]) => [
    ...claimants.flatMap(auditWaiting),
    ...auditName(claimants),
    ...[...new Set(claimants.flatMap(({ holdings }) => holdings.noted.functions))]
      .filter((id) => id.startsWith(`w${group}::f`))
      .flatMap((id) => auditFunction(world, id, claimants)),
  ])
}

/** Functions that a worker waits for although no worker owns them. */
export function findFreeNames(usable: readonly SimWorker[]): string[] {
  return usable.flatMap(({ process, claim, claims, holdings }) =>
    [...claims.waiting].flatMap((id) => {
      const others = usable.filter((each) => each.claim?.group === claim?.group)
      const isHeld = others.some((each) => each.holdings.functions.has(id) && each.claims.holds(id))
      return isHeld || !holdings.functions.has(id) ? [] : [`${process.name} waits for ${id}, which has no owner`]
    }),
  )
}

function auditWaiting({ process, holdings: { noted } }: SimWorker): string[] {
  const { waits, waitingNames } = noted
  return waits.length === waitingNames
    ? []
    : [`${process.name} counts ${waitingNames} names that it waits for, and has reported ${waits.join(', ') || 'none'}`]
}

function auditFunction(world: World, id: string, claimants: readonly SimWorker[]): string[] {
  const own = claimants.filter(({ holdings }) => holdings.noted.functions.includes(id))
  const holders = own.filter(({ holdings }) => holdings.noted.held.includes(id))
  const names = holders.map(({ process }) => process.name)
  const isListed = world.observation?.functions.some(({ function_id }) => function_id === id) === true
  const waits = own.some(({ claim }) => claim?.onConflict === 'wait')
  if (holders.length > 1) return [`${id}: ${names.join(' and ')} both believe to hold it`]
  if (waits && holders.length === 0) return [`${id}: it has no owner, and a worker waits for it`]
  if (isListed !== (holders.length === 1)) return [`${id} is ${isListed ? '' : 'not '}listed; held by ${names.join()}`]
  const run = world.probes.flatMap(({ op, functionId }) =>
    functionId === id ? world.journal.runs.filter((each) => each.op === op) : [],
  )
  const stranger = run.find(({ process }) => process !== holders[0]?.process)
  return stranger === undefined ? [] : [`${id}: held by ${names.join()}, and run by ${stranger.process.name}`]
}

/** Of workers of one name, all but one wait for it. */
function auditName(claimants: readonly SimWorker[]): string[] {
  const named = claimants.filter(({ claim }) => claim?.sharesName)
  const holders = named.filter(({ holdings }) => !holdings.noted.waits.includes('its name'))
  if (named.length === 0 || holders.length === 1) return []
  return [`${holders.length} of ${named.map(({ process }) => process.name).join(', ')} have their common name`]
}
