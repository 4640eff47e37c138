/**
 * Signals: data sent to a run. Each name and key is one list in the run's scope; signals that arrive before the flow waits
 * for them are kept, and are consumed in the order in which they were sent.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { validate } from '../../sdk/schema/validation.js'
import type { Signal } from '../flow.js'
import { DEFAULT_LIMITS, journaled } from '../options.js'
import { scopeOf, type RunName } from '../records/record.js'
import { openRun, sendNews, type RequestParts } from '../records/requests.js'
import type { Session } from './session.js'

/** One signal that was sent. */
export interface Sent {
  readonly token: string
  /** The key of the list, since engines list values without keys. */
  readonly key: string
  readonly at: number
  readonly data: unknown
}

/** Signals of one name and key that one run keeps. */
const MAX_SIGNALS = 1_000

/** What is sent. */
export interface SignalRequest {
  readonly signal: Signal
  readonly data: unknown
  readonly key: string | undefined
}

/**
 * Sends a signal to a run.
 * @throws {ValidationError} `deserialization_error` for data that does not match the signal's schema.
 * @throws {RuntimeError} `WORKFLOW_NOT_FOUND`, `WORKFLOW_ENDED`, or `WORKFLOW_LIMIT` for too many signals that are kept.
 */
export async function sendSignal(parts: RequestParts, name: RunName, request: SignalRequest): Promise<void> {
  const { signal, data, key } = request
  if (signal.schema !== undefined) await validate(signal.schema, data, { id: signal.name, side: 'input' })
  const { value } = journaled(`Signal ${signal.name}`, data ?? null, DEFAULT_LIMITS.maxPayloadBytes)
  await openRun(parts, name)
  const stored = signalKey(signal.name, key)
  if (readSignals(await parts.store.get(scopeOf(name), stored)).length >= MAX_SIGNALS) {
    const text = `The run ${name.run} of ${name.workflow} has received ${String(MAX_SIGNALS)} signals ${signal.name} with this key. Use keys, or \`continueAs\``
    throw new RuntimeError(ErrorCode.WORKFLOW_LIMIT, text)
  }
  const sent: Sent = { token: parts.random.uuid(), key: stored, at: parts.clock.epochMs(), data: value }
  await parts.store.update(scopeOf(name), stored, [{ type: 'append', path: 'sent', value: sent }])
  await sendNews(parts, name, [])
}

/** The key of a list of signals in the scope of a run. */
export function signalKey(name: string, key: string | undefined): string {
  return `signal/${name}${key === undefined ? '' : `/${key}`}`
}

/** The signals in a value of a run's scope. One that was appended again after an unknown outcome counts once. */
export function readSignals(value: unknown): readonly Sent[] {
  const sent = isRecord(value) ? value['sent'] : undefined
  if (!Array.isArray(sent)) return []
  const byToken = new Map<string, Sent>()
  for (const each of sent as Sent[]) if (!byToken.has(each.token)) byToken.set(each.token, each)
  return [...byToken.values()]
}

/** A signal that an operation consumes. */
export interface Taken {
  readonly data: unknown
  readonly index: number
}

/** Takes the first signal that no operation of the run has consumed. */
export async function takeSignal(session: Session, key: string): Promise<Taken | undefined> {
  const taken = takenOf(session, key)
  const sent = readSignals(await session.parts.store.get(session.scope, key))
  for (let index = session.run.consumed[key] ?? 0; index < sent.length; index += 1) {
    if (taken.has(index)) continue
    taken.add(index)
    return { data: sent[index]?.data, index }
  }
  return undefined
}

/** Counts the signals consumed so far, by their key, for the next generation of the run. */
export function consumedSignals(session: Session): Record<string, number> {
  const counts: Record<string, number> = { ...session.run.consumed }
  for (const { signal } of session.replay.ended()) {
    if (signal !== undefined) counts[signal.key] = Math.max(counts[signal.key] ?? 0, signal.index + 1)
  }
  return counts
}

function takenOf(session: Session, key: string): Set<number> {
  const known = session.taken.get(key)
  if (known !== undefined) return known
  const taken = new Set<number>()
  for (const { signal } of session.replay.ended()) if (signal?.key === key) taken.add(signal.index)
  session.taken.set(key, taken)
  return taken
}
