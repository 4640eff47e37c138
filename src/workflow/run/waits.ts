/**
 * Operations that wait for what happens elsewhere: a signal, the end of another run. They look when they begin and
 * after each change of the run.
 */
import { validate } from '../../sdk/schema/validation.js'
import { checkId, checkRecord } from '../../sdk/worker/check.js'
import { durationMs, type Duration } from '../../sdk/worker/options/duration.js'
import type { Operation } from './branch.js'
import { checkSignalContract, checkWorkflow } from '../definition.js'
import type { AnyWorkflow, ChildOptions, Signal, WaitOptions } from '../flow.js'
import type { Done } from '../records/journal.js'
import { operate } from './operate.js'
import { checkKnown, journaled } from '../options.js'
import type { Wait } from '../records/record.js'
import { settledRun, startRun } from '../records/requests.js'
import type { RunSession } from './session.js'
import { signalKey, takeSignal } from './signals.js'
import { joinedTrace } from './tracing.js'

/** Options of `waitFor`, with a time limit or without. */
export type TimedWait = WaitOptions & { readonly timeout?: Duration }

/** Waits for a signal. */
export async function waitFor(session: RunSession, signal: Signal, options: TimedWait = {}): Promise<unknown> {
  const { name, schema } = checkSignalContract('signal', signal)
  checkKnown('waitFor', checkRecord('options', options), ['key', 'timeout'])
  const { key } = options
  if (key !== undefined) checkId('key', key)
  const timeoutMs = options.timeout === undefined ? undefined : durationMs('timeout', options.timeout)
  const base = key === undefined ? name : `${name}/${key}`
  const perform = (operation: Operation): Promise<Done> =>
    awaitSignal(session, operation, { stored: signalKey(name, key), timeoutMs })
  const received = { isSignal: false }
  const data = await operate(session, 'signal', {
    name: { base },
    perform,
    ended: (_, done) => {
      received.isSignal = done.signal !== undefined
    },
  })
  return received.isSignal && schema !== undefined ? validate(schema, data, { id: name, side: 'input' }) : data
}

interface SignalWait {
  readonly stored: string
  readonly timeoutMs: number | undefined
}

async function awaitSignal(
  session: RunSession,
  operation: Operation,
  { stored, timeoutMs }: SignalWait,
): Promise<Done> {
  const { clock } = session.parts
  const timed = timeoutMs === undefined ? {} : { due: clock.epochMs() + timeoutMs }
  const begun = operation.entry?.begun ?? (await session.busy(() => session.journal.begin(operation, timed)))
  const { due } = begun
  return whenFound(
    session,
    { kind: 'signal', name: operation.name, ...(due === undefined ? {} : { due }) },
    {
      look: async () => {
        const taken = await takeSignal(session, operation, stored)
        if (taken === undefined) return undefined
        const { data, key, index, token } = taken
        const done = await session.journal.finish(operation, { value: data, signal: { key, index, token } })
        // The wait had ended before: the signal is for another one.
        if (done.signal?.index !== index) session.look()
        return done
      },
      expired: () => session.journal.finish(operation, {}),
    },
  )
}

interface Search {
  /** Looks for what is waited for, and journals it. */
  readonly look: () => Promise<Done | undefined>
  readonly expired?: () => Promise<Done>
}

/** Looks now, after each news, and at the end of the time. */
function whenFound(session: RunSession, wait: Wait, search: Search): Promise<Done> {
  return new Promise((resolve, reject) => {
    let stopWaiting = (): void => undefined
    const look = async (): Promise<void> => {
      const found = await search.look()
      if (found === undefined) return
      stopWaiting()
      resolve(found)
    }
    const { expired } = search
    const expire = expired === undefined ? {} : { expire: () => void session.busy(expired).then(resolve, reject) }
    session
      .busy(async () => {
        stopWaiting = session.wait({ wait, look, ...expire })
        await look()
      })
      .catch(reject)
  })
}

interface ChildOf {
  readonly workflow: AnyWorkflow
  readonly input: unknown
  readonly options: ChildOptions | undefined
}

/** Each generation has children of its own: what a run of the one before resulted in says nothing of a new input. */
function childId({ run: { start, generation } }: RunSession, { name }: Operation): string {
  return [start.run, ...(generation === 0 ? [] : [String(generation)]), name].join('/')
}

/** Runs another workflow and waits for its result. */
export async function child(session: RunSession, { workflow, input, options = {} }: ChildOf): Promise<unknown> {
  const { id, input: schema, output, version } = checkWorkflow('workflow', workflow)
  checkKnown('run', checkRecord('options', options), ['runId'])
  if (schema !== undefined) await session.busy(() => Promise.resolve(validate(schema, input, { id, side: 'input' })))
  const sent = journaled(`The input of ${id}`, input, session.parts.settings.maxPayloadBytes).value
  const perform = async (operation: Operation): Promise<Done> => {
    const run = options.runId ?? childId(session, operation)
    const begun =
      operation.entry?.begun ??
      (await session.busy(() => session.journal.begin(operation, { child: { workflow: id, run } })))
    const name = begun.child ?? { workflow: id, run }
    const { start } = session.run
    const token = `${start.token}/${String(session.run.generation)}/${operation.key}`
    const watcher = { token, workflow: start.workflow, run: start.run }
    const started = { ...name, token, input: sent, version, at: begun.at, ...joinedTrace() }
    await session.busy(() => startRun(session.parts, started, watcher))
    return whenFound(
      session,
      { kind: 'run', name: operation.name },
      {
        look: async () => {
          const { outcome } = await settledRun(session.parts, name)
          if (outcome === undefined) return undefined
          const { result, error } = outcome
          return session.journal.finish(operation, error === undefined ? { value: result } : { error })
        },
      },
    )
  }
  const result = await operate(session, 'run', { name: { base: id }, perform })
  return output === undefined ? result : validate(output, result, { id, side: 'output' })
}
