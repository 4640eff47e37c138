/**
 * Audits guarded listeners: calls that are not granted are refused and never run, granted calls are not refused, and
 * clients without a valid token neither call nor serve functions.
 */
import { GRANTED_KINDS, mayBind, mayCall } from './guests.js'
import type { Op, Run } from './journal.js'
import type { SimWorker } from './sim-worker.js'
import type { World } from './world.js'

export function auditGuests(world: World, runsOf: ReadonlyMap<number, readonly Run[]>): string[] {
  const guests = new Map(world.workers.filter(({ token }) => token !== undefined).map((each) => [each.process, each]))
  if (guests.size === 0) return []
  return [
    ...world.journal.ops.flatMap((op) => {
      const guest = guests.get(op.process)
      const problem = guest === undefined ? undefined : auditGuest(guest, op, runsOf.get(op.op) ?? [])
      return problem === undefined
        ? []
        : [`op ${op.op} (${op.kind} ${op.functionId} of ${op.process.name}): ${problem}`]
    }),
    ...world.journal.runs.flatMap(({ run, process, functionId }) => {
      const token = guests.get(process)?.token
      const mayServe = token === undefined || token === 'serves'
      return mayServe ? [] : [`run ${run} of ${functionId}: a guest that may not serve was called`]
    }),
    ...auditSpies(world, runsOf),
  ]
}

function auditGuest({ token }: SimWorker, op: Op, runs: readonly Run[]): string | undefined {
  const { kind, functionId, outcome } = op
  const isAnswered = outcome !== undefined && 'value' in outcome && kind !== 'void' && kind !== 'shutdown'
  if (token === 'bad' && isAnswered) return 'was answered without a good token'
  if (token === undefined || !GRANTED_KINDS.has(kind) || functionId.endsWith('::sink')) return undefined
  const isRefused = codeOf(op) === 'FORBIDDEN'
  if (mayCall(token, functionId)) return isRefused ? 'is granted and was refused' : undefined
  if (runs.length > 0) return 'is not granted and ran'
  return isAnswered ? 'is not granted and was answered' : undefined
}

function codeOf({ outcome }: Op): string | undefined {
  return outcome !== undefined && 'error' in outcome ? (outcome.error as { code?: string }).code : undefined
}

/** A publication runs a function only by a binding of a worker that may call it. */
function auditSpies({ journal, workers }: World, runsOf: ReadonlyMap<number, readonly Run[]>): string[] {
  const bound = workers.flatMap(({ token, spiedOn }) =>
    spiedOn.filter((functionId) => token === undefined || mayBind(token, functionId)),
  )
  return journal.ops.flatMap(({ op, kind }) => {
    if (kind !== 'publish') return []
    const wrong = (runsOf.get(op) ?? []).filter(({ functionId }) => !bound.includes(functionId))
    return wrong.map(
      ({ functionId }) => `publication ${op} ran ${functionId}, which no guest that registered it may bind`,
    )
  })
}
