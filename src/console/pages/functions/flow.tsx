/** Flow: functions, routes and queues with the calls between them, drawn from the traces of the last five minutes. */
import type { JSX } from 'preact'
import { useTitle } from '../../engine/engine.js'
import { errorRate, flow, ratePerMinute, type FlowEdge, type FlowNode } from '../../engine/flow.js'
import { recentError } from '../../engine/recent.js'
import { Empty, PauseButton, Panel, Problem, Search, searched, Top } from '../../parts/basics.js'
import { plural, shortText } from '../../parts/format.js'
import { layout, NODE_HEIGHT, NODE_WIDTH, type PlacedEdge, type PlacedNode } from '../../parts/charts/flow-layout.js'
import { gridOf } from '../../parts/list.js'
import { navigate, to } from '../../parts/router.js'

const NAME_CHARACTERS = 23
const MAX_ROWS = 200

export function FlowPage(): JSX.Element {
  useTitle('Flow')
  const { nodes, edges } = flow.value
  const wanted = searched()
  const fits = (edge: FlowEdge): boolean => `${edge.from} ${edge.to}`.toLowerCase().includes(wanted)
  const found = edges.filter(fits)
  const ids = new Set(found.flatMap((edge) => [edge.from, edge.to]))
  const isShown = ({ id }: FlowNode): boolean => wanted === '' || ids.has(id) || id.toLowerCase().includes(wanted)
  const picture = { nodes: new Map([...nodes].filter(([, node]) => isShown(node))), edges: found }
  return (
    <>
      <Top title="Flow" count={picture.nodes.size}>
        <Search label="Function, route or queue" />
        <span class="dim cut">the last 5 minutes</span>
        <PauseButton />
      </Top>
      <div class="page" tabIndex={0} role="region" aria-label="Flow">
        {picture.nodes.size === 0 ? <NoFlow isSearch={wanted !== ''} /> : <Picture flow={picture} />}
        {found.length > 0 && <Calls edges={found} />}
      </div>
    </>
  )
}

function NoFlow({ isSearch }: { readonly isSearch: boolean }): JSX.Element {
  if (recentError.value !== undefined) return <Problem error={recentError.value} />
  if (isSearch) return <Empty title="No function fits the search" />
  return (
    <Empty title="No function was called in the last 5 minutes">
      <p>Send a request to a route, or call a function:</p>
      <pre class="code">{'npx iii-node call orders::create \'{"sku":"tea"}\''}</pre>
    </Empty>
  )
}

function Picture({ flow: shown }: { readonly flow: typeof flow.value }): JSX.Element {
  const { nodes, edges, width, height, omitted } = layout(shown)
  const size = { width: `${String(width)}px`, height: `${String(height)}px` }
  return (
    <div class="flowing" tabIndex={0} role="region" aria-label="Picture of the flow">
      <svg
        viewBox={`0 0 ${String(width)} ${String(height)}`}
        style={size}
        role="group"
        aria-label="Calls between functions"
      >
        {edges.map((edge) => (
          <Line key={`${edge.edge.from} ${edge.edge.to}`} placed={edge} />
        ))}
        {nodes.map((node) => (
          <Box key={node.node.id} placed={node} />
        ))}
      </svg>
      {omitted > 0 && (
        <p class="dim">{plural(omitted, 'function')} with fewer calls are left out. Search to see them.</p>
      )}
    </div>
  )
}

/** The page of a node. */
export function hrefOf({ id, kind }: Pick<FlowNode, 'id' | 'kind'>): string {
  if (kind === 'function') return to('functions', id)
  return kind === 'queue' ? to('queues', id.replace(/^queue /, '')) : `/traces?q=${encodeURIComponent(id)}`
}

function Box({ placed: { node, x, y } }: { readonly placed: PlacedNode }): JSX.Element {
  const href = hrefOf(node)
  const open = (event: Event): void => {
    event.preventDefault()
    navigate(href)
  }
  const rate = `${ratePerMinute(node.calls)}${node.failed > 0 ? `, ${errorRate(node)} failed` : ''}`
  return (
    <a href={href} class={`node ${node.kind}`} onClick={open}>
      <title>{node.id}</title>
      <rect x={x} y={y} width={NODE_WIDTH} height={NODE_HEIGHT} rx={6} class={node.failed > 0 ? 'bad' : ''} />
      <text x={x + 10} y={y + 17}>
        {shortText(node.id, NAME_CHARACTERS)}
      </text>
      <text x={x + 10} y={y + 32} class={node.failed > 0 ? 'rate bad' : 'rate'}>
        {rate}
      </text>
    </a>
  )
}

/** The more calls, the wider the line. A call to an earlier column bends below the boxes. */
function Line({ placed: { edge, from, to: end } }: { readonly placed: PlacedEdge }): JSX.Element {
  const [x1, y1] = [from.x + NODE_WIDTH, from.y + NODE_HEIGHT / 2]
  const [x2, y2] = [end.x, end.y + NODE_HEIGHT / 2]
  const bend = x2 > x1 ? (x2 - x1) / 2 : 60
  const dip = x2 > x1 ? 0 : NODE_HEIGHT
  const path = [x1, y1, 'C', x1 + bend, y1 + dip, x2 - bend, y2 + dip, x2, y2].join(' ')
  const width = Math.min(6, 1 + Math.log2(edge.calls))
  return (
    <path class={edge.failed > 0 ? 'edge bad' : 'edge'} d={`M${path}`} stroke-width={width.toFixed(1)}>
      <title>{`${edge.from} → ${edge.to}: ${ratePerMinute(edge.calls)}, ${errorRate(edge)} failed`}</title>
    </path>
  )
}

const COLUMNS = 'minmax(0,1fr) minmax(0,1fr) 80px 88px'
const NARROW = 'minmax(0,1fr) minmax(0,1fr) 72px'

function Calls({ edges }: { readonly edges: readonly FlowEdge[] }): JSX.Element {
  return (
    <Panel title="Calls">
      <div class="head" style={gridOf(COLUMNS, NARROW)} aria-hidden="true">
        <span>From</span>
        <span>To</span>
        <span class="num">Rate</span>
        <span class="num wide">Failed</span>
      </div>
      <div role="list">
        {edges.slice(0, MAX_ROWS).map((edge) => (
          <div role="listitem" key={`${edge.from} ${edge.to}`}>
            <a class="line" href={`/flow?q=${encodeURIComponent(edge.to)}`} style={gridOf(COLUMNS, NARROW)}>
              <span class="cut mono">{edge.from}</span>
              <span class="cut mono">{edge.to}</span>
              <span class="num">{ratePerMinute(edge.calls)}</span>
              <span class={edge.failed > 0 ? 'num red wide' : 'num dim wide'}>{errorRate(edge)}</span>
            </a>
          </div>
        ))}
      </div>
    </Panel>
  )
}
