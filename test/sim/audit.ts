/**
 * The invariants: what docs/guide/delivery.md promises, held against what was noted. Each check says in one sentence
 * what is wrong; an empty list is the only good end.
 */
import { auditClaims } from './audit-claims.js'
import { auditChannels } from './audit-channels.js'
import { auditEnds } from './audit-ends.js'
import { auditGuests } from './audit-guests.js'
import { auditRegistry } from './audit-registry.js'
import { auditQueues } from './audit-queues.js'
import { auditState } from './audit-state.js'
import { auditTelemetry } from './audit-telemetry.js'
import { auditWatches } from './audit-watches.js'
import type { Op, Run } from './journal.js'
import type { SimProcess } from './schedule.js'
import type { SimLink } from './link.js'
import { isFault, type Fault } from './scenario.js'
import type { SimWorker } from './sim-worker.js'
import type { World } from './world.js'

/** Timers are whole milliseconds. */
const TIMER_MS = 2
/** Tolerance above the time limit of a closing handshake. */
const END_SLACK_MS = 250

/** Everything that is wrong with a run. */
export function audit(world: World): string[] {
  const runsOf = groupRuns(world)
  const isCalm = world.scenario.steps.every(({ what }) => !isFault(what) || isHarmless(what))
  const problems = [...world.journal.violations]
  for (const op of world.journal.ops) {
    const found = auditOp(world, op, runsOf.get(op.op) ?? [])
    const { name } = op.process
    if (found !== undefined) problems.push(`op ${op.op} (${op.kind} ${op.functionId} of ${name}): ${found}`)
  }
  problems.push(...auditQueues(world, runsOf), ...auditChannels(world), ...auditRegistry(world), ...auditEnds(world))
  const { problems: ofState, fired } = auditState(world)
  problems.push(
    ...ofState,
    ...auditWatches(world, fired),
    ...auditGuests(world, runsOf),
    ...auditClaims(world),
    ...auditTelemetry(world),
  )
  if (isCalm && world.scenario.bytesPerByte === 1) problems.push(...auditCalm(world))
  return problems
}

/** A frozen worker and a changed wall clock end no connection. */
function isHarmless(fault: Fault): boolean {
  return fault.kind === 'epoch' || (fault.kind === 'freeze' && fault.worker !== 'engine')
}

function groupRuns({ journal }: World): Map<number, Run[]> {
  const grouped = new Map<number, Run[]>()
  for (const run of journal.runs) {
    const known = grouped.get(run.op)
    if (known === undefined) grouped.set(run.op, [run])
    else known.push(run)
  }
  return grouped
}

function auditOp(world: World, op: Op, runs: readonly Run[]): string | undefined {
  if (op.kind !== 'enqueue' && op.kind !== 'publish' && runs.length > 1) return `ran ${runs.length} times`
  if (op.writtenTo.length > 1) return `its frame was written ${op.writtenTo.length} times`
  if (op.settledAt === undefined) return op.process.isDead ? undefined : 'never settled'
  if (op.settled > 1) return `settled ${op.settled} times`
  const limit = op.deadlineAt + frozenMs(op.process, op.startedAt) + (op.kind === 'shutdown' ? END_SLACK_MS : TIMER_MS)
  if (op.settledAt > limit) return `settled ${(op.settledAt - op.deadlineAt).toFixed(1)} ms after its deadline`
  if (op.outcome === undefined) return 'has no outcome'
  if (op.abortedAt !== undefined && op.settledAt > op.abortedAt) return 'was given up and settled later'
  const waited = auditWait(world, op)
  if (waited !== undefined) return waited
  return 'value' in op.outcome ? auditValue(world, op, runs) : auditError(world, op, runs)
}

/** How long a process was held up since a moment. */
function frozenMs({ freezes }: SimProcess, since: number): number {
  return freezes.reduce((sum, { from, until }) => sum + Math.max(0, until - Math.max(from, since)), 0)
}

function auditValue(world: World, op: Op, runs: readonly Run[]): string | undefined {
  const { value } = op.outcome as { value: unknown }
  if (op.kind === 'enqueue') {
    return typeof (value as { messageReceiptId?: unknown }).messageReceiptId === 'string' ? undefined : 'has no receipt'
  }
  if (op.kind === 'void') return value === undefined ? undefined : 'a void call resolved with something'
  if (op.kind === 'shutdown') return auditDrain(world, op)
  if (op.kind === 'publish') return (value ?? null) === null ? undefined : 'a publication resolved with something'
  if (op.kind !== 'call' && op.kind !== 'probe') return undefined
  const { done, run: number } = (value ?? {}) as { done?: unknown; run?: unknown }
  const run = runs.find((candidate) => candidate.run === number)
  if (done !== op.op || run === undefined) return `got a result that is not its own: ${JSON.stringify(value)}`
  return run.end === 'returned' ? undefined : 'got a result of a handler that has not returned'
}

