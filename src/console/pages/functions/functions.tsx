/** Functions: a tree by `::`, and beside it the page of one function. */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useCallback } from 'preact/hooks'
import { connection, engine, useQuery, useTitle } from '../../engine/engine.js'
import { recent } from '../../engine/recent.js'
import type { FunctionRow } from '../../../wire/protocol/function-rows.js'
import { Empty, Problem, Search, searched, Top } from '../../parts/basics.js'
import { List } from '../../parts/list.js'
import { address, to } from '../../parts/router.js'
import { FunctionView } from './function-view.js'

/** A row of the tree: a group, or a function below it. */
type Row =
  | { readonly kind: 'group'; readonly name: string; readonly count: number; readonly isOpen: boolean }
  | { readonly kind: 'function'; readonly row: FunctionRow; readonly depth: number }

/** Groups of functions of the engine, which are closed at first. */
const BUILTIN = /^(iii-|configuration$)/

export function FunctionsPage(): JSX.Element {
  const id = address.value.path[1]
  useTitle(id ?? 'Functions')
  return (
    <div class={id === undefined ? 'body' : 'body split'}>
      <FunctionTree selected={id} />
      {id !== undefined && <FunctionView key={id} id={id} />}
    </div>
  )
}

function FunctionTree({ selected }: { readonly selected: string | undefined }): JSX.Element {
  const { value, error } = useQuery('functions', engine.functions, connection.changes['engine::functions-available'])
  const toggled = useSignal<ReadonlySet<string>>(new Set())
  const wanted = searched()
  const found = (value ?? []).filter((row) =>
    `${row.function_id} ${row.description ?? ''}`.toLowerCase().includes(wanted),
  )
  const rows = treeOf(
    found,
    (name, first) => wanted !== '' || BUILTIN.test(first.worker_name) === toggled.value.has(name),
  )
  const toggle = (name: string): void => {
    const next = new Set(toggled.value)
    if (!next.delete(name)) next.add(name)
    toggled.value = next
  }
  return (
    <section class={selected === undefined ? 'list' : 'list narrow'} aria-label="Functions">
      <Top title="Functions" count={found.length}>
        <Search label="Id or description" />
      </Top>
      {error !== undefined && <Problem error={error} />}
      <List
        label="List of functions"
        rows={rows}
        idOf={(row) => (row.kind === 'group' ? `group ${row.name}` : row.row.function_id)}
        hrefOf={useCallback(
          (row: Row) => (row.kind === 'group' ? `#${row.name}` : to('functions', row.row.function_id)),
          [],
        )}
        selected={selected}
        columns={selected === undefined ? 'minmax(0,1fr) minmax(0,1.2fr) minmax(0,120px) 64px' : 'minmax(0,1fr) 48px'}
        heads={
          selected === undefined
            ? [['Function'], ['Description', 'wide'], ['Worker', 'wide'], ['5 min', 'num']]
            : [['Function'], ['5 min', 'num']]
        }
        narrow="minmax(0,1fr) 48px"
        render={(row) =>
          row.kind === 'group' ? (
            <Group row={row} onToggle={toggle} />
          ) : (
            <Leaf row={row} isWide={selected === undefined} />
          )
        }
        empty={value === undefined ? null : <NoFunctions isSearch={wanted !== ''} />}
      />
    </section>
  )
}

function treeOf(functions: readonly FunctionRow[], isOpen: (name: string, first: FunctionRow) => boolean): Row[] {
  const groups = new Map<string, FunctionRow[]>()
  for (const row of functions) {
    const [name = ''] = row.function_id.split('::', 1)
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  const ordered = [...groups].sort(([a, [rowA]], [b, [rowB]]) => rank(rowA) - rank(rowB) || (a < b ? -1 : 1))
  return ordered.flatMap(([name, rows]): Row[] => {
    const [first] = rows
    if (first === undefined) return []
    if (rows.length === 1) return [{ kind: 'function', row: first, depth: 0 }]
    const open = isOpen(name, first)
    const leaves = open ? rows.map((row): Row => ({ kind: 'function', row, depth: 1 })) : []
    return [{ kind: 'group', name, count: rows.length, isOpen: open }, ...leaves]
  })
}

function rank(row: FunctionRow | undefined): number {
  return row !== undefined && BUILTIN.test(row.worker_name) ? 1 : 0
}

interface GroupProps {
  readonly row: Extract<Row, { kind: 'group' }>
  readonly onToggle: (name: string) => void
}

function Group({ row, onToggle }: GroupProps): JSX.Element {
  const toggle = (event: Event): void => {
    event.preventDefault()
    onToggle(row.name)
  }
  return (
    <span class="row" onClick={toggle}>
      <span class="dimmer" aria-hidden="true">
        {row.isOpen ? '▾' : '▸'}
      </span>
      <span class="mono cut">{row.name}::</span>
      <span class="dimmer">{row.count}</span>
    </span>
  )
}

function Leaf({
  row: { row, depth },
  isWide,
}: {
  readonly row: Extract<Row, { kind: 'function' }>
  readonly isWide: boolean
}): JSX.Element {
  const calls = recent.value.filter((span) => span.functionId === row.function_id)
  const failed = calls.filter(({ failure }) => failure !== undefined).length
  const name = depth === 0 ? row.function_id : row.function_id.slice(row.function_id.indexOf('::') + 2)
  return (
    <>
      <span class="mono cut" title={row.function_id} style={{ paddingLeft: `${String(depth * 18)}px` }}>
        {name}
      </span>
      {isWide && <span class="cut dim wide">{row.description}</span>}
      {isWide && <span class="cut dim wide">{row.worker_name}</span>}
      <span
        class={failed > 0 ? 'num red' : 'num dim'}
        title={`${String(calls.length)} calls, ${String(failed)} failed`}
      >
        {calls.length === 0 ? '' : failed > 0 ? `${String(failed)}/${String(calls.length)}` : calls.length}
      </span>
    </>
  )
}

function NoFunctions({ isSearch }: { readonly isSearch: boolean }): JSX.Element {
  if (isSearch) return <Empty title="No function fits the search" />
  return (
    <Empty title="No functions are registered">
      <p>Start a worker:</p>
      <pre class="code">npx iii-node dev worker.ts</pre>
    </Empty>
  )
}
