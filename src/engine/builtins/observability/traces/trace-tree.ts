/**
 * Builds the tree of the spans of one trace. Every span appears exactly once, whatever parents are claimed: a span
 * whose parent is missing is a root, and so is one span of a cycle.
 */
import type { SpanRow } from './span-row.js'

export interface SpanNode extends SpanRow {
  readonly children: readonly SpanNode[]
}

/** Maximum depth; deeper spans start a new tree, since endlessly nested JSON cannot be written. */
const MAX_DEPTH = 500

interface Growing extends SpanRow {
  readonly children: Growing[]
}

/** Roots and children are in order of their start. */
export function treeOf(spans: readonly SpanRow[]): SpanNode[] {
  const ordered = [...spans].sort((a, b) => a.start_time_unix_nano - b.start_time_unix_nano)
  const ids = new Set(ordered.map(({ span_id }) => span_id))
  const childrenOf = childrenByParent(ordered)
  const roots: Growing[] = []
  const placed = new Set<string>()
  const isRoot = ({ parent_span_id: parent }: SpanRow): boolean => parent === null || !ids.has(parent)
  for (const span of [...ordered.filter(isRoot), ...ordered]) {
    if (!placed.has(span.span_id)) roots.push(grow(span, childrenOf, placed))
  }
  return roots
}

/** Builds one tree from its root, level by level. Spans that are too deep become roots of further trees. */
function grow(root: SpanRow, childrenOf: ReadonlyMap<string, SpanRow[]>, placed: Set<string>): Growing {
  placed.add(root.span_id)
  const top: Growing = { ...root, children: [] }
  let level = [top]
  for (let depth = 1; level.length > 0 && depth < MAX_DEPTH; depth++) {
    const next: Growing[] = []
    for (const parent of level) {
      for (const child of childrenOf.get(parent.span_id) ?? []) {
        if (placed.has(child.span_id)) continue
        placed.add(child.span_id)
        const node: Growing = { ...child, children: [] }
        parent.children.push(node)
        next.push(node)
      }
    }
    level = next
  }
  return top
}

function childrenByParent(spans: readonly SpanRow[]): Map<string, SpanRow[]> {
  const groups = new Map<string, SpanRow[]>()
  for (const span of spans) {
    if (span.parent_span_id === null) continue
    const siblings = groups.get(span.parent_span_id)
    if (siblings === undefined) groups.set(span.parent_span_id, [span])
    else siblings.push(span)
  }
  return groups
}
