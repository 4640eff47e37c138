/**
 * Signals: data sent to a run. Each name and key is one value in the run's scope, with a numbered member for each signal:
 * the first to append at a number has it, so signals have an order. An operation that waits claims a number in the same
 * way, so that two branches that wait for one signal agree, also with what a superseded worker writes late. Signals that
 * arrive before the flow waits for them are kept; those that a generation has consumed are removed when the next begins.
 */
import { ErrorCode, RuntimeError } from '../../errors.js'
import { utf8Length } from '../../std/text/utf8.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { validate } from '../../sdk/schema/validation.js'
import type { Signal } from '../flow.js'
import { DEFAULT_LIMITS, journaled } from '../options.js'
import type { ConsumedSignal } from '../records/journal.js'
import { firstOf, scopeOf, type RunName } from '../records/record.js'
import { openRun, sendNews, type RequestParts } from '../records/requests.js'
import type { StoreOp } from '../records/store.js'
import type { Operation } from './branch.js'
import type { RunSession } from './session.js'

/** One signal that was sent. */
interface Sent {
  readonly token: string
  readonly at: number
  readonly data: unknown
}

/** A signal that a run keeps. */
export interface KeptSignal extends Sent {
  /** The key of the value in the scope of the run. */
  readonly key: string
  /** Its place among those of its name and key. */
  readonly index: number
}

/** Signals of one name and key that one run keeps, and their bytes as JSON: each one sent rewrites all of them. */
const MAX_SIGNALS = 1_000
const MAX_SIGNAL_BYTES = 4 * 1024 * 1024

/** What the members of a value begin with: a signal, and who has claimed it in one generation. */
const SENT = 'sent:'
const CLAIMED = 'claimed:'

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
  const sent: Sent = { token: parts.random.uuid(), at: parts.clock.epochMs(), data: value }
  let seen = await parts.store.get(scopeOf(name), stored)
  for (let isSent = false; !isSent;) {
    checkRoom(seen, name, signal.name)
    const path = SENT + String(lastOf(seen) + 1)
    seen = await parts.store.update(scopeOf(name), stored, [
      { type: 'append', path, value: sent },
      // Counts attempts, so that no number is used again once its signal is removed.
      { type: 'increment', path: 'last', by: 1 },
      { type: 'set', path: 'key', value: stored },
    ])
    // Otherwise another sender was first.
    isSent = memberOf<Sent>(seen, path)?.token === sent.token
  }
  await sendNews(parts, name, [])
}

function checkRoom(value: unknown, { workflow, run }: RunName, signal: string): void {
  const kept = readSignals(value)
  const isLong = kept.length >= MAX_SIGNALS
  const isLarge = !isLong && kept.length > 0 && utf8Length(JSON.stringify(kept)) > MAX_SIGNAL_BYTES
  if (!isLong && !isLarge) return
  const limit = isLong ? `${String(MAX_SIGNALS)} signals` : `${String(MAX_SIGNAL_BYTES)} bytes of signals`
  const text = `The run ${run} of ${workflow} keeps ${limit} ${signal} with this key. Use keys, or \`continueAs\`, which removes those that were consumed`
  throw new RuntimeError(ErrorCode.WORKFLOW_LIMIT, text)
}

/** The key of the signals of a name and a key in the scope of a run. */
export function signalKey(name: string, key: string | undefined): string {
  return `signal/${name}${key === undefined ? '' : `/${key}`}`
}

/** The key of a value of signals; nothing for a value of anything else. */
export function signalKeyOf(value: unknown): string | undefined {
  const key = isRecord(value) && 'last' in value ? value['key'] : undefined
  return typeof key === 'string' ? key : undefined
}

/** The signals in a value of a run's scope, in the order in which they were sent. */
export function readSignals(value: unknown): KeptSignal[] {
  const key = signalKeyOf(value)
  if (key === undefined) return []
  return Object.keys(value as object)
    .filter((path) => path.startsWith(SENT))
    .map((path) => ({ index: Number(path.slice(SENT.length)), sent: memberOf<Sent>(value, path) }))
    .flatMap(({ index, sent }) => (sent === undefined ? [] : [{ ...sent, key, index }]))
    .sort((a, b) => a.index - b.index)
}

/** The highest number that may be in use. */
function lastOf(value: unknown): number {
  const last = isRecord(value) ? value['last'] : undefined
  return typeof last === 'number' ? last : 0
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what it has written
function memberOf<T extends { readonly token: string }>(value: unknown, path: string): T | undefined {
  return isRecord(value) ? firstOf<T>(value[path]) : undefined
}

/** Takes the first signal that no operation of the run has consumed. */
export async function takeSignal(
  session: RunSession,
  operation: Operation,
  key: string,
): Promise<KeptSignal | undefined> {
  const { store } = session.parts
  let value = await store.get(session.scope, key)
  const consumed = new Set(consumedBy(session).flatMap((signal) => (signal.key === key ? [signal.index] : [])))
  for (const sent of readSignals(value)) {
    if (session.replay.entry(operation.key)?.done !== undefined) return undefined
    if (consumed.has(sent.index)) continue
    const path = `${CLAIMED}${String(session.run.generation)}:${String(sent.index)}`
    if (claimantOf(session, value, { path, sent }) === undefined)
      value = await store.update(session.scope, key, [{ type: 'append', path, value: { token: operation.key } }])
    if (claimantOf(session, value, { path, sent }) === operation.key) return sent
  }
  return undefined
}

/** The signals that the journal of this generation has. */
function consumedBy({ replay }: RunSession): ConsumedSignal[] {
  return [...replay.ended()].flatMap(({ signal }) => (signal === undefined ? [] : [signal]))
}

/** The operation that has a signal: the first one to claim it, unless that one has ended without it. */
function claimantOf(
  session: RunSession,
  value: unknown,
  { path, sent }: { readonly path: string; readonly sent: KeptSignal },
): string | undefined {
  const claims = isRecord(value) ? value[path] : undefined
  // Written by this file alone.
  const list = Array.isArray(claims) ? (claims as { readonly token: string }[]) : []
  return list.find(({ token }) => {
    const done = session.replay.entry(token)?.done
    return done === undefined || done.signal?.index === sent.index
  })?.token
}

/** Removes the signals that a generation has consumed, before the next one begins. */
export async function removeConsumed(session: RunSession): Promise<void> {
  const { parts, scope, run } = session
  const consumed = consumedBy(session)
  const tokens = new Set(consumed.map(({ token }) => token))
  for (const key of new Set(consumed.map((signal) => signal.key))) {
    const kept = readSignals(await parts.store.get(scope, key))
    const ops = kept
      .filter(({ token }) => tokens.has(token))
      .flatMap(({ index }): StoreOp[] => [
        { type: 'remove', path: SENT + String(index) },
        { type: 'remove', path: `${CLAIMED}${String(run.generation)}:${String(index)}` },
      ])
    if (ops.length > 0) await parts.store.update(scope, key, ops)
  }
}
