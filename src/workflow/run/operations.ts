/**
 * The operations of a flow on a session: what each journals, what it waits for, and how it continues after a replay.
 */
import { invalidArgument } from '../../errors.js'
import { validate } from '../../sdk/schema/validation.js'
import { checkFunction, checkId, checkRecord } from '../../sdk/worker/check.js'
import { durationMs, type Duration } from '../../sdk/worker/options/duration.js'
import type { FunctionContract } from '../../sdk/worker/functions/contract.js'
import { attempt } from './attempts.js'
import { branches, ownBranch, type Branch, type Operation } from './branch.js'
import type {
  AnyWorkflow,
  Branches,
  ChildOptions,
  Flow,
  FlowCallOptions,
  Signal,
  StepContext,
  StepOptions,
} from '../flow.js'
import type { Done } from '../records/journal.js'
import { never, operate } from './operate.js'
import { checkKnown, journaled, retryOf } from '../options.js'
import type { RunSession } from './session.js'
import { flowLog } from './tracing.js'
import { child, waitFor, type TimedWait } from './waits.js'

/** The flow of one session. Its methods can be taken apart. */
export function flowOf(session: RunSession): Flow {
  const { clock, random } = session.parts
  const value = (name: string, make: () => unknown): Promise<unknown> =>
    operate(session, 'value', {
      name: { base: name },
      perform: (operation) => session.busy(() => session.journal.finish(operation, { value: make() })),
    })
  const methods: Readonly<Record<Exclude<keyof Flow, 'runId' | 'version' | 'log'>, Method>> = {
    step: (name: string, body: StepBody, options?: StepOptions<never>) => step(session, { name, body, options }),
    sleep: (until: Duration | Date) => sleep(session, until),
    waitFor: (signal: Signal, options?: TimedWait) => waitFor(session, signal, options),
    call: (target: Target, payload?: unknown, options?: FlowCallOptions) => call(session, { target, payload, options }),
    run: (workflow: AnyWorkflow, input: unknown, options?: ChildOptions) =>
      child(session, { workflow, input, options }),
    all: (list: Branches) => all(session, list),
    now: () => value('now', () => clock.epochMs()),
    random: () => value('random', () => random.next()),
    uuid: () => value('uuid', () => random.uuid()),
    patched: (id: string) => patched(session, id),
    continueAs: (input: unknown) => continueAs(session, input),
  }
  // Each method checks at run time what its type says.
  const { start, version } = session.run
  return { ...(methods as unknown as Flow), runId: start.run, version, log: flowLog(session) }
}

type Method = (...args: never[]) => Promise<unknown>
type StepBody = (context: StepContext) => unknown
type Target = string | FunctionContract

interface StepCall {
  readonly name: string
  readonly body: StepBody
  readonly options: StepOptions<never> | undefined
}

async function step(session: RunSession, { name, body, options = {} }: StepCall): Promise<unknown> {
  checkId('name', name)
  checkFunction('body', body)
  checkKnown('step', checkRecord('options', options), ['retry', 'timeout', 'undo'])
  // The result of the body, as it comes out of the journal.
  const undo = options.undo as ((result: unknown, context: StepContext) => unknown) | undefined
  if (undo !== undefined) checkFunction('undo', undo)
  const attempts = { body, retry: retryOf(options.retry), timeoutMs: timeoutOf(options.timeout) }
  return operate(session, 'step', {
    name,
    perform: (operation) => attempt(session, operation, attempts),
    ended: ({ key, branch }, { error, value, order }) => {
      if (undo === undefined || error !== undefined) return
      session.undos.push({ key, order, branch, undo: (context) => undo(value, context) })
    },
  })
}

function timeoutOf(timeout: Duration | undefined): number | undefined {
  return timeout === undefined ? undefined : durationMs('timeout', timeout)
}

