/** Who calls whom, as the traces of the last five minutes show it: functions, routes and queues, and the calls between. */
import { computed } from '@preact/signals'
import { recent, WINDOW_MS, type RecentSpan } from './recent.js'

/** A function, or what started one: a route or a queue. */
export interface FlowNode {
  /** The id of the function, or the name of what started it. */
  readonly id: string
  readonly kind: 'function' | 'queue' | 'source'
  readonly calls: number
  readonly failed: number
}

/** Calls from one node to another. */
export interface FlowEdge {
  readonly from: string
  readonly to: string
  readonly calls: number
  readonly failed: number
}

export interface FlowGraph {
  readonly nodes: ReadonlyMap<string, FlowNode>
  readonly edges: readonly FlowEdge[]
}

/** The span of a job on its way from a queue to its function. */
const JOB = /^fn_queue (.+)$/
/** A span of the engine about a call, beside the one of its function. */
const BESIDE = /^(?:call|enqueue) /

export const flow = computed(() => flowOf(recent.value))

/** The names of a node: queues have the space of names of their own. */
function nodeOf(span: RecentSpan): Pick<FlowNode, 'id' | 'kind'> | undefined {
  const queue = JOB.exec(span.name)?.[1]
  if (queue !== undefined) return { id: `queue ${queue}`, kind: 'queue' }
  if (span.isExecution) return { id: span.functionId ?? span.name, kind: 'function' }
  return BESIDE.test(span.name) ? undefined : { id: span.name, kind: 'source' }
}

function flowOf(spans: readonly RecentSpan[]): FlowGraph {
  const byId = new Map(spans.map((span) => [span.id, span]))
  const nodes = new Map<string, FlowNode>()
  const edges = new Map<string, FlowEdge>()
  for (const span of spans) {
    const node = nodeOf(span)
    if (node === undefined) continue
    const failed = span.failure === undefined ? 0 : 1
    const known = nodes.get(node.id)
    nodes.set(node.id, { ...node, calls: (known?.calls ?? 0) + 1, failed: (known?.failed ?? 0) + failed })
    const from = parentOf(span, byId)
    if (from === undefined) continue
    const key = JSON.stringify([from, node.id])
    const edge = edges.get(key)
    edges.set(key, { from, to: node.id, calls: (edge?.calls ?? 0) + 1, failed: (edge?.failed ?? 0) + failed })
  }
  return { nodes, edges: [...edges.values()].sort((a, b) => b.calls - a.calls) }
}

/** The nearest node above a span. */
function parentOf(span: RecentSpan, byId: ReadonlyMap<string, RecentSpan>): string | undefined {
  const seen = new Set<string>()
  for (let id = span.parentId; id !== null && !seen.has(id);) {
    seen.add(id)
    const parent = byId.get(id)
    if (parent === undefined) return undefined
    const node = nodeOf(parent)
    if (node !== undefined) return node.id
    id = parent.parentId
  }
  return undefined
}

/** Calls per minute, with as many digits as say something. */
export function ratePerMinute(calls: number): string {
  const rate = calls / (WINDOW_MS / 60_000)
  return `${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/min`
}

export function errorRate({ calls, failed }: { readonly calls: number; readonly failed: number }): string {
  if (failed === 0 || calls === 0) return '0 %'
  const percent = (failed / calls) * 100
  return `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`
}
