/** Converts a call tree to a table: the self time of each function, from all callers. */
import type { CallTree } from './call-tree.js'

export interface SelfTime {
  readonly name: string
  readonly place: string
  readonly selfUs: number
  /** Share of all time that the process was busy. */
  readonly share: number
}

/** Longest first. */
export function selfTimes(tree: CallTree): SelfTime[] {
  const totals = new Map<string, SelfTime>()
  const add = ({ name, place, selfUs, children }: CallTree): void => {
    const key = `${name} ${place}`
    const sumUs = (totals.get(key)?.selfUs ?? 0) + selfUs
    totals.set(key, { name, place, selfUs: sumUs, share: sumUs / tree.totalUs })
    children.forEach(add)
  }
  tree.children.forEach(add)
  return [...totals.values()].sort((a, b) => b.selfUs - a.selfUs)
}

/** One line per stack, `outer;inner microseconds`, in the format of flame graph tools. */
export function collapsedStacks(tree: CallTree): string {
  const lines: string[] = []
  const walk = ({ name, place, selfUs, children }: CallTree, outer: readonly string[]): void => {
    const stack = [...outer, `${name}${place === '' ? '' : ` (${place})`}`.replaceAll(';', ',')]
    if (selfUs > 0) lines.push(`${stack.join(';')} ${selfUs}`)
    for (const child of children) walk(child, stack)
  }
  for (const child of tree.children) walk(child, [])
  return lines.map((line) => `${line}\n`).join('')
}
