/** `iii-node runs`: lists runs of workflows, shows one with its steps, and changes it. Reads state alone. */
import { describe } from '../../../std/text/describe.js'
import { requestParts } from '../../../workflow/client.js'
import { runOfScope, scopeOf, type RunName } from '../../../workflow/records/record.js'
import {
  cancelRun,
  findRun,
  pauseRun,
  resumeRun,
  retryRun,
  type RequestParts,
} from '../../../workflow/records/requests.js'
import { readStatuses } from '../../../workflow/records/run-list.js'
import { sendSignal } from '../../../workflow/run/signals.js'
import { historyOf, statusOf, type HistoryEntry, type RunStatus } from '../../../workflow/records/status.js'
import { Exit, NotFoundError, UsageError, type RunCommand, type Terminal, type Values } from '../../command.js'
import { runsOptions } from '../../options.js'
import { parse } from '../../parse.js'
import { clean, cut, duration, jsonOf, page, table, wholeJson } from '../../print/text.js'
import { limitOf, withEngine } from './connection.js'
import { jsonArgument } from './payload.js'

const USUAL_LIMIT = 50
const CHANGES = ['signal', 'cancel', 'pause', 'resume', 'retry'] as const
type Change = (typeof CHANGES)[number]

export const run: RunCommand = async (args, terminal) => {
  const { values, positionals } = parse(runsOptions, args)
  const [action = 'ls', ...words] = positionals
  const limit = limitOf(values.limit, USUAL_LIMIT)
  if (action === 'ls') {
    return withEngine({ name: 'runs', values }, async ({ worker }) => {
      await list(requestParts(worker), { workflow: words[0], limit, values }, terminal)
      return Exit.OK
    })
  }
  const change = CHANGES.find((each) => each === action)
  if (change === undefined && action !== 'show') {
    throw new UsageError(`runs needs ls, show, ${CHANGES.join(', ')}, got ${describe(action)}`)
  }
  const [workflow, id, signal, data] = words
  if (workflow === undefined || id === undefined) throw new UsageError(`runs ${action} needs a workflow and a run id`)
  if (change === 'signal' && signal === undefined) throw new UsageError('runs signal needs the name of a signal')
  const payload = data === undefined ? null : await jsonArgument(data, terminal.stdin)
  return withEngine({ name: 'runs', values }, async ({ worker }) => {
    const parts = requestParts(worker)
    const name = { workflow, run: id }
    await findRun(parts, name).catch(() => {
      throw new NotFoundError(`there is no run ${clean(id)} of ${clean(workflow)}`)
    })
    if (change === undefined) await show(parts, name, { terminal, isJson: values.json ?? false })
    else {
      await perform(parts, name, { change, signal: signal ?? '', payload, values })
      terminal.out(`${DONE[change]} ${clean(id)} of ${clean(workflow)}`)
    }
    return Exit.OK
  })
}

/** What is printed after a change: the run itself follows when a worker has it. */
const DONE: Readonly<Record<Change, string>> = {
  signal: 'Sent the signal to',
  cancel: 'Requested the cancellation of',
  pause: 'Paused',
  resume: 'Resumed',
  retry: 'Started again:',
}

interface Request {
  readonly change: Change
  readonly signal: string
  readonly payload: unknown
  readonly values: Values<typeof runsOptions>
}

async function perform(
  parts: RequestParts,
  name: RunName,
  { change, signal, payload, values }: Request,
): Promise<void> {
  const requests: Readonly<Record<Change, () => Promise<void>>> = {
    signal: () => sendSignal(parts, name, { signal: { name: signal }, data: payload, key: values['signal-key'] }),
    cancel: () => cancelRun(parts, name),
    pause: () => pauseRun(parts, name),
    resume: () => resumeRun(parts, name),
    retry: () => retryRun(parts, name, values.from),
  }
  await requests[change]()
}

interface Listing {
  readonly workflow: string | undefined
  readonly limit: number
  readonly values: Values<typeof runsOptions>
}

