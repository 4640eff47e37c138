/**
 * A worker name that the engine says another worker holds, while conflicts are not waited out. Asks the engine about the
 * holder over a socket of its own, since the engine ends the refused one. A holder whose process on this host has ended,
 * or that is an earlier connection of this worker or process, is waited for until the engine must have noticed; the
 * connection asks for the name again each time it is dialled. Any other holder is final.
 */
import { pid as ownPid } from 'node:process'
import { IDLE_LIMIT_MS } from '../../connection/options.js'
import type { ConnectionPorts } from '../../connection/ports.js'
import { ErrorCode, RegistrationRejectedError } from '../../../errors.js'
import { workerCodec } from '../../../wire/protocol/codec.js'
import { DEFAULT_NAMESPACE, EngineFunctions } from '../../../wire/protocol/names.js'
import { isRecord } from '../../../wire/protocol/validate.js'
import { deferred } from '../../../std/async/deferred.js'
import { processState } from '../../../std/process-state.js'
import type { Clock } from '../../../std/time/clock.js'
import { IGNORE_EVENTS } from '../../../wire/transport/transport.js'
import type { Report } from '../diagnostics/diagnostics.js'
import { isAddressOfThisHost, isRunning } from '../options/identity.js'
import type { Link, LinkPart, Session } from '../link.js'
import type { WorkerOptions } from '../options/options.js'
import { CONFLICT_ADVICE } from './refusals.js'

/** How long the engine may take to describe the holder. */
const ANSWER_LIMIT_MS = 1_000

/** How many earlier sessions of this worker are remembered. */
const MAX_SESSIONS = 16

/** The parts of a worker that the look-up stands on. */
export interface NameHolderParts {
  readonly ports: ConnectionPorts
  readonly options: WorkerOptions
  readonly link: Link
  readonly report: Report
}

export class NameHolder implements LinkPart {
  readonly #parts: NameHolderParts
  readonly #clock: Clock
  /** Sessions of this worker by id, oldest first. */
  readonly #sessions = new Map<string, Session>()
  /** The holder that is being looked up or waited for, with the refusal as it may become final. */
  #holder: { readonly id: string; readonly untilMs: number; error: RegistrationRejectedError } | undefined
  #verdict: Promise<void> | undefined
  #stopAsking: () => void = () => undefined
  /** Handling of a name that another worker owns. */
  readonly advice = CONFLICT_ADVICE

  constructor(parts: NameHolderParts) {
    this.#parts = parts
    this.#clock = parts.ports.clock
  }

  /** Resolves once the engine has been asked about a holder; undefined while it is not being asked. */
  get verdict(): Promise<void> | undefined {
    return this.#verdict
  }

