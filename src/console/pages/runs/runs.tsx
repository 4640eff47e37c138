/** Runs of workflows: what each does or waits for, live, with filters; the chosen one beside the list. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useCallback, useEffect } from 'preact/hooks'
import type { RunState, RunStatus } from '../../../workflow/records/status.js'
import { connection, now, useQuery, useTitle } from '../../engine/engine.js'
import { listRuns, noteChange, type RunFilter, type RunPage } from '../../engine/runs.js'
import { Ago, Empty, PauseButton, Problem, Search, searched, Top } from '../../parts/basics.js'
import { until } from '../../parts/format.js'
import { List } from '../../parts/list.js'
import { address, setQuery, to } from '../../parts/router.js'
import { RunView } from './run-view.js'

/** Runs that are read at first, and with each request for more. */
const PAGE_SIZE = 500

const STATES: readonly RunState[] = ['running', 'waiting', 'paused', 'held', 'completed', 'failed', 'cancelled']

export function RunsPage(): JSX.Element {
  const [, workflow, run] = address.value.path
  const isDetail = workflow !== undefined && run !== undefined
  useTitle(run ?? 'Runs')
  return (
    <div class={isDetail ? 'body split' : 'body'}>
      <RunList selected={isDetail ? to('runs', workflow, run) : undefined} />
      {isDetail && <RunView key={to(workflow, run)} name={{ workflow, run }} />}
    </div>
  )
}

function stateOf(text: string | null): RunState | '' {
  return STATES.find((state) => state === text) ?? ''
}

function RunList({ selected }: { readonly selected: string | undefined }): JSX.Element {
  const { query } = address.value
  const limit = useSignal(PAGE_SIZE)
  const changed = useSignal(0)
  useEffect(() => connection.watch({ type: 'state', config: {}, changed, seen: noteChange }), [changed])
  const filter = { ...filterOf(query), limit: limit.value }
  const { value, error } = useQuery(JSON.stringify(['runs', filter]), () => listRuns(filter), changed)
  const search = location.search
  const isNarrow = selected !== undefined
  const page = value ?? NO_PAGE
  const shape = isNarrow ? NARROW : WIDE
  return (
    <section class={isNarrow ? 'list narrow' : 'list'} aria-label="Runs">
      <Top title="Runs" count={page.rows.length}>
        <Search label="Run id" />
        {!isNarrow && <Filters workflows={page.workflows} workflow={filter.workflow} state={filter.state} />}
        {!isNarrow && <PauseButton />}
      </Top>
      {error !== undefined && <Problem error={error} />}
      <Unread page={page} onMore={() => (limit.value += PAGE_SIZE)} />
      <List
        label="List of runs"
        isLive
        rows={page.rows}
        idOf={hrefOf}
        hrefOf={useCallback((row: RunStatus) => hrefOf(row) + search, [search])}
        selected={selected}
        columns={shape.columns}
        narrow={NARROW.columns}
        heads={shape.heads}
        render={(row) => <RunLine row={row} isNarrow={isNarrow} />}
        empty={value === undefined ? null : <NoRuns page={value} />}
      />
    </section>
  )
}

const NO_PAGE: RunPage = { rows: [], workflows: [], total: 0, read: 0 }

interface Shape {
  readonly columns: string
  readonly heads: readonly (readonly [text: string, className?: string])[]
}

const NARROW: Shape = { columns: '8px minmax(0,1fr) 80px', heads: [[''], ['Run'], ['State']] }
const WIDE: Shape = {
  columns: '8px minmax(0,1fr) minmax(0,1fr) 80px minmax(0,1.2fr) 80px',
  heads: [[''], ['Run'], ['Workflow', 'wide'], ['State'], ['Waiting for, or error', 'wide'], ['Started', 'num wide']],
}

function filterOf(query: URLSearchParams): Omit<RunFilter, 'limit'> {
  return { id: searched(), workflow: query.get('workflow') ?? '', state: stateOf(query.get('state')) }
}

/** Offers to read the runs that were not read yet. */
function Unread({
  page: { total, read },
  onMore,
}: {
  readonly page: RunPage
  readonly onMore: () => void
}): JSX.Element | null {
  if (total <= read) return null
  return (
    <div class="banner" role="status">
      <span class="grow">
        {read} of {total} runs are read. Search by id, or choose a workflow.
      </span>
      <button onClick={onMore}>Read more</button>
    </div>
  )
}

function hrefOf({ workflow, runId }: RunStatus): string {
  return to('runs', workflow, runId)
}

interface FiltersProps {
  readonly workflows: readonly string[]
  readonly workflow: string
  readonly state: string
}

function Filters({ workflows, workflow, state }: FiltersProps): JSX.Element {
  return (
    <>
      <select
        aria-label="Workflow"
        value={workflow}
        onChange={(event) => setQuery('workflow', event.currentTarget.value)}
      >
        <option value="">All workflows</option>
        {[...new Set([...workflows, ...(workflow === '' ? [] : [workflow])])].map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
      <select aria-label="State" value={state} onChange={(event) => setQuery('state', event.currentTarget.value)}>
        <option value="">All states</option>
        {STATES.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </>
  )
}

const DOTS: Readonly<Record<RunState, string>> = {
  running: 'pending',
  waiting: 'idle',
  paused: 'idle',
  held: 'error',
  completed: 'ok',
  failed: 'error',
  cancelled: 'idle',
}

function StateDot({ state }: { readonly state: RunState }): JSX.Element {
  return <span class={`dot ${DOTS[state]}`} aria-hidden="true" />
}

function RunLine({ row, isNarrow }: { readonly row: RunStatus; readonly isNarrow: boolean }): JSX.Element {
  const isBad = row.state === 'failed' || row.state === 'held'
  return (
    <>
      <StateDot state={row.state} />
      <span class="cut mono title">{row.runId}</span>
      {!isNarrow && <span class="cut mono dim wide">{row.workflow}</span>}
      <span class={isBad ? 'red' : 'dim'}>{row.state}</span>
      {!isNarrow && <span class={isBad ? 'cut red wide' : 'cut dim wide'}>{newsOf(row)}</span>}
      {!isNarrow && (
        <span class="num dim wide">
          <Ago ms={row.startedAt} />
        </span>
      )}
    </>
  )
}

/** What a run waits for, or why it stopped. */
function newsOf({ state, waitingFor, error, worker }: RunStatus): string {
  if (error !== undefined) return error.message
  if (state === 'running' && worker !== undefined) return `on ${worker}`
  return waitingFor
    .map(({ kind, name, due }) => `${kind} ${name}${due === undefined ? '' : ` ${until(due, now.value)}`}`)
    .join(', ')
}

function NoRuns({ page: { total } }: { readonly page: RunPage }): JSX.Element {
  if (total > 0 || location.search !== '') return <Empty title="No run fits the search" />
  return (
    <Empty title="No workflow has been started">
      <p>
        A workflow is a function whose steps survive the end of its worker. Serve one, then start a run in any worker:
      </p>
      <pre class="code">
        {"import { serveWorkflow, startWorkflow } from 'iii-node/workflow'\n\n" +
          'serveWorkflow(worker, placeOrder)\nawait startWorkflow(worker, placeOrder, order)'}
      </pre>
    </Empty>
  )
}