/** A drain ends early only when no handler runs, no caller waits, or the client has failed for good. */
function auditDrain(world: World, op: Op): string | undefined {
  const { journal } = world
  const endsAt = op.deadlineAt - 1_000
  if (op.functionId !== 'drained' || op.settledAt! >= endsAt) return undefined
  const isRunning = journal.runs.some(({ process, startedAt, endedAt, link }) => {
    const wasRunning =
      process === op.process && startedAt < op.startedAt && !(endedAt !== undefined && endedAt <= op.settledAt!)
    return wasRunning && link?.isFaulted === false && link.client.closedAt! >= op.settledAt! - 1_000
  })
  // Of several limits, the one that comes first ends the drain.
  const isCut = journal.ops.some(({ kind, process, functionId, startedAt, deadlineAt }) => {
    if (kind !== 'shutdown' || process !== op.process) return false
    return (functionId === 'at once' ? startedAt : deadlineAt - 1_000) <= op.settledAt!
  })
  const failed = world.workers
    .find(({ process }) => process === op.process)
    ?.diagnostics.some((event) => event.kind === 'state' && event.state === 'failed')
  return isRunning && !isCut && !failed ? 'ended while a handler was running' : undefined
}

interface Failure {
  readonly code?: string
  readonly outcome?: string
  readonly message?: string
}

function auditError(world: World, op: Op, runs: readonly Run[]): string | undefined {
  const { error } = op.outcome as { error: unknown }
  if (error === op.abortReason) return op.settledAt === op.abortedAt ? undefined : 'rejected later than its abort'
  const { code = '', outcome, message = '' } = error as Failure
  const seen = `${code} ${outcome ?? ''} (${message})`
  if (op.kind === 'void' && !ENDED.has(code)) return `a void call rejected: ${seen}`
  if (op.kind === 'shutdown') return `a shutdown rejected: ${seen}`
  if (outcome === 'not_sent') {
    if (runs.length > 0) return `is said not to be sent, but ran: ${seen}`
    // Written, but on a link whose session the engine denied.
    if (code === 'AUTH_ERROR') return isGuest(world, op) ? undefined : `unexpected: ${seen}`
    if (op.writtenTo.length > 0) return `is said not to be sent, but was written: ${seen}`
    return NOT_SENT.has(code) ? undefined : `unexpected: ${seen}`
  }
  if (outcome === 'unknown') {
    if (op.kind !== 'ready' && isTapped(op) && op.writtenTo.length === 0)
      return `is said to be unknown, but was never written: ${seen}`
    return UNKNOWN.has(code) ? auditLost(op, code) : `unexpected: ${seen}`
  }
  return auditRemote(world, op, { code, message, runs })
}

const NOT_SENT = new Set(['PENDING_QUEUE_FULL', 'SHUTDOWN', 'RETRIES_EXHAUSTED'])
/** After the end of a client, a void call too says that it was not sent. */
const ENDED = new Set(['SHUTDOWN', 'RETRIES_EXHAUSTED', 'AUTH_ERROR'])
const UNKNOWN = new Set(['CONNECTION_LOST', 'SHUTDOWN'])

const TAPPED: ReadonlySet<Op['kind']> = new Set(['call', 'enqueue', 'probe', 'publish', 'state'])

/** Whether its frame carries its number, so that writing it was noted. */
function isTapped(op: Op): boolean {
  return TAPPED.has(op.kind)
}

function auditLost(op: Op, code: string): string | undefined {
  const [link] = op.writtenTo
  if (code !== 'CONNECTION_LOST' || link === undefined) return undefined
  return link.client.state === 'closed' ? undefined : `lost its connection ${link.name}, which is alive`
}

interface Remote {
  readonly code: string
  readonly message: string
  readonly runs: readonly Run[]
}