  /** The engine accepted a session of this worker. */
  accepted(session: Session): void {
    this.#sessions.set(session.workerId, session)
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > MAX_SESSIONS && oldest !== undefined) this.#sessions.delete(oldest)
  }

  /** Handles a refusal of the name: waits, or rejects now or later. */
  refused(error: RegistrationRejectedError): void {
    const now = this.#clock.now()
    const id = error.owner_worker_id
    const own = this.#sessions.get(id)
    if (this.#holder?.id !== id) {
      this.#holder = { id, untilMs: now + IDLE_LIMIT_MS, error }
      if (own === undefined) this.#lookUp(error)
      else this.#parts.report({ kind: 'conflict_waiting', error })
    } else if (now >= this.#holder.untilMs) this.#reject(this.#holder.error)
    if (own !== undefined) this.#parts.link.retire(own)
  }

  over(): void {
    this.#stopAsking()
  }

  #reject(error: RegistrationRejectedError): void {
    if (!this.#parts.link.connection.isOver) this.#parts.link.reject(error)
  }

  #lookUp(error: RegistrationRejectedError): void {
    this.#verdict = this.#judge(error).finally(() => {
      this.#verdict = undefined
    })
  }

  async #judge(refusal: RegistrationRejectedError): Promise<void> {
    const answer = await this.#ask(refusal)
    const worker = isRecord(answer) ? answer['worker'] : undefined
    const error = described(refusal, worker, this.#clock.epochMs())
    if (this.#holder?.id === refusal.owner_worker_id) this.#holder.error = error
    if (answer === 'free' || isGone(refusal.owner_worker_id, worker))
      this.#parts.report({ kind: 'conflict_waiting', error })
    else this.#reject(error)
  }

  /** Answer of the engine about the owner; `free` if the name is free, undefined if the engine does not answer. */
  async #ask({ worker_name: name, namespace }: RegistrationRejectedError): Promise<unknown> {
    const { link, ports } = this.#parts
    const { clock, dial, random } = ports
    const answer = deferred<unknown>()
    const question = workerCodec.encode({
      type: 'invokefunction',
      invocation_id: random.uuid(),
      function_id: EngineFunctions.INFO_WORKERS,
      namespace: DEFAULT_NAMESPACE,
      data: { name, namespace },
    })
    const text = (frame: string): void => {
      const message = workerCodec.decode(frame)
      if (message.type === 'workerregistered') transport.send(question)
      if (message.type === 'invocationresult') answer.resolve(isFree(message.error) ? 'free' : message.result)
    }
    const giveUp = (): void => {
      answer.resolve(undefined)
    }
    const transport = dial(
      link.connection.address,
      { headers: () => link.headers() },
      { ...IGNORE_EVENTS, text, close: giveUp },
    )
    const timer = clock.after(ANSWER_LIMIT_MS, giveUp)
    this.#stopAsking = giveUp
    await answer.promise
    timer.cancel()
    transport.terminate()
    return answer.promise
  }
}

/** Ids of the sessions that workers of this process have at present. Each worker thread has its own. */
const liveSessions = processState<Set<string>>('live-sessions@1', () => new Set())

/** Lists the session of a worker as long as it is live. */
export class LiveSession implements LinkPart {
  #id = ''

  accepted({ workerId }: Session): void {
    this.ended()
    this.#id = workerId
    liveSessions.add(workerId)
  }

  ended(): void {
    liveSessions.delete(this.#id)
  }

  over(): void {
    this.ended()
  }
}

/**
 * Whether a holder was a process of this host that has ended. The process id may be the same, as in a container that was
 * started again: then the holder has ended if it is not a session of this process.
 */
function isGone(id: string, worker: unknown): boolean {
  const { pid, ip_address: address } = isRecord(worker) ? worker : {}
  if (!Number.isInteger(pid) || Number(pid) <= 0 || typeof address !== 'string') return false
  if (!isAddressOfThisHost(address)) return false
  return pid === ownPid ? !liveSessions.has(id) : !isRunning(Number(pid))
}

function isFree(error: unknown): boolean {
  return isRecord(error) && error['code'] === ErrorCode.NOT_FOUND
}

/** The refusal with what is known of the holder and what to do. */
function described(refusal: RegistrationRejectedError, worker: unknown, nowMs: number): RegistrationRejectedError {
  const { name, pid, ip_address: address, connected_at_ms: sinceMs } = isRecord(worker) ? worker : {}
  const facts = [
    typeof sinceMs === 'number' ? `connected ${String(Math.max(0, Math.round((nowMs - sinceMs) / 1000)))} s ago` : '',
    typeof address === 'string' ? `from ${address}` : '',
    typeof pid === 'number' ? `process ${String(pid)}` : '',
  ].filter((fact) => fact !== '')
  const advice = facts.length === 0 ? CONFLICT_ADVICE : `It ${facts.join(', ')}. ${CONFLICT_ADVICE}`
  const init = typeof name === 'string' ? Object.assign({}, refusal, { owner_worker_name: name }) : refusal
  return new RegistrationRejectedError(init, { advice })
}
