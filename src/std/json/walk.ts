/**
 * Visits the lists and objects in a value depth first, without recursion and without work for scalars, so that no value
 * is too deep or too wide. Each is visited once, which ends cycles. Knows nothing of what they mean.
 */

/** A list or an object on the way, and how far it has been walked. */
export interface Level {
  readonly holder: Readonly<Record<string | number, unknown>>
  /** Names of an object's members; a list has none. */
  readonly keys: readonly string[] | undefined
  readonly size: number
  next: number
  /** The member being visited. */
  key: string | number
}

/** Visits the members of a list or an object, leaves them out, or ends the walk. */
export type Step = 'enter' | 'leave out' | 'end'

/** Visits what `root` holds, not itself. `levels` lead to the visited value; the last one holds it. */
export function walk(root: object, visit: (value: object, levels: readonly Level[]) => Step): void {
  const levels = [levelOf(root)]
  const seen = new Set<object>()
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    if (level.next === level.size) {
      levels.pop()
      continue
    }
    level.key = level.keys === undefined ? level.next : (level.keys[level.next] ?? '')
    level.next += 1
    const value = level.holder[level.key]
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    const step = visit(value, levels)
    if (step === 'end') return
    if (step === 'leave out') continue
    seen.add(value)
    levels.push(levelOf(value))
  }
}

function levelOf(value: object): Level {
  const keys = Array.isArray(value) ? undefined : Object.keys(value)
  const holder = value as Level['holder']
  return { holder, keys, size: keys?.length ?? (value as unknown[]).length, next: 0, key: '' }
}

/** Where levels lead: `a.b`, `a[0].b`, `[0]`. */
export function pathOf(levels: readonly Level[]): string {
  const path = levels.map(({ key }) => (typeof key === 'number' ? `[${String(key)}]` : `.${key}`)).join('')
  return path.startsWith('.') ? path.slice(1) : path
}

/** The path to the first list or object in a value that lies below so many levels, the value itself included. */
export function pathBelow(value: object, maxLevels: number): string | undefined {
  let path: string | undefined
  walk(value, (_member, levels) => {
    if (levels.length < maxLevels) return 'enter'
    path = pathOf(levels)
    return 'end'
  })
  return path
}
