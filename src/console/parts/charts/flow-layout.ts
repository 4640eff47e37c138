/** Places the nodes of a flow in columns, from what starts calls on the left to what is called last on the right. */
import type { FlowGraph, FlowEdge, FlowNode } from '../../engine/flow.js'

export interface PlacedNode {
  readonly node: FlowNode
  readonly x: number
  readonly y: number
}

export interface PlacedEdge {
  readonly edge: FlowEdge
  readonly from: PlacedNode
  readonly to: PlacedNode
}

export interface FlowPicture {
  readonly nodes: readonly PlacedNode[]
  readonly edges: readonly PlacedEdge[]
  readonly width: number
  readonly height: number
  /** Nodes with fewer calls that are left out. */
  readonly omitted: number
}

export const NODE_WIDTH = 190
export const NODE_HEIGHT = 40
const COLUMN_WIDTH = NODE_WIDTH + 50
const ROW_HEIGHT = NODE_HEIGHT + 20
const MARGIN = 12
const MAX_NODES = 60

export function layout({ nodes, edges }: FlowGraph): FlowPicture {
  const shown = [...nodes.values()].sort((a, b) => b.calls - a.calls).slice(0, MAX_NODES)
  const ids = new Set(shown.map(({ id }) => id))
  const inside = edges.filter(({ from, to }) => ids.has(from) && ids.has(to))
  const columns = columnsOf(shown, inside)
  const placed = new Map<string, PlacedNode>()
  columns.forEach((column, index) => {
    const ordered = column
      .map((node) => ({ node, weight: weightOf(node, inside, placed) }))
      .sort((a, b) => a.weight - b.weight || (a.node.id < b.node.id ? -1 : 1))
    ordered.forEach(({ node }, row) => {
      placed.set(node.id, { node, x: MARGIN + index * COLUMN_WIDTH, y: MARGIN + row * ROW_HEIGHT })
    })
  })
  const rows = Math.max(1, ...columns.map(({ length }) => length))
  return {
    nodes: [...placed.values()],
    edges: inside.flatMap((edge) => {
      const [from, to] = [placed.get(edge.from), placed.get(edge.to)]
      return from === undefined || to === undefined ? [] : [{ edge, from, to }]
    }),
    width: 2 * MARGIN + Math.max(1, columns.length) * COLUMN_WIDTH - (COLUMN_WIDTH - NODE_WIDTH),
    height: 2 * MARGIN + rows * ROW_HEIGHT - (ROW_HEIGHT - NODE_HEIGHT),
    omitted: nodes.size - shown.length,
  }
}

/** Each node is right of all its callers; calls that close a circle do not count. */
function columnsOf(nodes: readonly FlowNode[], edges: readonly FlowEdge[]): FlowNode[][] {
  const levels = new Map(nodes.map(({ id }) => [id, 0]))
  const forward = withoutCircles(nodes, edges)
  // As often as there are nodes, so that the longest way is counted.
  for (const _ of nodes) {
    for (const { from, to } of forward) levels.set(to, Math.max(levels.get(to) ?? 0, (levels.get(from) ?? 0) + 1))
  }
  const columns: FlowNode[][] = []
  for (const node of nodes) (columns[levels.get(node.id) ?? 0] ??= []).push(node)
  return columns
}

function withoutCircles(nodes: readonly FlowNode[], edges: readonly FlowEdge[]): FlowEdge[] {
  const kept: FlowEdge[] = []
  const state = new Map<string, 'open' | 'done'>()
  const visit = (id: string): void => {
    state.set(id, 'open')
    for (const edge of edges) {
      if (edge.from !== id || state.get(edge.to) === 'open') continue
      kept.push(edge)
      if (!state.has(edge.to)) visit(edge.to)
    }
    state.set(id, 'done')
  }
  const called = new Set(edges.map(({ to }) => to))
  for (const { id } of nodes) if (!called.has(id)) visit(id)
  for (const { id } of nodes) if (!state.has(id)) visit(id)
  return kept
}

/** The middle of the callers, so that lines cross less. */
function weightOf({ id }: FlowNode, edges: readonly FlowEdge[], placed: ReadonlyMap<string, PlacedNode>): number {
  const rows = edges.flatMap(({ from, to }) => (to === id ? (placed.get(from)?.y ?? []) : []))
  return rows.length === 0 ? 0 : rows.reduce((sum, y) => sum + y, 0) / rows.length
}