async function list(parts: RequestParts, { workflow, limit, values }: Listing, terminal: Terminal): Promise<void> {
  const scopes = (await parts.store.scopes()).filter((scope) => {
    const named = runOfScope(scope)
    return named !== undefined && (workflow === undefined || named.workflow === workflow)
  })
  // Only records tell when a run was started, so all are read.
  const runs = (await readStatuses(parts.store, scopes))
    .filter(({ state }) => values.state === undefined || state === values.state)
    .sort((a, b) => b.startedAt - a.startedAt)
  const shown = runs.slice(0, limit)
  if (values.json === true) terminal.out(jsonOf({ runs: shown }, 2))
  else if (shown.length === 0) terminal.err('There are no such runs')
  else {
    await page(terminal, table(RUN_COLUMNS, shown.map(rowOf), terminal.screen))
    if (shown.length < runs.length)
      terminal.err(`The newest ${String(shown.length)} of ${String(runs.length)} runs. \`--limit\` prints more`)
  }
}

const RUN_COLUMNS = [
  { title: 'WORKFLOW' },
  { title: 'RUN' },
  { title: 'STATE' },
  { title: 'STARTED' },
  { title: 'WAITING FOR, OR ERROR' },
]

function rowOf({ workflow, runId, state, startedAt, waitingFor, error }: RunStatus): string[] {
  const why = error === undefined ? waitingFor.map(waitOf).join(', ') : clean(error.message)
  return [workflow, runId, state, timeOf(startedAt), why]
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '')
}

function waitOf({ kind, name, due }: RunStatus['waitingFor'][number]): string {
  return `${kind} ${name}${due === undefined ? '' : ` until ${timeOf(due)}`}`
}

async function show(
  parts: RequestParts,
  name: RunName,
  { terminal, isJson }: { terminal: Terminal; isJson: boolean },
): Promise<void> {
  const values = await parts.store.list(scopeOf(name))
  const status = statusOf(await findRun(parts, name))
  const entries = historyOf(values)?.entries ?? []
  if (isJson) {
    terminal.out(wholeJson({ status, entries }))
    return
  }
  const facts = factsOf(status, terminal.screen?.columns).map(
    ([fact, value]) => `${fact.padEnd(FACT_WIDTH)}${clean(value)}`,
  )
  const steps = entries.length === 0 ? [] : ['', ...table(STEP_COLUMNS, entries.map(stepOf), terminal.screen)]
  await page(terminal, [...facts, ...steps])
}

const FACT_WIDTH = 12

function factsOf(status: RunStatus, columns = Infinity): [string, string][] {
  const { state, version, generation, startedAt, endedAt, worker, claims, traceId, error, undoErrors = [] } = status
  const shown = (value: unknown): string => cut(jsonOf(value ?? null), columns - FACT_WIDTH)
  const facts: [string, string | undefined][] = [
    [
      'workflow',
      `${status.workflow} version ${String(version)}${generation === 0 ? '' : `, generation ${String(generation)}`}`,
    ],
    ['run', status.runId],
    ['state', status.isCancelRequested && endedAt === undefined ? `${state}, to be cancelled` : state],
    ...status.waitingFor.map((wait): [string, string] => ['waiting for', waitOf(wait)]),
    ['started', timeOf(startedAt)],
    ['ended', endedAt === undefined ? undefined : timeOf(endedAt)],
    ['worker', worker],
    ['claims', String(claims)],
    ['trace', traceId],
    ['input', shown(status.input)],
    ['result', state === 'completed' ? shown(status.result) : undefined],
    ['error', error === undefined ? undefined : `${error.code}: ${error.message}`],
    ...undoErrors.map(({ code, message }): [string, string] => ['undo error', `${code}: ${message}`]),
  ]
  return facts.flatMap(([fact, value]): [string, string][] => (value === undefined ? [] : [[fact, value]]))
}

const STEP_COLUMNS = [
  { title: 'STEP' },
  { title: 'KIND' },
  { title: 'STATE' },
  { title: 'ATTEMPTS', isNumber: true },
  { title: 'DURATION', isNumber: true },
  { title: 'NOTE' },
]

function stepOf({ name, kind, state, attempts, startedAt, endedAt, error, due }: HistoryEntry): (string | number)[] {
  const note = error?.message ?? (endedAt === undefined && due !== undefined ? `until ${timeOf(due)}` : '')
  return [name, kind, state, attempts, endedAt === undefined ? '' : duration(endedAt - startedAt), note]
}
