/**
 * Telemetry: every span and line is sent or counted as dropped, and reaches the engine at most once; where nothing
 * happens to a link, all of it does.
 */
import type { SimWorker } from './sim-worker.js'
import type { TelemetryRecord } from './telemetry-work.js'
import type { World } from './world.js'

export function auditTelemetry(world: World): string[] {
  return world.workers.flatMap((worker) => {
    const record = world.telemetry.records.get(worker.process)
    if (worker.traced === undefined || record === undefined) return []
    return auditRecord(world, worker, record).map((problem) => `telemetry of ${worker.process.name}: ${problem}`)
  })
}

function auditRecord(world: World, owner: SimWorker, { made, hasLate, sent, read }: TelemetryRecord): string[] {
  const { process, worker } = owner
  const problems: string[] = []
  const twice = [...repeated(sent), ...repeated(read)]
  if (twice.length > 0) problems.push(`sent twice: ${twice.slice(0, 5).join(', ')}`)
  const unsent = read.filter((id) => !sent.includes(id))
  if (unsent.length > 0) problems.push(`the engine read spans that no worker sent: ${unsent.slice(0, 5).join(', ')}`)
  if (process.isDead) return problems
  const { droppedTelemetry } = worker.stats()
  const handled = world.journal.runs.filter((run) => run.process === process && run.end !== undefined).length
  if (made + handled !== sent.length + droppedTelemetry) {
    problems.push(`${made + handled} made, ${sent.length} sent and ${droppedTelemetry} dropped`)
  }
  if (!hasLate && isUntouched(world, owner) && read.length !== made + handled) {
    problems.push(`${made + handled} made and ${read.length} read, though nothing happened to its link`)
  }
  return problems
}

function repeated(ids: readonly string[]): string[] {
  return ids.filter((id, index) => ids.indexOf(id) !== index)
}

/** Whether its connection was open all the time, never congested and never held up, and its shutdown left no handler running. */
function isUntouched(
  { network, scenario, allEngines, journal }: World,
  { process, traced, endsAt }: SimWorker,
): boolean {
  const links = network.links.filter(({ client, path }) => client.process === process && path === '/')
  const hasLeftover = journal.runs.some(
    (run) => run.process === process && (run.endedAt ?? Infinity) > Math.min(endsAt, endOf(links)),
  )
  const hasRoom = scenario.bytesPerByte === 1 && (traced?.capacity ?? 0) > 100
  const isSteady = allEngines.length === 1 && allEngines.every(({ process: engine }) => engine.freezes.length === 0)
  return hasRoom && isSteady && links.length === 1 && links.every(({ isFaulted }) => !isFaulted) && !hasLeftover
}

function endOf(links: World['network']['links']): number {
  return links[0]?.client.closedAt ?? Infinity
}