async function sleep(session: RunSession, until: Duration | Date): Promise<void> {
  const { clock } = session.parts
  const isDate = until instanceof Date
  if (isDate && Number.isNaN(until.getTime())) throw invalidArgument('until', 'a duration or a valid Date', until)
  const delayMs = isDate ? 0 : durationMs('until', until)
  const perform = async (operation: Operation): Promise<Done> => {
    const due = isDate ? until.getTime() : clock.epochMs() + delayMs
    const begun = operation.entry?.begun ?? (await session.busy(() => session.journal.begin(operation, { due })))
    await session.until(operation, 'sleep', begun.due ?? due)
    return session.busy(() => session.journal.finish(operation, {}))
  }
  await operate(session, 'sleep', { name: { base: 'sleep' }, perform })
}

interface CallOf {
  readonly target: Target
  readonly payload: unknown
  readonly options: FlowCallOptions | undefined
}

async function call(session: RunSession, { target, payload, options = {} }: CallOf): Promise<unknown> {
  checkKnown('call', checkRecord('options', options), ['name', 'namespace', 'retry', 'timeout'])
  const id = checkId('functionId', typeof target === 'string' ? target : checkRecord('contract', target)['id'])
  const { name, namespace } = options
  const timeoutMs = timeoutOf(options.timeout)
  const body = ({ idempotencyKey, signal }: StepContext): Promise<unknown> => {
    const routing = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    }
    return session.parts.call(target, payload, { ...routing, metadata: { idempotencyKey }, signal })
  }
  const attempts = { body, retry: retryOf(options.retry), timeoutMs: undefined }
  const perform = (operation: Operation): Promise<Done> => attempt(session, operation, attempts)
  return operate(session, 'call', { name: name ?? { base: id }, perform })
}

async function all(session: RunSession, list: Branches): Promise<unknown> {
  const parent = ownBranch(session)
  const entries = Object.entries(checkBranches(list))
  const name = numberedBranch(parent)
  const ended = await Promise.allSettled(
    entries.map(([key, run]) => {
      const branch: Branch = { ...parent, path: `${parent.path}${name}.${key}/`, uses: new Map() }
      return branches.run(branch, () => invoked(run))
    }),
  )
  const results = ended.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
  if (Array.isArray(list)) return results
  return Object.fromEntries(entries.map(([key], index) => [key, results[index]]))
}

/** The result of user code, also of code that throws at once. */
function invoked(run: () => unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(run()))
}

function checkBranches(list: unknown): Branches {
  const isList = typeof list === 'object' && list !== null
  if (isList && Object.values(list).every((each) => typeof each === 'function')) return list as Branches
  throw invalidArgument('branches', 'an object or a list of functions', list)
}

function numberedBranch({ uses }: Branch): string {
  const use = (uses.get('all') ?? 0) + 1
  uses.set('all', use)
  return use === 1 ? 'all' : `all#${String(use)}`
}

function patched(session: RunSession, id: string): Promise<boolean> {
  checkId('id', id)
  const known = session.patches.get(id)
  if (known !== undefined) return known
  const answer = patchedOnce(session, id)
  session.patches.set(id, answer)
  return answer
}

async function patchedOnce(session: RunSession, id: string): Promise<boolean> {
  // Something behind this place is journaled: the run was here before the change.
  if (session.replay.entry(`patch:${id}`) === undefined && session.replay.isBehind) return false
  const branch = ownBranch(session)
  const perform = (operation: Operation): Promise<Done> =>
    session.busy(() => session.journal.finish(operation, { value: true }))
  // One answer for the whole run, whichever branch asks first.
  await branches.run({ ...branch, path: '' }, () => operate(session, 'patch', { name: id, perform }))
  return true
}

async function continueAs(session: RunSession, input: unknown): Promise<never> {
  const { id, input: schema } = session.parts.workflow
  if (schema !== undefined) await session.busy(() => Promise.resolve(validate(schema, input, { id, side: 'input' })))
  const { value } = journaled(`The input of ${id}`, input, session.parts.settings.maxPayloadBytes)
  await session.frontier()
  session.stop({ kind: 'continued', input: value })
  return never()
}
