/**
 * The spans of one trace, each under its parent. Every span appears exactly once, whatever the parents claim: one
 * whose parent is missing is a root, and so is one of a circle.
 */
import type { SpanRow } from './span-row.js'

export interface SpanNode extends SpanRow {
  readonly children: readonly SpanNode[]
}

/** Spans deeper than this start a tree of their own: JSON of endless depth cannot be written. */
const MAX_DEPTH = 500

interface Growing extends SpanRow {
  readonly children: Growing[]
}

/** Roots and children are in the order they started. */
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

/** Grows one tree from its root, level by level. What is too deep is left unplaced and becomes a root by itself. */
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
