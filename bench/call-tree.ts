/** Converts a CPU profile to a tree of the time in each function and its callees. Waiting does not count. */
import type { Profiler, Runtime } from 'node:inspector'

export interface CallTree {
  readonly name: string
  readonly place: string
  /** Time in this function and its callees, in microseconds. */
  readonly totalUs: number
  readonly selfUs: number
  readonly children: readonly CallTree[]
}

interface Growing {
  readonly name: string
  readonly place: string
  selfUs: number
  readonly children: Map<string, Growing>
}

/** The part of the tree under the root; functions that were called from the same stack are one. */
export function callTree(profile: Profiler.Profile): CallTree {
  const root: Growing = { name: 'all', place: '', selfUs: 0, children: new Map() }
  const byId = new Map<number, Growing>()
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  const grow = (id: number, parent: Growing): void => {
    const node = nodes.get(id)
    if (node === undefined || node.callFrame.functionName === '(idle)') return
    const branch = branchOf(parent, node.callFrame)
    byId.set(id, branch)
    for (const child of node.children ?? []) grow(child, branch)
  }
  // The first node is the root of V8, which is not a function.
  for (const id of profile.nodes[0]?.children ?? []) grow(id, root)
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const branch = byId.get(id)
    if (branch !== undefined) branch.selfUs += profile.timeDeltas?.[i] ?? 0
  }
  return summed(root)
}

function branchOf(parent: Growing, frame: Runtime.CallFrame): Growing {
  const name = nameOf(frame)
  const place = placeOf(frame)
  const key = `${name} ${place}`
  const known = parent.children.get(key)
  if (known !== undefined) return known
  const branch: Growing = { name, place, selfUs: 0, children: new Map() }
  parent.children.set(key, branch)
  return branch
}

function summed({ name, place, selfUs, children }: Growing): CallTree {
  const below = [...children.values()].map(summed).sort((a, b) => b.totalUs - a.totalUs)
  const totalUs = below.reduce((sum, child) => sum + child.totalUs, selfUs)
  return { name, place, selfUs, totalUs, children: below }
}

/** Time in native code is attributed to the call that started the profiler, since it is the last known function. */
function nameOf({ functionName, url }: Runtime.CallFrame): string {
  return functionName === 'dispatch' && url === '' ? '(native)' : functionName || '(anonymous)'
}

/** The end of the path and the line: enough to find it, short enough for a table. */
function placeOf({ url, lineNumber }: Runtime.CallFrame): string {
  return url === '' ? '' : `${url.split('/').slice(-3).join('/')}:${lineNumber + 1}`
}