/** An answer of the engine or of the handler. */
function auditRemote(world: World, op: Op, { code, message, runs }: Remote): string | undefined {
  const seen = `${code} (${message})`
  switch (code) {
    case 'TIMEOUT':
      return auditTimeout(world, op, runs)
    case 'invocation_failed': {
      const number = /run (\d+) threw/.exec(message)?.[1]
      const run = runs.find((candidate) => String(candidate.run) === number)
      if (run?.end === 'threw') return undefined
      return runs.some(({ functionId }) => functionId.endsWith('::sink'))
        ? undefined
        : `failed as no run of it did: ${seen}`
    }
    case 'function_not_found':
      return runs.length === 0 ? undefined : `ran, but is said to be not found`
    case 'invocation_stopped':
      return mayHaveStopped(world, op) ? undefined : `stopped, though its callee never left: ${seen}`
    case 'enqueue_error':
      return op.queue === 'missing' || world.engines > 1 ? undefined : `unexpected: ${seen}`
    case 'GET_ERROR':
    case 'SET_ERROR':
    case 'UPDATE_ERROR':
    case 'DELETE_ERROR':
      return op.kind === 'state' && world.engines > 1 ? undefined : `unexpected: ${seen}`
    case 'FORBIDDEN':
    case 'AUTH_ERROR':
      return isGuest(world, op) ? undefined : `unexpected: ${seen}`
    case 'WORKER_BUSY':
      return runs.length === 0 && calleesOf(world, op).some(({ isEnding }) => isEnding)
        ? undefined
        : `unexpected: ${seen}`
    case 'CONCURRENCY_DEADLOCK':
      return runs.length === 0 && calleesOf(world, op).some(({ isLimited }) => isLimited)
        ? undefined
        : `is said to wait for itself, which it cannot: ${seen}`
    case 'FUNCTION_NAMESPACE_CONFLICT':
      // `ready` rejects while another worker of the same names holds them.
      return op.kind === 'ready' && world.workers.some(({ claim }) => claim !== undefined)
        ? undefined
        : `unexpected: ${seen}`
    case 'trigger_type_not_found': {
      // The provider withdrew the type while the binding was on its way.
      const type = /of type '([^']+)'/.exec(message)?.[1] ?? ''
      const isWithdrawn = world.workers.some(({ holdings }) => holdings.withdrawn.has(type))
      return op.kind === 'ready' && isWithdrawn ? undefined : `unexpected: ${seen}`
    }
    case 'RESULT_DROPPED':
      return runs.length > 0 ? undefined : 'its result was dropped, but it never ran'
    case 'channel_send_failed':
      return runs.length === 0 ? undefined : 'ran, but is said not to have been sent on'
    case 'CONNECTION_LOST':
    case 'HANDSHAKE_FAILED':
      return op.kind === 'call' || op.kind === 'list' ? `unexpected: ${seen}` : undefined
    default:
      return `unexpected: ${seen}`
  }
}

/** A call whose callee has left is ended by the engine, not by its time limit. */
function auditTimeout(world: World, op: Op, runs: readonly Run[]): string | undefined {
  if (op.settledAt! < op.deadlineAt) return `timed out ${(op.deadlineAt - op.settledAt!).toFixed(1)} ms early`
  const [link] = op.writtenTo
  const [run] = runs
  const leftAt = run?.link?.server?.closedAt
  if (link === undefined || leftAt === undefined || isDisturbed(world, op, link)) return undefined
  const { latencyMs, jitterMs } = world.scenario
  const isLate = leftAt + 2 * (latencyMs + jitterMs) + 500 < op.settledAt!
  const hadAnswered = run?.endedAt !== undefined && run.endedAt < leftAt
  return isLate && !hadAnswered ? 'was not told that its callee had left' : undefined
}

/** Whether its own connection, or the engine, had troubles of its own. */
function isDisturbed(world: World, op: Op, link: SimLink): boolean {
  const processes = [op.process, ...world.allEngines.map(({ process }) => process)]
  return link.isFaulted || link.isOver || world.engines > 1 || processes.some(({ freezes }) => freezes.length > 0)
}

/** A frame queued for longer than its worker allows is not sent. */
function auditWait(world: World, op: Op): string | undefined {
  const plan = world.scenario.workers.find((_plan, index) => world.workers[index]?.process === op.process)
  if (plan === undefined || op.writtenAt === undefined) return undefined
  const waitedMs = op.writtenAt - op.startedAt - frozenMs(op.process, op.startedAt)
  const isTooOld = waitedMs > plan.reconnection.maxPendingAgeMs + TIMER_MS
  return isTooOld ? `was sent after waiting ${waitedMs.toFixed(0)} ms` : undefined
}

/** Who may serve a function. */
function calleesOf(world: World, { functionId }: Op): SimWorker[] {
  return world.workers.filter(
    ({ index, claim }) => functionId.startsWith(`w${claim?.group ?? index}::`) || functionId.startsWith(`w${index}::`),
  )
}

function isGuest(world: World, { process }: Op): boolean {
  return world.workers.some((worker) => worker.process === process && worker.token !== undefined)
}

function mayHaveStopped(world: World, op: Op): boolean {
  const callees = calleesOf(world, op)
  if (callees.length === 0 || world.engines > 1) return true
  if (callees.some(({ isEnding, process }) => isEnding || process.isDead)) return true
  return world.network.links.some(({ client, server }) => {
    const isLost = client.state === 'closed' || server?.state === 'closed'
    return isLost && callees.some(({ process }) => client.process === process)
  })
}

/** Without faults nothing is lost. */
function auditCalm(world: World): string[] {
  return world.workers.flatMap(({ worker, process, token, claim }) =>
    worker.stats().reconnects > 0 && token === undefined && claim?.sharesName !== true
      ? [`${process.name} reconnected, though nothing happened to it`]
      : [],
  )
}
