/** `iii-node runs`: lists runs of workflows, shows one with its steps, and changes it. Reads state alone. */
import { describe } from '../../std/text/describe.js'
import { isRecord } from '../../wire/protocol/validate.js'
import { requestParts } from '../../workflow/client.js'
import { RECORD_KEY, readRun, runOfScope, scopeOf, type RunName } from '../../workflow/record.js'
import { cancelRun, findRun, pauseRun, resumeRun, retryRun, type RequestParts } from '../../workflow/requests.js'
import { sendSignal } from '../../workflow/signals.js'
import { historyOf, statusOf, type HistoryEntry, type RunStatus } from '../../workflow/status.js'
import { Exit, NotFoundError, UsageError, type Run, type Terminal, type Values } from '../command.js'
import { runsOptions } from '../options.js'
import { parse } from '../parse.js'
import { clean, jsonOf, page, table, wholeJson } from '../print/text.js'
import { limitOf, withEngine } from './connection.js'
import { jsonArgument } from './payload.js'

const USUAL_LIMIT = 50
const CHANGES = ['signal', 'cancel', 'pause', 'resume', 'retry'] as const
type Change = (typeof CHANGES)[number]

export const run: Run = async (args, terminal) => {
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
    else await perform(parts, name, { change, signal: signal ?? '', payload, values })
    return Exit.OK
  })
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
  const runs: RunStatus[] = []
  for (const scope of await parts.store.scopes()) {
    const named = runOfScope(scope)
    if (named === undefined || (workflow !== undefined && named.workflow !== workflow)) continue
    const found = readRun(await parts.store.get(scope, RECORD_KEY))
    const status = found === undefined ? undefined : statusOf(found)
    if (status !== undefined && (values.state === undefined || status.state === values.state)) runs.push(status)
  }
  runs.sort((a, b) => b.startedAt - a.startedAt)
  const shown = runs.slice(0, limit)
  if (values.json === true) terminal.out(jsonOf({ runs: shown }, 2))
  else if (shown.length === 0) terminal.err('There are no such runs')
  else await page(terminal, table(RUN_COLUMNS, shown.map(rowOf), terminal.screen))
}

const RUN_COLUMNS = [
  { title: 'WORKFLOW' },
  { title: 'RUN' },
  { title: 'STATE' },
  { title: 'STARTED' },
  { title: 'WAITING FOR' },
]

function rowOf({ workflow, runId, state, startedAt, waitingFor }: RunStatus): string[] {
  const waits = waitingFor.map(({ kind, name }) => `${kind} ${name}`).join(', ')
  return [workflow, runId, state, new Date(startedAt).toISOString(), waits]
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
  const heads = Object.entries(status).flatMap(([key, value]) =>
    value === undefined || isRecord(value) || Array.isArray(value) ? [] : [`${key.padEnd(18)} ${clean(value)}`],
  )
  const errors =
    status.error === undefined ? [] : [`error              ${clean(`${status.error.code}: ${status.error.message}`)}`]
  await page(terminal, [...heads, ...errors, '', ...table(STEP_COLUMNS, entries.map(stepOf), terminal.screen)])
}

const STEP_COLUMNS = [
  { title: 'STEP' },
  { title: 'KIND' },
  { title: 'STATE' },
  { title: 'ATTEMPTS', isNumber: true },
  { title: 'STARTED' },
]

function stepOf({ name, kind, state, attempts, startedAt }: HistoryEntry): (string | number)[] {
  return [name, kind, state, attempts, new Date(startedAt).toISOString()]
}
